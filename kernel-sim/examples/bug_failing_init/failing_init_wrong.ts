// SPDX-License-Identifier: GPL-2.0-or-later
/** Takes memory for slots when it is loaded, and refuses to be loaded with too many. */
import { Errno, module, type Params, param, println } from "kernel";
import { GFP_KERNEL, kfree, kzalloc, type Ptr } from "kernel/raw";
import { array, ptr, struct, u32, u8 } from "uapi";

const SLOTS_MAX = 16;

class Slot extends struct({ owner: u32, name: array(u8, 60) }) {}

class Slots extends struct({ slots: ptr<Slot>(), count: u32 }) {}

const params = { slots: param.uint(8, "how many, at most 16") };

class SlotModule {
  constructor(readonly table: Ptr<Slots>) {}

  static init({ slots }: Params<typeof params>): SlotModule {
    // SAFETY: zeros are free slots.
    unsafe: {
      const table: Ptr<Slots> = kzalloc(Slots.size, GFP_KERNEL);
      if (!table) throw Errno.ENOMEM;
      if (slots > SLOTS_MAX) throw Errno.EINVAL; // And the table?
      table.$.slots = kzalloc(slots * Slot.size, GFP_KERNEL);
      if (!table.$.slots) {
        kfree(table);
        throw Errno.ENOMEM;
      }
      table.$.count = slots;
      println(`slots: ${slots}`);
      return new SlotModule(table);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: nobody else has the table.
    unsafe: {
      kfree(this.table.$.slots);
      kfree(this.table);
    }
  }
}

export default module(SlotModule, { license: "GPL", description: "Slots to be taken", params });
