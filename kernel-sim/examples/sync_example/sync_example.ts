// SPDX-License-Identifier: GPL-2.0-or-later
import { module, println, type Ref } from "kernel";
import { Mutex, Spinlock, type Guard } from "kernel/sync";

/** Lies in the module's own memory, and goes with the module. */
const GLOBAL = Spinlock.new(0);

/** A mutex that tells what happens to it. The kernel's own ones are silent. */
class LoudMutex {
  constructor(readonly inner: Mutex<number>) {}

  lock(this: Ref<LoudMutex>): LoudGuard {
    const guard = this.inner.lock();
    println("Mutex is locked!");
    return new LoudGuard(guard);
  }
}

/** While it lives, the mutex is held. */
class LoudGuard {
  constructor(readonly inner: Guard<number>) {}

  get value(): number {
    return this.inner.value;
  }

  set value(value: number) {
    this.inner.value = value;
  }

  /** Runs first; the guard within, a field, is dropped after it, and that unlocks. */
  [Symbol.dispose](): void {
    println("Mutex is dropped!");
  }
}

class SyncExample {
  static init(): SyncExample {
    // A guard may live as briefly as a statement.
    GLOBAL.lock().value = 1;

    const local = Spinlock.new(100);
    {
      using data = local.lock();
      println(`Data ${data.value} is locked by a spinlock`);
    }

    const mutex = new LoudMutex(Mutex.new(50));
    using data = mutex.lock();
    println(`Data ${data.value} is locked by a mutex`);
    data.value = 100;
    println(`Now data is ${data.value}`);
    println("Hello from TypeScript!");
    return new SyncExample();
  }
}

export default module(SyncExample, { name: "sync_example", license: "GPL" });
