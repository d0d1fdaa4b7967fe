// SPDX-License-Identifier: GPL-2.0-or-later
/** Hands the driver a label at an address where there is none, and closes the device. */
import { bad_pointer, close, O_RDWR, open, perror, puts, write } from "libc";

export function main(): number {
  const fd = open("/dev/label", O_RDWR);
  if (fd < 0) {
    perror("/dev/label");
    return 1;
  }
  if (write(fd, bad_pointer(0xdead), 16) < 0) perror("write");
  close(fd);
  puts("closed");
  return 0;
}
