// SPDX-License-Identifier: GPL-2.0-or-later
/** The same, and the lock is held only while the number changes. */
import { module, println } from "kernel";
import { miscdev, type File, type FileOperations, type UserSliceReader } from "kernel/fs";
import { Spinlock } from "kernel/sync";
import { msleep } from "kernel/time";

const LAST = Spinlock.new(0);
const PRINTING_MS = 20;

function draw(): number {
  using last = LAST.lock();
  last.value += 1;
  return last.value;
}

class TicketFile implements FileOperations {
  static readonly mode = 0o666;

  static open(): TicketFile {
    return new TicketFile();
  }

  write(_file: File, input: UserSliceReader): void {
    const ticket = draw();
    msleep(PRINTING_MS);
    println(`ticket ${ticket}`);
    input.skip(input.remaining);
  }
}

class TicketModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): TicketModule {
    return new TicketModule(miscdev.register("ticket", TicketFile));
  }
}

export default module(TicketModule, { license: "GPL", description: "Draws numbers, slowly" });
