// SPDX-License-Identifier: GPL-2.0-or-later
import { module, param, println, type Params } from "kernel";
import { ticket_next, ticket_reset } from "./ticket_core";

const params = {
  count: param.int(3, "how many tickets to take"),
  first: param.int(0, "where to begin"),
};

class TicketUser {
  static init({ count, first }: Params<typeof params>): TicketUser {
    ticket_reset(first);
    for (let n = 0; n < count; n++) println(`my ticket is ${ticket_next()}`);
    return new TicketUser();
  }
}

export default module(TicketUser, {
  license: "GPL",
  description: "Takes tickets when it is loaded.",
  params,
});
