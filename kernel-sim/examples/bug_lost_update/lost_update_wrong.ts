// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/visits counts: one for each byte that is written to it. */
import { module } from "kernel";
import {
  miscdev,
  type File,
  type FileOperations,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";

let visits = 0;

class VisitsFile implements FileOperations {
  static readonly mode = 0o666;

  static open(): VisitsFile {
    return new VisitsFile();
  }

  write(_file: File, input: UserSliceReader): void {
    for (; input.remaining > 0; input.skip(1)) {
      visits += 1; // A load, an addition, and a store.
    }
  }

  read(file: File, out: UserSliceWriter): void {
    if (file.pos > 0) return;
    out.write_text(`${visits}\n`);
  }
}

class VisitsModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): VisitsModule {
    return new VisitsModule(miscdev.register("visits", VisitsFile));
  }
}

export default module(VisitsModule, { license: "GPL", description: "Counts visits" });
