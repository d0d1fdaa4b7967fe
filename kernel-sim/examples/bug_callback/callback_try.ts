// SPDX-License-Identifier: GPL-2.0-or-later
/** One listens and leaves; then the bell is rung. */
import { close, malloc, O_RDWR, open, perror, pread, printf, string_at, write } from "libc";

export function main(): number {
  const gone = open("/dev/bell", O_RDWR);
  const fd = open("/dev/bell", O_RDWR);
  if (gone < 0 || fd < 0) {
    perror("/dev/bell");
    return 1;
  }
  const buffer = malloc(16);
  write(fd, buffer, 1);
  close(gone);
  write(fd, buffer, 1);
  printf("heard it %s", string_at(buffer, pread(fd, buffer, 16, 0)));
  return 0;
}
