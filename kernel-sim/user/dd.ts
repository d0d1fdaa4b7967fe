// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * dd: copies blocks.
 *
 * With one block size (`bs=`) and no conversion each block is one read and one write, made without
 * a generator and without allocating: this loop measures what a system call costs.
 */
import { WOULD_BLOCK, type Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O, SEEK } from '../uapi/fs.ts';
import { CLOCK } from '../uapi/process.ts';
import { SIG, SIGNAL } from '../uapi/signal.ts';
import { convertBlock } from './dd/convert.ts';
import { DD_HELP, parseOperands, type DdOptions } from './dd/operands.ts';
import { DdStats } from './dd/stats.ts';
import { getopt, usage_error, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { complain, errorText, misuse } from './support/command.ts';
import { quoteAlways, quoteName } from './support/quote.ts';

const INTERRUPTED = 1 << (SIGNAL.INT - 1);
const ASKED = 1 << (SIGNAL.USR1 - 1);
const NS_PER_S = 1_000_000_000;
/** Small blocks go by so fast that signals need not be looked for after each. */
const SIGNAL_MASK = 63;

const OPTIONS: OptionSpec = { short: '', long: { help: 'help' } };

export const dd = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) return yield* usage_error(c, args.error);
  if (args.options.length > 0) {
    c.out(DD_HELP);
    return 0;
  }
  const options = parseOperands(c, args.operands);
  if ('error' in options) {
    if (options.hint) return yield* misuse(c, options.error);
    return yield* c.die(c.program, options.error);
  }
  return yield* new Dd(c, options).run();
}, OPTIONS);

class Dd {
  readonly #c: Libc;
  readonly #options: DdOptions;
  readonly #stats: DdStats;
  #input = 0;
  #output = 1;
  #started = 0;
  #nextProgress = 1;
  #progressWidth = 0;
  #status = 0;

  constructor(c: Libc, options: DdOptions) {
    this.#c = c;
    this.#options = options;
    this.#stats = new DdStats(options.ibs, options.obs);
  }

  *run(): Sleeping<number> {
    const c = this.#c;
    this.#started = yield* this.#now();
    if (!(yield* this.#open())) return 1;
    yield* c.sigaction(SIGNAL.INT, SIG.CATCH);
    yield* c.sigaction(SIGNAL.USR1, SIG.CATCH);
    const { ibs, obs } = this.#options;
    const buffer = yield* c.memory.malloc(Math.max(ibs, obs));
    if (buffer === 0) {
      yield* complain(c, `memory exhausted by input buffer of size ${ibs} bytes`);
      return 1;
    }
    if ((yield* this.#skip(buffer)) && (yield* this.#seek(buffer))) {
      if (this.#options.isPlain) yield* this.#copyBlocks(buffer);
      else yield* this.#copyConverted(buffer);
    } else this.#status = 1;
    if (this.#options.syncs) yield* c.sync();
    yield* this.#report();
    return this.#status;
  }

  *#now(): Sleeping<number> {
    const time = yield* this.#c.clock_gettime(CLOCK.MONOTONIC);
    return typeof time === 'number' ? 0 : time.seconds + time.nanoseconds / NS_PER_S;
  }

  *#open(): Sleeping<boolean> {
    const { input, output, inputFlags, outputFlags, truncates, seek, obs } = this.#options;
    const c = this.#c;
    if (input !== undefined) {
      this.#input = yield* c.open(input, O.RDONLY | inputFlags);
      if (this.#input < 0) return yield* this.#failedToOpen(input, this.#input);
    }
    if (output === undefined) return true;
    const truncate = truncates && seek === 0 ? O.TRUNC : 0;
    // With seek= the part that is skipped over stays, so the file is opened to read as well.
    const access = seek === 0 ? O.WRONLY : O.RDWR;
    this.#output = yield* c.open(output, access | outputFlags | truncate);
    if (this.#output === -ERRNO.EACCES && seek > 0) {
      this.#output = yield* c.open(output, O.WRONLY | outputFlags);
    }
    if (this.#output < 0) return yield* this.#failedToOpen(output, this.#output);
    if (truncates && seek > 0) yield* c.ftruncate(this.#output, seek * obs);
    return true;
  }

  *#failedToOpen(name: string, failure: number): Sleeping<false> {
    yield* complain(this.#c, `failed to open ${quoteAlways(name)}: ${errorText(failure)}`);
    return false;
  }

  /** Passes over the first input blocks: by seeking, or by reading where that cannot be. */
  *#skip(buffer: number): Sleeping<boolean> {
    const { skip, ibs } = this.#options;
    if (skip === 0) return true;
    const c = this.#c;
    const stat = yield* c.fstat(this.#input);
    if ((yield* c.lseek(this.#input, skip * ibs, SEEK.CUR)) >= 0) {
      const isBeyond = typeof stat !== 'number' && stat.size > 0 && stat.size < skip * ibs;
      if (isBeyond) yield* this.#complainAbout('cannot skip to specified offset');
      return true;
    }
    for (let i = 0; i < skip; i++) {
      const count = yield* this.#read(buffer, ibs);
      if (count < 0) return yield* this.#readError(count);
      if (count === 0) {
        yield* this.#complainAbout('cannot skip to specified offset');
        return true;
      }
    }
    return true;
  }

  *#complainAbout(text: string): Sleeping<void> {
    yield* complain(this.#c, `${quoteName(this.#inputName)}: ${text}`);
  }

  get #inputName(): string {
    return this.#options.input ?? 'standard input';
  }

  get #outputName(): string {
    return this.#options.output ?? 'standard output';
  }

  *#seek(buffer: number): Sleeping<boolean> {
    const { seek, obs } = this.#options;
    if (seek === 0) return true;
    const c = this.#c;
    if ((yield* c.lseek(this.#output, seek * obs, SEEK.CUR)) >= 0) return true;
    c.cpu.storeBytes(buffer, new Uint8Array(obs));
    for (let i = 0; i < seek; i++) if (!(yield* this.#writeAll(buffer, obs))) return false;
    return true;
  }

  *#read(buffer: number, size: number): Sleeping<number> {
    const count = this.#c.read_into(this.#input, buffer, size);
    return count === WOULD_BLOCK ? yield* this.#c.wait() : count;
  }

  /** The measured loop: a block in, the same bytes out. */
  *#copyBlocks(buffer: number): Sleeping<void> {
    const c = this.#c;
    const cpu = c.cpu;
    const { ibs, count } = this.#options;
    const stats = this.#stats;
    const input = this.#input;
    const output = this.#output;
    const reports = this.#options.status === 'progress';
    const mask = ibs < 4096 && !reports ? SIGNAL_MASK : 0;
    let full = 0;
    for (let block = 0; block < count; block++) {
      let got = c.read_into(input, buffer, ibs);
      if (got === WOULD_BLOCK) got = yield* cpu.wait();
      if (got !== ibs) {
        stats.addFull(full);
        full = 0;
        if (got === -ERRNO.EINTR && (yield* this.#lookUp())) {
          block--;
          continue;
        }
        if (got <= 0) {
          if (got < 0) yield* this.#readError(got);
          return;
        }
        stats.readPartial++;
        if (!(yield* this.#writeAll(buffer, got))) return;
        continue;
      }
      let put = c.write_from(output, buffer, ibs);
      if (put === WOULD_BLOCK) put = yield* cpu.wait();
      if (put === ibs) full++;
      else {
        stats.addFull(full);
        stats.readFull++;
        full = 0;
        if (!(yield* this.#finishWrite(buffer, ibs, put))) return;
      }
      if ((block & mask) === 0) {
        const signals = cpu.takeSignals();
        if (signals !== 0 || reports) {
          stats.addFull(full);
          full = 0;
          yield* this.#handle(signals);
        }
      }
    }
    stats.addFull(full);
  }

  /** Input and output of different sizes, or something to be done to the bytes in between. */
  *#copyConverted(buffer: number): Sleeping<void> {
    const c = this.#c;
    const { ibs, obs, count, conversions, isOneSize } = this.#options;
    const stats = this.#stats;
    let pending = new Uint8Array(0);
    for (let block = 0; block < count; block++) {
      const got = yield* this.#read(buffer, ibs);
      if (got === -ERRNO.EINTR && (yield* this.#lookUp())) {
        block--;
        continue;
      }
      if (got === 0) break;
      if (got < 0) {
        yield* this.#readError(got);
        if (!conversions.has('noerror')) break;
        yield* this.#report();
        yield* c.lseek(this.#input, ibs, SEEK.CUR);
        if (!conversions.has('sync')) continue;
      } else if (got === ibs) stats.readFull++;
      else stats.readPartial++;
      const converted = convertBlock(c.cpu.loadBytes(buffer, Math.max(got, 0)), ibs, conversions);
      const joined = new Uint8Array(pending.length + converted.length);
      joined.set(pending);
      joined.set(converted, pending.length);
      let at = 0;
      const step = isOneSize ? joined.length : obs;
      for (; step > 0 && at + step <= joined.length; at += step) {
        c.cpu.storeBytes(buffer, joined.subarray(at, at + step));
        if (!(yield* this.#writeAll(buffer, step))) return;
      }
      pending = joined.slice(at);
      yield* this.#handle(c.take_signals());
    }
    if (pending.length === 0) return;
    c.cpu.storeBytes(buffer, pending);
    yield* this.#writeAll(buffer, pending.length);
  }

  *#readError(failure: number): Sleeping<false> {
    yield* complain(
      this.#c,
      `error reading ${quoteAlways(this.#inputName)}: ${errorText(failure)}`,
    );
    this.#status = 1;
    return false;
  }

  *#writeAll(buffer: number, size: number): Sleeping<boolean> {
    let put = this.#c.write_from(this.#output, buffer, size);
    if (put === WOULD_BLOCK) put = yield* this.#c.wait();
    return yield* this.#finishWrite(buffer, size, put);
  }

  /** Takes note of a write that answered `first`, and writes what it left. */
  *#finishWrite(buffer: number, size: number, first: number): Sleeping<boolean> {
    let done = 0;
    for (let put = first; ;) {
      if (put < 0 && put !== -ERRNO.EINTR) {
        const name = quoteAlways(this.#outputName);
        yield* complain(this.#c, `error writing ${name}: ${errorText(put)}`);
        this.#status = 1;
        this.#stats.wrote(done);
        return false;
      }
      done += Math.max(put, 0);
      if (done === size) break;
      if (put < 0) yield* this.#lookUp();
      put = this.#c.write_from(this.#output, buffer + done, size - done);
      if (put === WOULD_BLOCK) put = yield* this.#c.wait();
    }
    this.#stats.wrote(size);
    return true;
  }

  *#lookUp(): Sleeping<boolean> {
    yield* this.#handle(this.#c.take_signals());
    return true;
  }

  *#handle(signals: number): Sleeping<void> {
    if ((signals & INTERRUPTED) !== 0) {
      yield* this.#report();
      yield* this.#c.sigaction(SIGNAL.INT, SIG.DFL);
      yield* this.#c.kill(yield* this.#c.getpid(), SIGNAL.INT);
    }
    if ((signals & ASKED) !== 0) yield* this.#report();
    if (this.#options.status !== 'progress') return;
    const elapsed = (yield* this.#now()) - this.#started;
    if (elapsed < this.#nextProgress) return;
    this.#nextProgress = Math.floor(elapsed) + 1;
    const text = this.#stats.transfer(Math.floor(elapsed), `${Math.floor(elapsed)} s`);
    const blanks = ' '.repeat(Math.max(0, this.#progressWidth - text.length));
    this.#progressWidth = text.length;
    yield* this.#c.err(`\r${text}${blanks}`);
  }

  *#report(): Sleeping<void> {
    const { status } = this.#options;
    if (status === 'none') return;
    const elapsed = (yield* this.#now()) - this.#started;
    if (this.#progressWidth > 0) yield* this.#c.err('\n');
    this.#progressWidth = 0;
    yield* this.#c.err(this.#stats.records());
    if (status !== 'noxfer') yield* this.#c.err(`${this.#stats.transfer(elapsed)}\n`);
  }
}
