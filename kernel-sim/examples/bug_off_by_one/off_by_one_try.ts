// SPDX-License-Identifier: GPL-2.0-or-later
/** Opens the device twice, and writes a text of exactly 16 bytes to the first of the two. */
import { malloc, O_RDWR, open, perror, pread, printf, store_string, string_at, write } from "libc";

const SIZE = 16;

export function main(): number {
  const first = open("/dev/note", O_RDWR);
  const second = open("/dev/note", O_RDWR);
  if (first < 0 || second < 0) {
    perror("/dev/note");
    return 1;
  }
  const buffer = malloc(SIZE + 1);
  store_string(buffer, "fifteen letters");
  write(first, buffer, SIZE - 1);
  write(second, buffer, SIZE - 1);
  write(first, buffer, SIZE - 1); // Elsewhere: so the place before the second text is free again.
  store_string(buffer, "sixteen letters!");
  if (write(first, buffer, SIZE) < 0) perror("write");
  printf("first:  %s\n", string_at(buffer, pread(first, buffer, SIZE, 0)));
  printf("second: %s\n", string_at(buffer, pread(second, buffer, SIZE, 0)));
  return 0;
}
