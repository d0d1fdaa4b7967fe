// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/mailbox: each open file is a box for one letter, which stays until the next one comes. */
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
  type kmem_cache,
  kmem_cache_alloc,
  kmem_cache_create,
  kmem_cache_destroy,
  kmem_cache_free,
  memcpy,
  NULL,
  type Ptr,
  SLAB_ACCOUNT,
  SLAB_HWCACHE_ALIGN,
} from "kernel/raw";
import { flex, struct, u8, usize } from "uapi";

const BOX_SIZE = 192;

class Box extends struct({ length: usize, letter: flex(u8) }) {}

const LETTER_SIZE = BOX_SIZE - Box.size;

class BoxFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(
    readonly boxes: Ptr<kmem_cache>,
    readonly box: Ptr<Box>,
  ) {}

  static open(boxes: Ptr<kmem_cache>): BoxFile {
    // SAFETY: a box without a length is empty.
    unsafe: {
      const box: Ptr<Box> = kmem_cache_alloc(boxes, GFP_KERNEL);
      if (!box) throw Errno.ENOMEM;
      box.$.length = 0;
      return new BoxFile(boxes, box);
    }
  }

  write(_file: File, input: UserSliceReader): void {
    const length = input.remaining;
    if (length > LETTER_SIZE) throw Errno.EMSGSIZE;
    // SAFETY: the box has room for LETTER_SIZE bytes.
    unsafe: {
      const letter = kmalloc(length, GFP_KERNEL);
      if (!letter) throw Errno.ENOMEM;
      if (copy_from_user(letter, input.user_pointer, length) !== 0) {
        kfree(letter);
        throw Errno.EFAULT;
      }
      memcpy(addr_of(this.box.$.letter[0]), letter, length);
      this.box.$.length = length;
      kfree(letter);
    }
    input.skip(length);
  }

  read(file: File, out: UserSliceWriter): void {
    // SAFETY: `length` bytes of a letter are there.
    unsafe: {
      const count = Math.min(this.box.$.length - file.pos, out.remaining);
      if (count <= 0) return;
      const answer = kmalloc(count, GFP_KERNEL);
      if (!answer) throw Errno.ENOMEM;
      memcpy(answer, addr_of(this.box.$.letter[file.pos]), count);
      const left = copy_to_user(out.user_pointer, answer, count);
      kfree(answer);
      if (left !== 0) throw Errno.EFAULT;
      out.skip(count);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: the file is closed, so nobody has the box any more.
    unsafe: {
      kmem_cache_free(this.boxes, this.box);
    }
  }
}

class MailboxModule {
  constructor(
    readonly device: miscdev.Registration,
    readonly boxes: Ptr<kmem_cache>,
  ) {}

  static init(): MailboxModule {
    // SAFETY: the cache goes with the module, after all of its boxes.
    unsafe: {
      const flags = SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT;
      const boxes = kmem_cache_create("mailbox", BOX_SIZE, 0, flags, NULL);
      if (!boxes) throw Errno.ENOMEM;
      return new MailboxModule(miscdev.register("mailbox", BoxFile, boxes), boxes);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: no file is open, so all boxes have been given back.
    unsafe: {
      kmem_cache_destroy(this.boxes);
    }
  }
}

export default module(MailboxModule, { license: "GPL", description: "A box for a letter" });
