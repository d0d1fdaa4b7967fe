// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files of terminals: /dev/ttyS0 and its like, /dev/tty and /dev/console.
 *
 * /dev/tty is the controlling terminal of whoever opens it; /dev/console is the first terminal, and
 * never becomes anybody's controlling one. Reading keeps to the rules of termios(3): lines in
 * canonical mode, VMIN and VTIME in raw mode.
 *
 * Opening waits for a carrier, unless the line is local (CLOCAL) or O_NONBLOCK says not to. A file
 * whose terminal has hung up since is dead, and stays so when the terminal is opened again.
 *
 * Linux: drivers/tty/tty_io.c and n_tty_read, n_tty_write of n_tty.c.
 */
import { assert } from '../../lib/assert.ts';
import type { Sim } from '../../sim/sim.ts';
import { WOULD_BLOCK, type Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { makedev, POLL } from '../../uapi/fs.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import { CC, LFLAG } from '../../uapi/termios.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import type { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { Inode } from '../../fs/inode.ts';
import type { FileOperations, OpenFile } from '../../fs/open-file.ts';
import type { JobControl } from './job-control.ts';
import type { Tty } from './tty.ts';
import { ttyIoctl } from './tty-ioctl.ts';

export const TTY_MAJOR = 4;
/** The first minor of ttyS. */
export const SERIAL_MINOR = 64;
export const TTY_DEV = makedev(5, 0);
export const CONSOLE_DEV = makedev(5, 1);
/** VTIME counts in tenths of a second. */
const DECISECOND_NS = 100_000_000;

export class TtyFiles implements FileOperations {
  readonly isStream = true;
  readonly #sim: Sim;
  readonly #scheduler: Scheduler;
  readonly #jobs: JobControl;
  /** By device number; the first one is the console. */
  readonly #ttys: ReadonlyMap<number, Tty>;

  constructor(sim: Sim, scheduler: Scheduler, jobs: JobControl, ttys: readonly Tty[]) {
    this.#sim = sim;
    this.#scheduler = scheduler;
    this.#jobs = jobs;
    this.#ttys = new Map(ttys.map((tty) => [tty.rdev, tty]));
    for (const tty of ttys) tty.onCarrierLost = () => jobs.hangUp(tty);
  }

  open(inode: Inode, file: OpenFile): number {
    const task = this.#scheduler.current;
    const tty = this.#ttyOf(inode.rdev);
    if (tty === undefined) return -ERRNO.ENXIO;
    if (!tty.isReady && !file.isNonblocking) return WOULD_BLOCK;
    file.private = { tty, hangUps: tty.hangUps } satisfies OpenTty;
    const mayAdopt = file.isControlling && file.canRead && inode.rdev !== CONSOLE_DEV;
    if (mayAdopt) this.#jobs.adopt(task, tty);
    return 0;
  }

  *openBlocking(inode: Inode, file: OpenFile): Sleeping<number> {
    for (;;) {
      const result = this.open(inode, file);
      if (result !== WOULD_BLOCK) return result;
      const error = yield* this.#ttyOf(inode.rdev)!.openQueue.sleepInterruptible();
      if (error < 0) return error;
    }
  }

  // ---- Reading ----------------------------------------------------------------------------

  read(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    const tty = ttyOf(file);
    if (isHungUp(file)) return 0;
    const denied = this.#jobs.check(this.#scheduler.current, tty, SIGNAL.TTIN);
    if (denied !== 0) return denied;
    const moved = this.#take(tty, memory, address, count, this.#minimum(tty, count));
    if (moved !== WOULD_BLOCK || !file.isNonblocking) return moved;
    return -ERRNO.EAGAIN;
  }

  *readBlocking(
    file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
  ): Sleeping<number> {
    const tty = ttyOf(file);
    let deadlineNs = this.#firstDeadline(tty);
    let seen = tty.discipline.input.readable;
    for (;;) {
      if (isHungUp(file)) return 0;
      const denied = this.#jobs.check(this.#scheduler.current, tty, SIGNAL.TTIN);
      if (denied !== 0) return denied;
      // Time that has run out makes do with what there is.
      const isLate = this.#sim.now() >= deadlineNs;
      const minimum = isLate ? 0 : this.#minimum(tty, count);
      const moved = this.#take(tty, memory, address, count, minimum);
      if (moved !== WOULD_BLOCK) return moved;
      const { readable } = tty.discipline.input;
      if (readable !== seen) {
        seen = readable;
        deadlineNs = this.#nextDeadline(tty, deadlineNs);
      }
      const error = yield* this.#waitForInput(tty, deadlineNs);
      if (error < 0) return error;
    }
  }

  /** Moves what may be moved, or WOULD_BLOCK. Raw mode waits for `minimum` bytes. */
  #take(tty: Tty, memory: IoMemory, address: number, count: number, minimum: number): number {
    const { discipline } = tty;
    const { input } = discipline;
    if (count === 0) return 0;
    const isReady = discipline.isCanonical ? input.hasLine : input.readable >= minimum;
    if (!isReady) return WOULD_BLOCK;
    const bytes = discipline.isCanonical ? input.line(count) : input.raw(count);
    const moved = memory.copyTo(address, bytes, 0, bytes.length);
    if (moved === 0 && bytes.length > 0) return -ERRNO.EFAULT;
    input.consume(moved);
    tty.port.unthrottle();
    return moved;
  }

  /** How many bytes a raw read wants before it returns. */
  #minimum(tty: Tty, count: number): number {
    const { cc } = tty.termios;
    const vmin = cc[CC.VMIN] ?? 0;
    if (vmin === 0) return (cc[CC.VTIME] ?? 0) === 0 ? 0 : 1;
    return Math.min(vmin, count);
  }

  /** With VMIN 0 the time runs from the start, otherwise from the first byte on. */
  #firstDeadline(tty: Tty): number {
    const isTimed = !tty.discipline.isCanonical && (tty.termios.cc[CC.VTIME] ?? 0) > 0;
    const hasStarted = (tty.termios.cc[CC.VMIN] ?? 0) === 0 || tty.discipline.input.readable > 0;
    return isTimed && hasStarted ? this.#sim.now() + this.#timeout(tty) : Infinity;
  }

  #nextDeadline(tty: Tty, deadlineNs: number): number {
    const isBetweenBytes =
      !tty.discipline.isCanonical &&
      (tty.termios.cc[CC.VMIN] ?? 0) > 0 &&
      (tty.termios.cc[CC.VTIME] ?? 0) > 0;
    return isBetweenBytes ? this.#sim.now() + this.#timeout(tty) : deadlineNs;
  }

  #timeout(tty: Tty): number {
    return (tty.termios.cc[CC.VTIME] ?? 0) * DECISECOND_NS;
  }

  *#waitForInput(tty: Tty, deadlineNs: number): Sleeping<number> {
    if (deadlineNs === Infinity) return yield* tty.readQueue.sleepInterruptible();
    const timer = this.#sim.events.schedule(deadlineNs, () => tty.readQueue.wakeAll());
    const error = yield* tty.readQueue.sleepInterruptible();
    this.#sim.events.cancel(timer);
    return error;
  }

  // ---- Writing ----------------------------------------------------------------------------

  write(file: OpenFile, memory: IoMemory, address: number, count: number): number {
    const tty = ttyOf(file);
    const denied = this.#mayWrite(file, tty);
    if (denied !== 0) return denied;
    const { discipline } = tty;
    discipline.echo.flush();
    if (file.isNonblocking) {
      const moved = discipline.output.write(memory, address, count);
      return moved === 0 && count > 0 ? -ERRNO.EAGAIN : moved;
    }
    const fitsNow = !discipline.echo.isWaiting && discipline.output.fits(count);
    return fitsNow ? discipline.output.write(memory, address, count) : WOULD_BLOCK;
  }

  *writeBlocking(
    file: OpenFile,
    memory: IoMemory,
    address: number,
    count: number,
  ): Sleeping<number> {
    const tty = ttyOf(file);
    const { discipline } = tty;
    let done = 0;
    for (;;) {
      const denied = this.#mayWrite(file, tty);
      if (denied !== 0) return done > 0 ? done : denied;
      discipline.echo.flush();
      if (!discipline.echo.isWaiting) {
        const moved = discipline.output.write(memory, address + done, count - done);
        if (moved < 0) return done > 0 ? done : moved;
        done += moved;
      }
      if (done === count) return done;
      const error = yield* tty.writeQueue.sleepInterruptible();
      if (error < 0) return done > 0 ? done : error;
    }
  }

  #mayWrite(file: OpenFile, tty: Tty): number {
    if (isHungUp(file)) return -ERRNO.EIO;
    if ((tty.termios.lflag & LFLAG.TOSTOP) === 0) return 0;
    return this.#jobs.check(this.#scheduler.current, tty, SIGNAL.TTOU);
  }

  // ---- The rest ---------------------------------------------------------------------------

  ioctl(file: OpenFile, cmd: number, arg: number, memory: IoMemory): number {
    if (isHungUp(file)) return -ERRNO.EIO;
    const tty = ttyOf(file);
    return ttyIoctl({ jobs: this.#jobs, task: this.#scheduler.current, tty, memory }, cmd, arg);
  }

  /** What must wait until all output has gone out. */
  *ioctlBlocking(file: OpenFile, cmd: number, arg: number, memory: IoMemory): Sleeping<number> {
    for (;;) {
      const result = this.ioctl(file, cmd, arg, memory);
      if (result !== WOULD_BLOCK) return result;
      const error = yield* ttyOf(file).writeQueue.sleepInterruptible();
      if (error < 0) return error;
    }
  }

  poll(file: OpenFile): number {
    const tty = ttyOf(file);
    if (isHungUp(file)) return POLL.IN | POLL.OUT | POLL.ERR | POLL.HUP;
    const { discipline } = tty;
    const { input } = discipline;
    const minimum = Math.max(
      1,
      (tty.termios.cc[CC.VTIME] ?? 0) === 0 ? this.#minimum(tty, Infinity) : 1,
    );
    const isReadable = discipline.isCanonical ? input.hasLine : input.readable >= minimum;
    return (isReadable ? POLL.IN : 0) | (tty.port.writeRoom > 0 ? POLL.OUT : 0);
  }

  readQueue(file: OpenFile): WaitQueue {
    return ttyOf(file).readQueue;
  }

  writeQueue(file: OpenFile): WaitQueue {
    return ttyOf(file).writeQueue;
  }

  #ttyOf(rdev: number): Tty | undefined {
    if (rdev === TTY_DEV) return this.#jobs.controlling(this.#scheduler.current);
    if (rdev !== CONSOLE_DEV) return this.#ttys.get(rdev);
    const [console] = this.#ttys.values();
    return console;
  }
}

/** What a file of a terminal keeps. */
interface OpenTty {
  readonly tty: Tty;
  /** The terminal's count of hang-ups when it was opened. */
  readonly hangUps: number;
}

function openTty(file: OpenFile): OpenTty {
  const open = file.private as OpenTty | undefined;
  assert(open !== undefined, 'an open terminal has its tty');
  return open;
}

function ttyOf(file: OpenFile): Tty {
  return openTty(file).tty;
}

function isHungUp(file: OpenFile): boolean {
  const { tty, hangUps } = openTty(file);
  return tty.hangUps !== hangUps;
}
