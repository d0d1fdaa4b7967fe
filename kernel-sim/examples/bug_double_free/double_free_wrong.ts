// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/label keeps a label of at most 32 bytes for whoever has it open. */
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
} from "kernel/raw";
import { ptr, struct, u8, usize } from "uapi";

const LABEL_SIZE = 32;

class Label extends struct({ text: ptr<u8>(), length: usize }) {}

class LabelFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly label: Ptr<Label>) {}

  static open(): LabelFile {
    // SAFETY: a label of length 0 has no byte that anybody reads.
    unsafe: {
      const label: Ptr<Label> = kzalloc(Label.size, GFP_KERNEL);
      if (!label) throw Errno.ENOMEM;
      label.$.text = kmalloc(LABEL_SIZE, GFP_KERNEL);
      if (!label.$.text) {
        kfree(label);
        throw Errno.ENOMEM;
      }
      return new LabelFile(label);
    }
  }

  write(_file: File, input: UserSliceReader): void {
    const length = Math.min(input.remaining, LABEL_SIZE);
    // SAFETY: the label's text has room for LABEL_SIZE bytes.
    unsafe: {
      if (copy_from_user(this.label.$.text, input.user_pointer, length) !== 0) {
        kfree(this.label.$.text); // What is half a label good for?
        throw Errno.EFAULT;
      }
      this.label.$.length = length;
    }
    input.skip(length);
  }

  read(file: File, out: UserSliceWriter): void {
    // SAFETY: `length` bytes of the text are there.
    unsafe: {
      const count = Math.min(this.label.$.length - file.pos, out.remaining);
      if (count <= 0) return;
      const from = this.label.$.text.add(file.pos);
      if (copy_to_user(out.user_pointer, from, count) !== 0) throw Errno.EFAULT;
      out.skip(count);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: the file is closed, so nobody has the label any more.
    unsafe: {
      kfree(this.label.$.text);
      kfree(this.label);
    }
  }
}

class LabelModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): LabelModule {
    return new LabelModule(miscdev.register("label", LabelFile));
  }
}

export default module(LabelModule, { license: "GPL", description: "Keeps a label" });
