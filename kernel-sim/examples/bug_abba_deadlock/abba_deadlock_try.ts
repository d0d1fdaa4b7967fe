// SPDX-License-Identifier: GPL-2.0-or-later
/** Moves money to savings and back, one after the other: nobody waits for anybody. */
import { malloc, O_WRONLY, open, perror, printf, store_string, write } from "libc";

export function main(): number {
  const bank = open("/dev/bank", O_WRONLY);
  if (bank < 0) {
    perror("/dev/bank");
    return 1;
  }
  const order = malloc(2);
  for (const what of ["s", "c"]) {
    store_string(order, what);
    if (write(bank, order, 1) < 0) perror("write");
  }
  printf("moved there and back\n");
  return 0;
}
