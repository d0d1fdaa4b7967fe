// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/note keeps the last text that was written to it, with a zero at its end. */
import { Errno, module } from "kernel";
import {
  miscdev,
  type File,
  type FileOperations,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";
import {
  copy_from_user,
  copy_to_user,
  GFP_KERNEL,
  kfree,
  kmalloc,
  kzalloc,
  type Ptr,
  strlen,
} from "kernel/raw";
import { ptr, struct, u8 } from "uapi";

class Note extends struct({ text: ptr<u8>() }) {}

class NoteFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly note: Ptr<Note>) {}

  static open(): NoteFile {
    // SAFETY: zeros are a note without a text.
    unsafe: {
      const note: Ptr<Note> = kzalloc(Note.size, GFP_KERNEL);
      if (!note) throw Errno.ENOMEM;
      return new NoteFile(note);
    }
  }

  write(_file: File, input: UserSliceReader): void {
    const length = input.remaining;
    // SAFETY: the text has room for what is copied, and for its end.
    unsafe: {
      const text: Ptr<u8> = kmalloc(length + 1, GFP_KERNEL);
      if (!text) throw Errno.ENOMEM;
      if (copy_from_user(text, input.user_pointer, length) !== 0) {
        kfree(text);
        throw Errno.EFAULT;
      }
      text[length] = 0;
      kfree(this.note.$.text);
      this.note.$.text = text;
    }
    input.skip(length);
  }

  read(file: File, out: UserSliceWriter): void {
    // SAFETY: a text ends with a zero.
    unsafe: {
      const text = this.note.$.text;
      if (!text) return;
      const left = strlen(text) - file.pos;
      if (left <= 0) return;
      const count = Math.min(left, out.remaining);
      if (copy_to_user(out.user_pointer, text.add(file.pos), count) !== 0) throw Errno.EFAULT;
      out.skip(count);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: the file is closed, so nobody has note or text any more.
    unsafe: {
      kfree(this.note.$.text);
      kfree(this.note);
    }
  }
}

class NoteModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): NoteModule {
    return new NoteModule(miscdev.register("note", NoteFile));
  }
}

export default module(NoteModule, { license: "GPL", description: "Keeps a text" });
