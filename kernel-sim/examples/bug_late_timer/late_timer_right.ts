// SPDX-License-Identifier: GPL-2.0-or-later
/** The same, and the timer is stopped before what it needs goes. */
import { Errno, module } from "kernel";
import {
  addr_of,
  container_of,
  jiffies,
  GFP_KERNEL,
  kfree,
  kzalloc,
  mod_timer,
  msecs_to_jiffies,
  timer_list,
  timer_setup,
  timer_shutdown_sync,
  type Ptr,
} from "kernel/raw";
import { struct, u32 } from "uapi";

const EVERY_MS = 1000;

class Clock extends struct({ timer: timer_list, ticks: u32 }) {}

function tick(timer: Ptr<timer_list>): void {
  "use unsafe";
  const clock: Ptr<Clock> = container_of(timer, Clock, "timer");
  clock.$.ticks += 1;
  mod_timer(timer, jiffies + msecs_to_jiffies(EVERY_MS));
}

class ClockModule {
  constructor(readonly clock: Ptr<Clock>) {}

  static init(): ClockModule {
    // SAFETY: the clock lives as long as the module.
    unsafe: {
      const clock: Ptr<Clock> = kzalloc(Clock.size, GFP_KERNEL);
      if (!clock) throw Errno.ENOMEM;
      timer_setup(addr_of(clock.$.timer), tick, 0);
      mod_timer(addr_of(clock.$.timer), jiffies + msecs_to_jiffies(EVERY_MS));
      return new ClockModule(clock);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: nobody else frees it, and the timer is not armed again.
    unsafe: {
      timer_shutdown_sync(addr_of(this.clock.$.timer));
      kfree(this.clock);
    }
  }
}

export default module(ClockModule, { license: "GPL", description: "Counts the time" });
