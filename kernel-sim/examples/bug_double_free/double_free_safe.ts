// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/label keeps a label of at most 32 bytes for whoever has it open. */
import { module } from "kernel";
import { KVec } from "kernel/alloc";
import {
  miscdev,
  type File,
  type FileOperations,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";
import { Mutex } from "kernel/sync";
import { u8 } from "uapi";

const LABEL_SIZE = 32;

class LabelFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly label: Mutex<KVec<u8>>) {}

  static open(): LabelFile {
    return new LabelFile(Mutex.new(KVec.with_capacity(u8, LABEL_SIZE)));
  }

  write(_file: File, input: UserSliceReader): void {
    const text = input.read(LABEL_SIZE); // EFAULT leaves here; nothing has changed.
    using label = this.label.lock();
    label.value.clear();
    label.value.extend_from_slice(text);
  }

  read(file: File, out: UserSliceWriter): void {
    using label = this.label.lock();
    out.write(label.value.slice(file.pos, label.value.len()));
  }
  // The label ends with the file, and cannot end twice.
}

class LabelModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): LabelModule {
    return new LabelModule(miscdev.register("label", LabelFile));
  }
}

export default module(LabelModule, { license: "GPL", description: "Keeps a label" });
