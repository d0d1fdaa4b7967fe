// SPDX-License-Identifier: GPL-2.0-or-later
/** Draws two tickets. */
import { malloc, O_WRONLY, open, perror, printf, store_string, write } from "libc";

export function main(): number {
  const tickets = open("/dev/ticket", O_WRONLY);
  if (tickets < 0) {
    perror("/dev/ticket");
    return 1;
  }
  const order = malloc(2);
  store_string(order, "1");
  for (let n = 0; n < 2; n++) if (write(tickets, order, 1) < 0) perror("write");
  printf("two tickets, please\n");
  return 0;
}
