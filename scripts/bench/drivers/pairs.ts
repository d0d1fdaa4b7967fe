// SPDX-License-Identifier: GPL-2.0-or-later
/** Takes and gives back as many pieces of memory as bytes are written. */
import { Errno, module } from 'kernel';
import { miscdev, type File, type FileOperations, type UserSliceReader } from 'kernel/fs';
import { GFP_KERNEL, kfree, kmalloc } from 'kernel/raw';

const SIZE = 128;

class PairFile implements FileOperations {
  static open(): PairFile {
    return new PairFile();
  }

  write(_file: File, input: UserSliceReader): void {
    const count = input.remaining;
    // SAFETY: each piece is given back once.
    unsafe: {
      for (let n = 0; n < count; n++) {
        const piece = kmalloc(SIZE, GFP_KERNEL);
        if (!piece) throw Errno.ENOMEM;
        kfree(piece);
      }
    }
    input.skip(count);
  }
}

class PairModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): PairModule {
    return new PairModule(miscdev.register('pairs', PairFile));
  }
}

export default module(PairModule, { license: 'GPL' });
