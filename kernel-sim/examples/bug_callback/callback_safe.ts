// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/bell: who has it open hears it, and whoever writes to it rings it for all. A read says how
 * often one has heard it.
 */
import { drop, module, type Ref } from "kernel";
import { Arc, KVec } from "kernel/alloc";
import {
  miscdev,
  type File,
  type FileOperations,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";
import { Mutex } from "kernel/sync";

/** What one open file and the bell have in common. */
class Listener {
  constructor(readonly heard: Mutex<number>) {}
}

class Bell {
  constructor(readonly listeners: Mutex<KVec<Arc<Listener>>>) {}
}

class BellFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(
    readonly bell: Arc<Bell>,
    readonly listener: Arc<Listener>,
  ) {}

  static open(bell: Ref<Arc<Bell>>): BellFile {
    const listener = Arc.new(new Listener(Mutex.new(0)));
    using listeners = bell.value.listeners.lock();
    listeners.value.push(listener.clone());
    return new BellFile(bell.clone(), listener);
  }

  write(_file: File, input: UserSliceReader): void {
    using listeners = this.bell.value.listeners.lock();
    for (let n = 0; n < listeners.value.len(); n++) {
      using heard = listeners.value.at(n).value.heard.lock();
      heard.value += 1;
    }
    input.skip(input.remaining);
  }

  read(file: File, out: UserSliceWriter): void {
    if (file.pos > 0) return;
    using heard = this.listener.value.heard.lock();
    out.write_text(`${heard.value}\n`);
  }

  /** Forgetting this would leave a listener that nobody asks, never one that is gone. */
  [Symbol.dispose](): void {
    using listeners = this.bell.value.listeners.lock();
    for (let n = 0; n < listeners.value.len(); n++) {
      if (Arc.ptr_eq(listeners.value.at(n), this.listener)) {
        drop(listeners.value.remove(n));
        break;
      }
    }
  }
}

class BellModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): BellModule {
    const bell = Arc.new(new Bell(Mutex.new(KVec.new())));
    return new BellModule(miscdev.register("bell", BellFile, bell));
  }
}

export default module(BellModule, { license: "GPL", description: "Rings for all who listen" });
