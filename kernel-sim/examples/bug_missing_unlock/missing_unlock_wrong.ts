// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/note keeps a short note; one that is too long is refused. */
import { Errno, module, println } from "kernel";
import { miscdev, type File, type FileOperations, type UserSliceReader } from "kernel/fs";
import { DEFINE_MUTEX, mutex_lock, mutex_unlock } from "kernel/raw";

const ROOM_BYTES = 8;
const LOCK = DEFINE_MUTEX();
/** How long the note is. Under LOCK. */
let note = 0;

class NoteFile implements FileOperations {
  static readonly mode = 0o666;

  static open(): NoteFile {
    return new NoteFile();
  }

  write(_file: File, input: UserSliceReader): void {
    // SAFETY: LOCK is made with the module, which stays while a file is open.
    unsafe: {
      mutex_lock(LOCK);
      if (input.remaining > ROOM_BYTES) throw Errno.EMSGSIZE; // Out, with the lock.
      note = input.read_all().length;
      mutex_unlock(LOCK);
    }
  }
}

class NoteModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): NoteModule {
    return new NoteModule(miscdev.register("note", NoteFile));
  }

  [Symbol.dispose](): void {
    println(`a note of ${note} bytes`);
  }
}

export default module(NoteModule, { license: "GPL", description: "Keeps a short note" });
