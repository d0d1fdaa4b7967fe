// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /sys/kernel/debug/kmemleak: what is suspected, and the commands that a write may give.
 *
 * Linux: kmemleak_seq_show, kmemleak_write of mm/kmemleak.c. Differs: what a module has left behind
 * when it is unloaded is told of in the log at once (`moduleGone`).
 */
import { LEVEL, type Printk } from '../kernel/printk/printk.ts';
import { parseInteger } from '../lib/kstrto.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { LeakPrinter } from './kmemleak-report.ts';
import type { LeakScanner } from './kmemleak-scan.ts';
import type { LeakThread } from './kmemleak-thread.ts';
import { type Kmemleak, LEAK_FLAG, type LeakObject } from './kmemleak.ts';

const COMMAND_CHARS_MAX = 63;
const UINT_MAX = 0xffff_ffffn;

export interface LeakControlParts {
  readonly kmemleak: Kmemleak;
  readonly scanner: LeakScanner;
  readonly printer: LeakPrinter;
  readonly thread: LeakThread;
  readonly printk: Printk;
}

export class LeakControl {
  readonly #parts: LeakControlParts;
  #hasFound = false;
  /** What modules have left behind, as the log has told. */
  readonly #left = new WeakSet<LeakObject>();

  constructor(parts: LeakControlParts) {
    this.#parts = parts;
  }

  /** The blocks of what is suspected now, in order of allocation. */
  show(): string {
    const { kmemleak, printer } = this.#parts;
    return [...kmemleak.objects]
      .filter((object) => this.#isSuspected(object))
      .flatMap((object) => printer.unreferenced(object))
      .map((line) => `${line}\n`)
      .join('');
  }

  /** The same, with what unloaded modules have left behind; in order of allocation. */
  lost(): LeakObject[] {
    return [...this.#parts.kmemleak.objects].filter(
      (object) => this.#left.has(object) || this.#isSuspected(object),
    );
  }

  /** Takes a command. Answers 0 or a negative errno. A command is known by how it begins. */
  command(given: string): number {
    const { kmemleak, scanner, thread } = this.#parts;
    const text = given.slice(0, COMMAND_CHARS_MAX);
    if (text.startsWith('clear')) return this.#clear();
    if (!kmemleak.isTracking) return -ERRNO.EPERM;
    if (text.startsWith('off')) return this.#disable();
    if (text.startsWith('stack=on')) scanner.areStacksScanned = true;
    else if (text.startsWith('stack=off')) scanner.areStacksScanned = false;
    else if (text.startsWith('scan=on')) thread.start();
    else if (text.startsWith('scan=off')) thread.stop();
    else if (text.startsWith('scan=')) return this.#setWait(text.slice('scan='.length));
    else if (text.startsWith('scan')) this.scan();
    else if (text.startsWith('dump=')) return this.#dump(text.slice('dump='.length));
    else return -ERRNO.EINVAL;
    return 0;
  }

  scan(): void {
    const found = this.#parts.scanner.scan();
    if (found === 0) return;
    this.#hasFound = true;
    this.log(`${found} new suspected memory leaks (see /sys/kernel/debug/kmemleak)`);
  }

  /** `kmemleak=off`, and the command. Linux: kmemleak_disable, kmemleak_do_cleanup. */
  disable(): void {
    const { kmemleak, thread } = this.#parts;
    kmemleak.disable();
    thread.stop();
    this.log('Kernel memory leak detector disabled');
  }

  /**
   * A module is gone, and its data with it: tells what it allocated that nobody freed, and that
   * nobody can free any more. Linux tells nothing then.
   */
  moduleGone(name: string, isOwn: (object: LeakObject) => boolean): void {
    const { kmemleak, scanner, printer, printk } = this.#parts;
    if (!kmemleak.isTracking) return;
    const left = scanner.unreachable(isOwn);
    if (left.length === 0) return;
    const bytes = left.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const what = left.length === 1 ? 'object' : 'objects';
    const say = (line: string): void => printk.print(LEVEL.WARNING, `kmemleak: ${line}`);
    say(`${name} left ${left.length} unreferenced ${what} behind (${bytes} bytes)`);
    for (const object of left) {
      this.#left.add(object);
      for (const line of printer.unreferenced(object)) say(line);
    }
  }

  log(text: string): void {
    this.#parts.printk.info(`kmemleak: ${text}`);
  }

  #isSuspected(object: LeakObject): boolean {
    const isReported = (object.flags & LEAK_FLAG.REPORTED) !== 0;
    return isReported && this.#parts.scanner.isUnreferenced(object);
  }

  #clear(): number {
    const { kmemleak, scanner } = this.#parts;
    if (kmemleak.isTracking) kmemleak.clear((object) => scanner.isUnreferenced(object));
    else kmemleak.cleanup();
    this.#hasFound = false;
    return 0;
  }

  #disable(): number {
    this.disable();
    if (!this.#hasFound) this.#parts.kmemleak.cleanup();
    else {
      this.log(
        'Kmemleak disabled without freeing internal data. Reclaim the memory with ' +
          '"echo clear > /sys/kernel/debug/kmemleak".',
      );
    }
    return 0;
  }

  #setWait(text: string): number {
    const seconds = parseInteger(text);
    if (seconds === undefined || seconds < 0n) return -ERRNO.EINVAL;
    if (seconds > UINT_MAX) return -ERRNO.ERANGE;
    const { thread } = this.#parts;
    thread.stop();
    if (seconds === 0n) return 0;
    thread.setWait(Number(seconds));
    thread.start();
    return 0;
  }

  #dump(text: string): number {
    const { kmemleak, printer, printk } = this.#parts;
    const address = parseInteger(text);
    if (address === undefined || address < 0n) return -ERRNO.EINVAL;
    // Memory has 48-bit numbers for what people write sign-extended.
    const object = kmemleak.find(Number(BigInt.asUintN(48, address)));
    if (object === undefined) {
      this.log(`Unknown object at 0x${address.toString(16).padStart(8, '0')}`);
      return -ERRNO.EINVAL;
    }
    for (const line of printer.info(object)) printk.print(LEVEL.NOTICE, `kmemleak: ${line}`);
    return 0;
  }
}
