// SPDX-License-Identifier: GPL-2.0-or-later
/** Two threads count 1000 visits each, at once; then the device says how many it has seen. */
import {
  calloc,
  O_RDONLY,
  O_WRONLY,
  open,
  perror,
  pread,
  printf,
  pthread_create,
  pthread_join,
  string_at,
  write,
} from "libc";

const VISITS = 1000;
const ROOM = 16;

/** Each opens the device for itself: writes to one open file come one after the other. */
function visit(): void {
  const device = open("/dev/visits", O_WRONLY);
  const text = calloc(1, 1);
  for (let n = 0; n < VISITS; n++) write(device, text, 1);
}

export function main(): number {
  const device = open("/dev/visits", O_RDONLY);
  if (device < 0) {
    perror("/dev/visits");
    return 1;
  }
  const [first, second] = [[0], [0]];
  if (pthread_create(first, visit) !== 0 || pthread_create(second, visit) !== 0) return 1;
  pthread_join(first[0]);
  pthread_join(second[0]);
  const text = calloc(1, ROOM);
  const length = pread(device, text, ROOM, 0);
  printf("of %d visits it has seen %s", 2 * VISITS, string_at(text, length));
  return 0;
}
