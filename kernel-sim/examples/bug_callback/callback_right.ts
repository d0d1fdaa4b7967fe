// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/bell: who has it open hears it, and whoever writes to it rings it for all. A read says how
 * often one has heard it.
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
  GFP_KERNEL,
  INIT_LIST_HEAD,
  kfree,
  kzalloc,
  list_add_tail,
  list_del,
  list_for_each_entry,
  list_head,
  type Ptr,
} from "kernel/raw";
import { func, struct, u32 } from "uapi";

class Listener extends struct({
  node: list_head,
  heard: u32,
  on_ring: func<(listener: Ptr<Listener>) => void>(),
}) {}

class Bell extends struct({ listeners: list_head }) {}

function count_ring(listener: Ptr<Listener>): void {
  "use unsafe";
  listener.$.heard += 1;
}

class BellFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(
    readonly bell: Ptr<Bell>,
    readonly listener: Ptr<Listener>,
  ) {}

  static open(bell: Ptr<Bell>): BellFile {
    // SAFETY: the list is that of the module, which cannot go while the file is open.
    unsafe: {
      const listener: Ptr<Listener> = kzalloc(Listener.size, GFP_KERNEL);
      if (!listener) throw Errno.ENOMEM;
      listener.$.on_ring = count_ring;
      list_add_tail(addr_of(listener.$.node), addr_of(bell.$.listeners));
      return new BellFile(bell, listener);
    }
  }

  write(_file: File, input: UserSliceReader): void {
    // SAFETY: every listener of the list is there.
    unsafe: {
      list_for_each_entry(addr_of(this.bell.$.listeners), Listener, "node", (listener) => {
        listener.$.on_ring(listener);
      });
    }
    input.skip(input.remaining);
  }

  read(file: File, out: UserSliceWriter): void {
    if (file.pos > 0) return;
    // SAFETY: the listener goes with the file.
    unsafe: {
      out.write_text(`${this.listener.$.heard}\n`);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: the file is closed, so nobody has the listener any more.
    unsafe: {
      list_del(addr_of(this.listener.$.node));
      kfree(this.listener);
    }
  }
}

class BellModule {
  constructor(
    readonly device: miscdev.Registration,
    readonly bell: Ptr<Bell>,
  ) {}

  static init(): BellModule {
    // SAFETY: the list is made before anybody can open the device.
    unsafe: {
      const bell: Ptr<Bell> = kzalloc(Bell.size, GFP_KERNEL);
      if (!bell) throw Errno.ENOMEM;
      INIT_LIST_HEAD(addr_of(bell.$.listeners));
      return new BellModule(miscdev.register("bell", BellFile, bell), bell);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: no file is open, so the list is empty.
    unsafe: {
      kfree(this.bell);
    }
  }
}

export default module(BellModule, { license: "GPL", description: "Rings for all who listen" });
