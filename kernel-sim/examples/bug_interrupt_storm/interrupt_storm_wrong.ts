// SPDX-License-Identifier: GPL-2.0-or-later
/** Listens to the errors of the network card, and makes one. */
import { module, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import { platform, type IoMem, type PlatformDevice } from "kernel/io";
import { irq, IRQ_HANDLED, IRQ_NONE, type IrqHandler } from "kernel/irq";

const CTRL = 0x08;
const CAUSE = 0x18;
const MASK = 0x1c;
const RX_TAIL = 0x3c;
const RESET = 1 << 0;
const CAUSE_RX = 1 << 1;
const CAUSE_ERROR = 1 << 3;
/** No ring is so long. */
const NOWHERE = 9999;

class Handler implements IrqHandler {
  constructor(readonly regs: Arc<IoMem>) {}

  handle(): number {
    const regs = this.regs.value;
    const cause = regs.readl(CAUSE) & CAUSE_RX; // What else it may want is forgotten.
    if (cause === 0) return IRQ_NONE;
    regs.writel(cause, CAUSE);
    return IRQ_HANDLED;
  }
}

class Listener {
  constructor(
    readonly regs: Arc<IoMem>,
    readonly line: irq.Registration,
  ) {}

  static probe(device: PlatformDevice): Listener {
    const regs = Arc.new(device.ioremap());
    const line = irq.register(device.irq, "listener", new Handler(regs.clone()));
    make_error(regs.value);
    return new Listener(regs, line);
  }

  [Symbol.dispose](): void {
    this.regs.value.writel(RESET, CTRL);
  }
}

function make_error(regs: Ref<IoMem>): void {
  regs.writel(CAUSE_RX | CAUSE_ERROR, MASK);
  regs.writel(NOWHERE, RX_TAIL);
}

class ListenerModule {
  constructor(readonly driver: platform.Registration) {}

  static init(): ListenerModule {
    return new ListenerModule(platform.register("ringnic", Listener));
  }
}

export default module(ListenerModule, { license: "GPL", description: "Listens to a card" });
