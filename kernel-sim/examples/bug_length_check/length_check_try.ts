// SPDX-License-Identifier: GPL-2.0-or-later
/** Puts a letter of 300 bytes into a box for 184. */
import { memset, malloc, O_RDWR, open, perror, printf, write } from "libc";

const SIZE = 300;

export function main(): number {
  const fd = open("/dev/mailbox", O_RDWR);
  if (fd < 0) {
    perror("/dev/mailbox");
    return 1;
  }
  const letter = malloc(SIZE);
  memset(letter, 0x61, SIZE);
  const count = write(fd, letter, SIZE);
  if (count < 0) perror("write");
  else printf("%d bytes delivered\n", count);
  return 0;
}
