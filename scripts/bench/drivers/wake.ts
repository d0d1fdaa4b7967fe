// SPDX-License-Identifier: GPL-2.0-or-later
/** A thread that answers: as many rounds there and back as bytes are written. */
import { Errno, module } from 'kernel';
import { miscdev, type File, type FileOperations, type UserSliceReader } from 'kernel/fs';
import {
  addr_of,
  complete,
  completion,
  GFP_KERNEL,
  init_completion,
  kfree,
  kthread_run,
  kthread_should_stop,
  kthread_stop,
  kzalloc,
  NULL,
  type Ptr,
  type task_struct,
  wait_for_completion,
} from 'kernel/raw';
import { struct } from 'uapi';

class Talk extends struct({ question: completion, answer: completion }) {}

let talk: Ptr<Talk> = NULL;

function answerer(): number {
  // SAFETY: the talk ends after the thread.
  unsafe: {
    for (;;) {
      wait_for_completion(addr_of(talk.$.question));
      if (kthread_should_stop()) return 0;
      complete(addr_of(talk.$.answer));
    }
  }
}

class WakeFile implements FileOperations {
  static open(): WakeFile {
    return new WakeFile();
  }

  write(_file: File, input: UserSliceReader): void {
    const count = input.remaining;
    // SAFETY: as above.
    unsafe: {
      for (let n = 0; n < count; n++) {
        complete(addr_of(talk.$.question));
        wait_for_completion(addr_of(talk.$.answer));
      }
    }
    input.skip(count);
  }
}

class WakeModule {
  constructor(
    readonly device: miscdev.Registration,
    readonly thread: Ptr<task_struct>,
  ) {}

  static init(): WakeModule {
    // SAFETY: the thread is stopped before its code goes.
    unsafe: {
      talk = kzalloc(Talk.size, GFP_KERNEL);
      if (!talk) throw Errno.ENOMEM;
      init_completion(addr_of(talk.$.question));
      init_completion(addr_of(talk.$.answer));
      return new WakeModule(
        miscdev.register('wake', WakeFile),
        kthread_run(answerer, NULL, 'answerer'),
      );
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: it runs until then.
    unsafe: {
      complete(addr_of(talk.$.question));
      kthread_stop(this.thread);
      kfree(talk);
    }
  }
}

export default module(WakeModule, { license: 'GPL' });
