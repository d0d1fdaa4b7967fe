// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/ticks: a device interrupts every 5 ms, and a read says how often it has. */
import { module } from "kernel";
import { miscdev, type File, type FileOperations, type UserSliceWriter } from "kernel/fs";
import { irq, IRQ_HANDLED, Tick, type IrqHandler } from "kernel/irq";
import { Spinlock } from "kernel/sync";

/** Of the handler and of those who read. */
const TICKS = Spinlock.new(0);
const EVERY_US = 5000;

class TickHandler implements IrqHandler {
  handle(_irq: number): number {
    using ticks = TICKS.lock();
    ticks.value += 1;
    return IRQ_HANDLED;
  }
}

class TicksFile implements FileOperations {
  static readonly mode = 0o444;

  static open(): TicksFile {
    return new TicksFile();
  }

  read(file: File, out: UserSliceWriter): void {
    if (file.pos > 0) return;
    out.write_text(`${howMany()}\n`);
  }
}

function howMany(): number {
  using ticks = TICKS.lock(); // And if the tick comes now, on this CPU?
  return ticks.value;
}

class TicksModule {
  constructor(
    readonly device: miscdev.Registration,
    readonly line: irq.Registration,
    readonly tick: Tick,
  ) {}

  static init(): TicksModule {
    const tick = Tick.open();
    const line = irq.register(tick.irq, "ticks", new TickHandler());
    tick.every(EVERY_US);
    return new TicksModule(miscdev.register("ticks", TicksFile), line, tick);
  }
}

export default module(TicksModule, { license: "GPL", description: "Counts interrupts" });
