// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/heart says back what it is told, as a sign that it lives. What is written begins with two
 * bytes that say how long the rest is, the low one first.
 */
import { Errno, module } from "kernel";
import {
  miscdev,
  type File,
  type FileOperations,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";
import {
  addr_of,
  copy_from_user,
  copy_to_user,
  GFP_KERNEL,
  kfree,
  kmalloc,
  kzalloc,
  memcpy,
  type Ptr,
} from "kernel/raw";
import { flex, le16, ptr, struct, u8 } from "uapi";

class Beat extends struct({ length: le16, text: flex(u8) }) {}

class Heart extends struct({ beat: ptr<Beat>() }) {}

class HeartFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly heart: Ptr<Heart>) {}

  static open(): HeartFile {
    // SAFETY: zeros are a heart without a beat.
    unsafe: {
      const heart: Ptr<Heart> = kzalloc(Heart.size, GFP_KERNEL);
      if (!heart) throw Errno.ENOMEM;
      return new HeartFile(heart);
    }
  }

  write(_file: File, input: UserSliceReader): void {
    const size = input.remaining;
    if (size < Beat.size) throw Errno.EINVAL;
    // SAFETY: the beat is as long as what is copied to it.
    unsafe: {
      const beat: Ptr<Beat> = kmalloc(size, GFP_KERNEL);
      if (!beat) throw Errno.ENOMEM;
      if (copy_from_user(beat, input.user_pointer, size) !== 0) {
        kfree(beat);
        throw Errno.EFAULT;
      }
      kfree(this.heart.$.beat);
      this.heart.$.beat = beat;
    }
    input.skip(size);
  }

  read(_file: File, out: UserSliceWriter): void {
    // SAFETY: the answer has room for what is copied to it.
    unsafe: {
      const beat = this.heart.$.beat;
      if (!beat) return;
      const length = Math.min(beat.$.length, out.remaining); // As the writer said.
      const answer = kmalloc(length, GFP_KERNEL);
      if (!answer) throw Errno.ENOMEM;
      memcpy(answer, addr_of(beat.$.text[0]), length);
      const left = copy_to_user(out.user_pointer, answer, length);
      kfree(answer);
      if (left !== 0) throw Errno.EFAULT;
      out.skip(length);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: the file is closed, so nobody has the heart any more.
    unsafe: {
      kfree(this.heart.$.beat);
      kfree(this.heart);
    }
  }
}

class HeartModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): HeartModule {
    return new HeartModule(miscdev.register("heart", HeartFile));
  }
}

export default module(HeartModule, { license: "GPL", description: "Says back what it is told" });
