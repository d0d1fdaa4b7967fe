// SPDX-License-Identifier: GPL-2.0-or-later
/** The same, and whoever waits says so before it looks. */
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
  atomic_inc,
  atomic_read,
  atomic_t,
  GFP_KERNEL,
  init_wait,
  init_waitqueue_head,
  finish_wait,
  kfree,
  kzalloc,
  mdelay,
  prepare_to_wait,
  schedule,
  stack_buffer,
  TASK_UNINTERRUPTIBLE,
  wait_queue_entry,
  wait_queue_head,
  wake_up,
  type Ptr,
} from "kernel/raw";
import { struct } from "uapi";

/** Looking takes a moment, so that one can come in between. */
const LOOK_MS = 10;

class Mailbox extends struct({ queue: wait_queue_head, letters: atomic_t }) {}

function has_letter(box: Ptr<Mailbox>): boolean {
  "use unsafe";
  const has = atomic_read(addr_of(box.$.letters)) > 0;
  mdelay(LOOK_MS);
  return has;
}

function wait_for_letter(box: Ptr<Mailbox>): void {
  "use unsafe";
  const queue = addr_of(box.$.queue);
  const entry: Ptr<wait_queue_entry> = stack_buffer(wait_queue_entry.size);
  init_wait(entry);
  for (;;) {
    prepare_to_wait(queue, entry, TASK_UNINTERRUPTIBLE);
    if (has_letter(box)) break;
    schedule();
  }
  finish_wait(queue, entry);
}

class MailboxFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly box: Ptr<Mailbox>) {}

  static open(box: Ptr<Mailbox>): MailboxFile {
    return new MailboxFile(box);
  }

  read(_file: File, out: UserSliceWriter): void {
    // SAFETY: the box goes with the module, which stays while a file is open.
    unsafe: {
      wait_for_letter(this.box);
    }
    out.write_text("a letter\n");
  }

  write(_file: File, input: UserSliceReader): void {
    // SAFETY: as above.
    unsafe: {
      atomic_inc(addr_of(this.box.$.letters));
      wake_up(addr_of(this.box.$.queue));
    }
    input.skip(input.remaining);
  }
}

class MailboxModule {
  constructor(
    readonly device: miscdev.Registration,
    readonly box: Ptr<Mailbox>,
  ) {}

  static init(): MailboxModule {
    // SAFETY: the box is made before anybody can open the device.
    unsafe: {
      const box: Ptr<Mailbox> = kzalloc(Mailbox.size, GFP_KERNEL);
      if (!box) throw Errno.ENOMEM;
      init_waitqueue_head(addr_of(box.$.queue));
      return new MailboxModule(miscdev.register("mailbox", MailboxFile, box), box);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: no file is open, so nobody waits.
    unsafe: {
      kfree(this.box);
    }
  }
}

export default module(MailboxModule, { license: "GPL", description: "Waits for letters" });
