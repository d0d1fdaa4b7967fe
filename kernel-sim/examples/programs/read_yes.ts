// SPDX-License-Identifier: GPL-2.0-or-later
/** Reads a device, once as it should be and once into memory that is none. */
import { bad_pointer, close, malloc, O_RDONLY, open, perror, printf, read, string_at } from "libc";

const SIZE = 12;

export function main(argv: readonly string[]): number {
  const path = argv[1] ?? "/dev/yes";
  const fd = open(path, O_RDONLY);
  if (fd < 0) {
    perror(path);
    return 1;
  }

  const buffer = malloc(SIZE);
  const count = read(fd, buffer, SIZE);
  if (count < 0) {
    perror("read");
    return 1;
  }
  printf("read %d bytes: %s\n", count, string_at(buffer, count).split("\n").join(" "));

  // A driver must not believe in pointers: copying to this one fails, and read(2) says so.
  if (read(fd, bad_pointer(0xdead), SIZE) < 0) perror("read into nowhere");

  close(fd);
  return 0;
}
