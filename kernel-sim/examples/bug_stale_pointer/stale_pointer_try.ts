// SPDX-License-Identifier: GPL-2.0-or-later
/** Two join a session, one ends it, and the other writes to it all the same. */
import { ioctl, O_RDWR, open, malloc, perror } from "libc";
import { pread, printf, pwrite, store_string, string_at } from "libc";

import { LOGOUT } from "./session";

export function main(): number {
  const one = open("/dev/session", O_RDWR);
  const other = open("/dev/session", O_RDWR);
  if (one < 0 || other < 0) {
    perror("/dev/session");
    return 1;
  }
  const buffer = malloc(16);
  store_string(buffer, "hello");
  pwrite(one, buffer, 5, 0);
  printf("the other reads %s\n", string_at(buffer, pread(other, buffer, 5, 0)));
  ioctl(one, LOGOUT);
  store_string(buffer, "still");
  if (pwrite(other, buffer, 5, 0) < 0) perror("write");
  printf("the other reads %s\n", string_at(buffer, pread(other, buffer, 5, 0)));
  return 0;
}
