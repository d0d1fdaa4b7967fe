// SPDX-License-Identifier: GPL-2.0-or-later
/** The same, and only one counts at a time. */
import { module } from "kernel";
import {
  miscdev,
  type File,
  type FileOperations,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";
import { Mutex } from "kernel/sync";

const VISITS = Mutex.new(0);

class VisitsFile implements FileOperations {
  static readonly mode = 0o666;

  static open(): VisitsFile {
    return new VisitsFile();
  }

  write(_file: File, input: UserSliceReader): void {
    for (; input.remaining > 0; input.skip(1)) {
      using visits = VISITS.lock();
      visits.value += 1;
    }
  }

  read(file: File, out: UserSliceWriter): void {
    if (file.pos > 0) return;
    out.write_text(`${VISITS.lock().value}\n`);
  }
}

class VisitsModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): VisitsModule {
    return new VisitsModule(miscdev.register("visits", VisitsFile));
  }
}

export default module(VisitsModule, { license: "GPL", description: "Counts visits" });
