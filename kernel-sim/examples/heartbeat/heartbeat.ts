// SPDX-License-Identifier: GPL-2.0-or-later
import { Errno, module, param, println, type Params, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import { miscdev, type File, type FileOperations, type UserSliceWriter } from "kernel/fs";
import { AtomicU32, Completion, CondVar, Mutex } from "kernel/sync";
import { ktime_get, Timer, type TimerCallback } from "kernel/time";
import { Work, type WorkItem } from "kernel/workqueue";

const params = { period: param.int(100, "milliseconds between two beats") };

const NS_PER_MS = 1_000_000;

/** The last beat that was written down. */
class Entry {
  beat = 0;
  at_ms = 0;
}

/** What timer, work and readers share. Each part of it knows how to be used by several at once. */
class Heart {
  readonly beats = AtomicU32.new(0);
  readonly entry = Mutex.new(new Entry());
  readonly written = CondVar.new();
  readonly first = Completion.new();
}

/** Runs in a softirq, where nothing may sleep: it counts, and leaves the rest to the work. */
class Beat implements TimerCallback {
  constructor(
    readonly heart: Arc<Heart>,
    readonly diary: Work,
    readonly period: number,
  ) {}

  run(timer: Ref<Timer>): void {
    this.heart.value.beats.add(1);
    this.diary.queue();
    timer.start(this.period);
  }
}

/** Runs in a thread of the kernel, which may wait for the mutex. */
class Diary implements WorkItem {
  constructor(readonly heart: Arc<Heart>) {}

  run(): void {
    const heart = this.heart.value;
    using entry = heart.entry.lock();
    entry.value.beat = heart.beats.load();
    entry.value.at_ms = Math.trunc(ktime_get() / NS_PER_MS);
    heart.written.notify_all();
    heart.first.complete_all();
  }
}

/** One open file: each read waits for the next beat. */
class Listener implements FileOperations {
  static readonly mode = 0o444;

  constructor(readonly heart: Arc<Heart>) {}

  static open(heart: Ref<Arc<Heart>>): Listener {
    return new Listener(heart.clone());
  }

  read(file: File, out: UserSliceWriter): void {
    const heart = this.heart.value;
    using entry = heart.entry.lock_interruptible();
    const seen = entry.value.beat;
    while (entry.value.beat === seen) {
      if (file.nonblocking) throw Errno.EAGAIN;
      heart.written.wait_interruptible(entry); // gives the mutex back while it sleeps
    }
    out.write_text(`beat ${entry.value.beat} at ${entry.value.at_ms} ms\n`);
  }
}

/** Its fields are dropped in this order: first nobody can open the device, then the timer stops. */
class Heartbeat {
  constructor(
    readonly device: miscdev.Registration,
    readonly timer: Timer,
  ) {}

  static init({ period }: Params<typeof params>): Heartbeat {
    if (period <= 0) throw Errno.EINVAL;
    const heart = Arc.new(new Heart());
    const diary = Work.new(new Diary(heart.clone()));
    const timer = Timer.new(new Beat(heart.clone(), diary, period));
    timer.start(period);
    heart.value.first.wait_for_completion();
    println("It beats");
    return new Heartbeat(miscdev.register("heartbeat", Listener, heart), timer);
  }
}

export default module(Heartbeat, { name: "heartbeat", license: "GPL", params });
