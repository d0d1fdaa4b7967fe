// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/mailbox: each open file is a box for one letter, which stays until the next one comes. */
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

class BoxFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly letter: Mutex<KVec<u8>>) {}

  static open(): BoxFile {
    return new BoxFile(Mutex.new(KVec.new(u8)));
  }

  write(_file: File, input: UserSliceReader): void {
    const bytes = input.read_all();
    using letter = this.letter.lock();
    letter.value.clear();
    letter.value.extend_from_slice(bytes); // The box grows with the letter.
  }

  read(file: File, out: UserSliceWriter): void {
    using letter = this.letter.lock();
    out.write(letter.value.slice(file.pos, letter.value.len()));
  }
}

class MailboxModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): MailboxModule {
    return new MailboxModule(miscdev.register("mailbox", BoxFile));
  }
}

export default module(MailboxModule, { license: "GPL", description: "A box for a letter" });
