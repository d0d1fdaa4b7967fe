// SPDX-License-Identifier: GPL-2.0-or-later
/** Writes a note that is too long for the device. */
import { malloc, O_WRONLY, open, perror, printf, store_string, write } from "libc";

const NOTE = "far too long a note";

export function main(): number {
  const device = open("/dev/note", O_WRONLY);
  if (device < 0) {
    perror("/dev/note");
    return 1;
  }
  const note = malloc(NOTE.length + 1);
  store_string(note, NOTE);
  printf(write(device, note, NOTE.length) < 0 ? "refused\n" : "taken\n");
  return 0;
}
