// SPDX-License-Identifier: GPL-2.0-or-later
/** Lets some ticks come, and asks how many it were. */
import { malloc, O_RDONLY, open, perror, printf, pread, usleep } from "libc";

const ROOM = 16;

export function main(): number {
  const ticks = open("/dev/ticks", O_RDONLY);
  if (ticks < 0) {
    perror("/dev/ticks");
    return 1;
  }
  usleep(50_000);
  if (pread(ticks, malloc(ROOM), ROOM, 0) <= 0) perror("read");
  printf("counted the ticks\n");
  return 0;
}
