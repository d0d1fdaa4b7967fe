// SPDX-License-Identifier: GPL-2.0-or-later
/** Takes memory for slots when it is loaded, and refuses to be loaded with too many. */
import { Errno, module, type Params, param, println } from "kernel";
import { KVec } from "kernel/alloc";
import { Mutex } from "kernel/sync";
import { array, struct, u32, u8 } from "uapi";

const SLOTS_MAX = 16;

class Slot extends struct({ owner: u32, name: array(u8, 60) }) {}

const params = { slots: param.uint(8, "how many, at most 16") };

class SlotModule {
  constructor(readonly table: Mutex<KVec<Slot>>) {}

  static init({ slots }: Params<typeof params>): SlotModule {
    const table = KVec.with_capacity(Slot, 1);
    if (slots > SLOTS_MAX) throw Errno.EINVAL; // The table is dropped on the way out.
    for (let n = 0; n < slots; n++) table.push(new Slot());
    println(`slots: ${slots}`);
    return new SlotModule(Mutex.new(table));
  }
}

export default module(SlotModule, { license: "GPL", description: "Slots to be taken", params });
