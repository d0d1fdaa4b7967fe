// SPDX-License-Identifier: GPL-2.0-or-later
/** Says two bytes and claims that they are a hundred. */
import { close, malloc, O_RDWR, open, perror, putchar, puts, read, store16, store_string } from "libc";
import { load8, printf, write } from "libc";

const CLAIMED = 100;

export function main(): number {
  const fd = open("/dev/heart", O_RDWR);
  if (fd < 0) {
    perror("/dev/heart");
    return 1;
  }
  const buffer = malloc(CLAIMED);
  store16(buffer, CLAIMED);
  store_string(buffer + 2, "hi");
  if (write(fd, buffer, 4) < 0) {
    perror("write");
    return 1;
  }
  const count = read(fd, buffer, CLAIMED);
  if (count < 0) perror("read");
  else printf("%d bytes: ", count);
  for (let index = 0; index < count; index++) {
    const byte = load8(buffer + index);
    putchar(byte >= 0x20 && byte < 0x7f ? byte : 0x2e);
  }
  puts("");
  close(fd);
  return 0;
}
