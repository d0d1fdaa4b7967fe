// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/ticket: a write draws a number, and takes its time. */
import { module, println } from "kernel";
import { miscdev, type File, type FileOperations, type UserSliceReader } from "kernel/fs";
import { Spinlock } from "kernel/sync";
import { msleep } from "kernel/time";

const LAST = Spinlock.new(0);
const PRINTING_MS = 20;

class TicketFile implements FileOperations {
  static readonly mode = 0o666;

  static open(): TicketFile {
    return new TicketFile();
  }

  write(_file: File, input: UserSliceReader): void {
    using last = LAST.lock();
    msleep(PRINTING_MS); // The printer is slow. The lock's holder must not be.
    last.value += 1;
    println(`ticket ${last.value}`);
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
