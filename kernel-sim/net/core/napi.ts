// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Receiving by asking: after one interrupt a driver is polled until it has nothing more.
 *
 * Linux: struct napi_struct.
 */
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import type { MaySwitch, Sleeping } from '../../uapi/coroutine.ts';
import type { NetDevice } from './net-device.ts';

/** How many packets a poll may bring in. Linux: NAPI_POLL_WEIGHT. */
export const NAPI_WEIGHT = 64;

/** Brings in up to `budget` packets; answers how many. Context: softirq. */
export type NapiPoll = (budget: number) => MaySwitch<number>;

interface NapiParts {
  readonly enlist: (napi: Napi) => void;
  readonly scheduler: Pick<Scheduler, 'sleepFor'>;
}

/** How long one waits before looking again whether a poll is over. */
const LOOK_NS = 200_000;

export class Napi {
  readonly dev: NetDevice;
  readonly poll: NapiPoll;
  /** It is in the list, or being polled. */
  isScheduled = false;
  /** It is not to be polled any more. */
  isDisabled = false;
  readonly #parts: NapiParts;

  /** Only for NetCore. */
  constructor(dev: NetDevice, poll: NapiPoll, parts: NapiParts) {
    this.dev = dev;
    this.poll = poll;
    this.#parts = parts;
  }

  /** Has it polled soon; false when it will be anyway. Context: any. Linux: napi_schedule. */
  schedule(): boolean {
    if (this.isScheduled || this.isDisabled) return false;
    this.isScheduled = true;
    this.#parts.enlist(this);
    return true;
  }

  /**
   * There is nothing more: the device may interrupt again. Context: its poll. Linux:
   * napi_complete_done.
   */
  complete(): boolean {
    this.isScheduled = false;
    return true;
  }

  /**
   * Comes back when it is not polled any more, and will not be. Twice is once too often: that never
   * comes back. Context: process. Linux: napi_disable.
   */
  *disable(): Sleeping<void> {
    this.isDisabled = true;
    while (this.isScheduled) yield* this.#parts.scheduler.sleepFor(LOOK_NS, false);
    this.isScheduled = true;
  }

  /** It may be polled again. Context: any. Linux: napi_enable. */
  enable(): void {
    this.isDisabled = false;
    this.isScheduled = false;
  }
}
