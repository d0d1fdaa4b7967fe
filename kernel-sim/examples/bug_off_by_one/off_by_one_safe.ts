// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/note keeps the last text that was written to it. Its length says where it ends. */
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

class NoteFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly text: Mutex<KVec<u8>>) {}

  static open(): NoteFile {
    return new NoteFile(Mutex.new(KVec.new(u8)));
  }

  write(_file: File, input: UserSliceReader): void {
    const bytes = input.read_all();
    using text = this.text.lock();
    text.value.clear();
    text.value.extend_from_slice(bytes); // Grows, or fails with ENOMEM.
  }

  read(file: File, out: UserSliceWriter): void {
    using text = this.text.lock();
    out.write(text.value.slice(file.pos, text.value.len()));
  }
}

class NoteModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): NoteModule {
    return new NoteModule(miscdev.register("note", NoteFile));
  }
}

export default module(NoteModule, { license: "GPL", description: "Keeps a text" });
