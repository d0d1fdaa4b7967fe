// SPDX-License-Identifier: GPL-2.0-or-later
/** Asks for so many rows that their size is too large for an unsigned int, and marks one. */
import { close, ioctl, O_RDWR, open, perror, puts } from "libc";

import { MARK, RESIZE } from "./table";

/** Times 16 this is 2^32 + 32. */
const ROWS = 0x1000_0002;

export function main(): number {
  const fd = open("/dev/table", O_RDWR);
  if (fd < 0) {
    perror("/dev/table");
    return 1;
  }
  if (ioctl(fd, RESIZE, ROWS) < 0) {
    perror("resize");
    return 1;
  }
  if (ioctl(fd, MARK, 2) < 0) perror("mark");
  else puts("marked row 2 of two");
  close(fd);
  return 0;
}
