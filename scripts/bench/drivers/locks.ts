// SPDX-License-Identifier: GPL-2.0-or-later
/** Takes locks that nobody else wants, as often as bytes are written: a device for each kind. */
import { module } from 'kernel';
import { miscdev, type File, type FileOperations, type UserSliceReader } from 'kernel/fs';
import {
  DEFINE_MUTEX,
  DEFINE_SPINLOCK,
  mutex_lock,
  mutex_unlock,
  spin_lock,
  spin_unlock,
} from 'kernel/raw';
import { Spinlock } from 'kernel/sync';

class Counter {
  value = 0;
}

const spinlock = DEFINE_SPINLOCK();
const mutex = DEFINE_MUTEX();
const counter = Spinlock.new(new Counter());

class SpinFile implements FileOperations {
  static open(): SpinFile {
    return new SpinFile();
  }

  write(_file: File, input: UserSliceReader): void {
    const count = input.remaining;
    // SAFETY: the lock is ready when the module is.
    unsafe: {
      for (let n = 0; n < count; n++) {
        spin_lock(spinlock);
        spin_unlock(spinlock);
      }
    }
    input.skip(count);
  }
}

class MutexFile implements FileOperations {
  static open(): MutexFile {
    return new MutexFile();
  }

  write(_file: File, input: UserSliceReader): void {
    const count = input.remaining;
    // SAFETY: as above.
    unsafe: {
      for (let n = 0; n < count; n++) {
        mutex_lock(mutex);
        mutex_unlock(mutex);
      }
    }
    input.skip(count);
  }
}

class GuardFile implements FileOperations {
  static open(): GuardFile {
    return new GuardFile();
  }

  write(_file: File, input: UserSliceReader): void {
    const count = input.remaining;
    for (let n = 0; n < count; n++) {
      using held = counter.lock();
      held.value.value += 1;
    }
    input.skip(count);
  }
}

class LockModule {
  constructor(
    readonly spin: miscdev.Registration,
    readonly sleep: miscdev.Registration,
    readonly guard: miscdev.Registration,
  ) {}

  static init(): LockModule {
    return new LockModule(
      miscdev.register('spin', SpinFile),
      miscdev.register('mutex', MutexFile),
      miscdev.register('guard', GuardFile),
    );
  }
}

export default module(LockModule, { license: 'GPL' });
