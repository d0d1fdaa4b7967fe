// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's command line. Linux: Documentation/admin-guide/kernel-parameters.rst. */
import { assert } from '../lib/assert.ts';

export interface KernelOptions {
  /** `kasan=off` stops the checking of loads and stores. */
  readonly kasan: boolean;
  /** `preempt=full` loads the stepped build of modules. */
  readonly preempt: 'voluntary' | 'full';
  /** `watchdog_thresh=N`: a soft lockup is reported after twice N seconds. */
  readonly watchdogSeconds: number;
  /** What nobody here understands: goes to init, as on Linux. */
  readonly unknown: readonly string[];
}

/** Linux's is 10. A learner's endless loop should not take twenty seconds to be found. */
const WATCHDOG_SECONDS = 1;
const WATCHDOG_SECONDS_MAX = 60;

export function parseCommandLine(text: string): KernelOptions {
  let kasan = true;
  let preempt: KernelOptions['preempt'] = 'voluntary';
  let watchdogSeconds = WATCHDOG_SECONDS;
  const unknown: string[] = [];
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const [name, value = ''] = splitOnce(word);
    if (name === 'kasan') kasan = value !== 'off';
    else if (name === 'preempt') preempt = value === 'full' ? 'full' : 'voluntary';
    else if (name === 'watchdog_thresh' && isCount(value)) {
      watchdogSeconds = Math.min(Number(value), WATCHDOG_SECONDS_MAX);
    } else if (!PLATFORM.has(name)) unknown.push(word);
  }
  assert(watchdogSeconds >= 0, 'thresholds are not negative');
  return { kasan, preempt, watchdogSeconds, unknown };
}

/** What the boot loader passes and nobody needs to look at. */
const PLATFORM = new Set(['console', 'root', 'seed', 'rw', 'ro', 'quiet']);

function splitOnce(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function isCount(text: string): boolean {
  return text !== '' && Number.isInteger(Number(text)) && Number(text) > 0;
}
