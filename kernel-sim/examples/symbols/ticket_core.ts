// SPDX-License-Identifier: GPL-2.0-or-later
import { export_symbol, export_symbol_gpl, module, println } from "kernel";

let last = 0;

/** The next number: no two callers are given the same one. */
export function ticket_next(): number {
  last += 1;
  return last;
}
export_symbol(ticket_next);

/** Begins anew. */
export function ticket_reset(first: number): void {
  if (first < 0) throw new Error("a ticket below zero");
  last = first;
}
export_symbol_gpl(ticket_reset);

class TicketCore {
  static init(): TicketCore {
    println("tickets are ready");
    return new TicketCore();
  }

  [Symbol.dispose](): void {
    println(`${last} tickets were given out`);
  }
}

export default module(TicketCore, {
  license: "GPL",
  description: "Hands out numbers to other modules.",
});
