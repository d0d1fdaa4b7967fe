// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Whether a device sleeps, who needs it, and for how long it did what.
 *
 * Linux: struct dev_pm_info (include/linux/pm.h).
 */
import type { Task } from '../../kernel/sched/task.ts';

/** Linux: usb_autosuspend_delay. */
const DELAY_MS = 2000;

/** `auto` lets it sleep when it is idle. */
export type PowerControl = 'on' | 'auto';

export type PowerState = 'active' | 'suspending' | 'suspended' | 'resuming';

export class DevicePower {
  control: PowerControl = 'on';
  /** So long it must have been idle; less than nothing keeps it awake. */
  delayMs = DELAY_MS;
  /** Who needs it awake. Linux: usage_count. */
  users = 0;
  lastBusyNs = 0;
  /** Nobody tries to suspend it before. */
  notBeforeNs = 0;
  /** Who suspends or resumes it just now: to that one it is awake. */
  mover: Task | undefined = undefined;
  #state: PowerState = 'active';
  #sinceNs = 0;
  #connectedNs = 0;
  #activeNs = 0;
  #suspendedNs = 0;

  get state(): PowerState {
    return this.#state;
  }

  /** It was plugged in. */
  begin(nowNs: number): void {
    this.#connectedNs = nowNs;
    this.#sinceNs = nowNs;
    this.lastBusyNs = nowNs;
  }

  enter(state: PowerState, nowNs: number): void {
    this.#activeNs = this.activeNs(nowNs);
    this.#suspendedNs = this.suspendedNs(nowNs);
    this.#sinceNs = nowNs;
    this.#state = state;
  }

  /** Since it was plugged in. */
  connectedNs(nowNs: number): number {
    return nowNs - this.#connectedNs;
  }

  activeNs(nowNs: number): number {
    return this.#activeNs + (this.#state === 'suspended' ? 0 : nowNs - this.#sinceNs);
  }

  suspendedNs(nowNs: number): number {
    return this.#suspendedNs + (this.#state === 'suspended' ? nowNs - this.#sinceNs : 0);
  }
}
