// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Moves money to savings and back, one after the other: nobody waits for anybody. With an argument,
 * `s` or `c`, it moves money there alone, so that two of it can do both at once.
 */
import { malloc, O_WRONLY, open, perror, printf, store_string, write } from "libc";

export function main(argv: readonly string[]): number {
  const bank = open("/dev/bank", O_WRONLY);
  if (bank < 0) {
    perror("/dev/bank");
    return 1;
  }
  const order = malloc(2);
  for (const what of argv[1] === undefined ? ["s", "c"] : [argv[1]]) {
    store_string(order, what);
    if (write(bank, order, 1) < 0) perror("write");
  }
  printf(argv[1] === undefined ? "moved there and back\n" : "moved\n");
  return 0;
}
