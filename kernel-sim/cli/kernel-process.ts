// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Runs the kernel in its realm: turn by turn, with what it says and is told carried in between.
 *
 * Turns do not wait for real time unless asked to. While a driver is being compiled the kernel
 * stands still: so the reply lands at the same instant in every run.
 */
import { fstatSync, readFileSync, statSync } from 'node:fs';

import {
  type FromChild,
  STATUS_FAILED,
  STATUS_SIGPIPE,
  STATUS_TIMEOUT,
  type ToChild,
} from './messages.ts';
import { HANG_MS, HangError, numberFrom, Realm, textFrom } from './realm.ts';
import { PARCEL } from './outbox.ts';
import { TURN } from './turn.ts';
import { ReaderGone, writeAll } from './write-all.ts';

const STDIN = 0;
const FDS: ReadonlyMap<number, number> = new Map([
  [PARCEL.STDOUT, 1],
  [PARCEL.STDERR, 2],
]);
/** A file up to this size is given to the script before it starts, so that runs repeat exactly. */
const STDIN_AT_ONCE_BYTES = 64 * 1024 * 1024;
const NS_PER_MS = 1_000_000;
const MS_PER_S = 1000;

type Start = Extract<ToChild, { readonly kind: 'start' }>;

export class KernelProcess {
  readonly #bundle: string;
  readonly #send: (message: FromChild, done: () => void) => void;
  #realm: Realm | undefined;
  #isRealtime = false;
  #startMs = 0;
  #timeoutSeconds = Infinity;
  #deadlineMs = Infinity;
  #compiling = 0;
  /** More of standard input may come. */
  #isStdinOpen = false;
  /** Frames may come. */
  #hasCable = false;
  /** A turn is due, or a timer is set for one. */
  #timer: NodeJS.Timeout | undefined;
  #isTurnDue = false;
  #hasEnded = false;

  constructor(bundle: string, send: (message: FromChild, done: () => void) => void) {
    this.#bundle = bundle;
    this.#send = send;
  }

  receive(message: ToChild): void {
    this.#guarded(() => {
      if (message.kind === 'start') this.#start(message);
      else if (message.kind === 'frame') this.#frame(message.bytes);
      else this.#compiled(message.id, message.bytes);
    });
  }

  #start(start: Start): void {
    if (start.timeoutSeconds !== undefined) this.#setTimeout(start.timeoutSeconds);
    const realm = new Realm(this.#bundle);
    this.#realm = realm;
    this.#isRealtime = start.isRealtime;
    for (const { path, bytes, mode = 0o644, uid = -1 } of start.files) {
      realm.border.addFile(path, mode, uid, realm.give(bytes));
    }
    if (realm.border.boot(JSON.stringify(start.settings)) === TURN.FAILED) {
      this.#fail(textFrom(realm.border.failure()));
      return;
    }
    const { wire, hasCable } = start;
    if (Object.keys(wire).length > 0) realm.border.wire(JSON.stringify(wire));
    if (hasCable) realm.border.plugUplink();
    this.#hasCable = hasCable;
    this.#startMs = performance.now();
    if (start.hasStdin) this.#openStdin();
    else realm.border.stdin(realm.give(new Uint8Array(0)));
    this.#wake();
  }

  #compiled(id: number, bytes: Uint8Array): void {
    this.#compiling--;
    this.#realm?.border.compiled(id, this.#realm.give(bytes));
    this.#wake();
  }

  #frame(bytes: Uint8Array): void {
    this.#realm?.border.frame(this.#realm.give(bytes));
    this.#wake();
  }

  // Turns.

  #wake(): void {
    if (this.#isTurnDue || this.#hasEnded) return;
    clearTimeout(this.#timer);
    this.#isTurnDue = true;
    setImmediate(() => {
      this.#isTurnDue = false;
      this.#guarded(() => this.#turn());
    });
  }

  #turn(): void {
    const realm = this.#realm;
    if (realm === undefined || this.#hasEnded || this.#compiling > 0) return;
    const { border } = realm;
    const presentNs = Math.round((performance.now() - this.#startMs) * NS_PER_MS);
    if (this.#isRealtime) border.setLimit(presentNs);
    const state = this.#turnInTime(realm);
    if (state === undefined) return;
    this.#carryOut(realm);
    if (state === TURN.RUNNING) this.#again(presentNs, numberFrom(border.nowNs()));
    else if (state === TURN.IDLE) this.#rest(presentNs, numberFrom(border.nextEventNs()));
    else if (state === TURN.HALTED) {
      this.#end(numberFrom(border.status()), textFrom(border.panic()));
    } else this.#fail(textFrom(border.failure()));
  }

  /** A turn's state. Undefined: it was cut off, and what had been said until then is out. */
  #turnInTime(realm: Realm): number | undefined {
    const leftMs = this.#deadlineMs - performance.now();
    try {
      return realm.turn(leftMs);
    } catch (error) {
      if (!(error instanceof HangError)) throw error;
      if (leftMs <= HANG_MS) this.#timeOut();
      else {
        this.#sayRest();
        this.#fail(error.message);
      }
      return undefined;
    }
  }

  #setTimeout(seconds: number): void {
    this.#timeoutSeconds = seconds;
    this.#deadlineMs = performance.now() + seconds * MS_PER_S;
    setTimeout(() => this.#guarded(() => this.#timeOut()), seconds * MS_PER_S);
  }

  #timeOut(): void {
    this.#sayRest();
    this.#end(STATUS_TIMEOUT, `timed out after ${this.#timeoutSeconds} s`);
  }

  /** Busy: the next turn at once, or when real time has come so far. */
  #again(presentNs: number, nowNs: number): void {
    if (this.#isRealtime && nowNs > presentNs) this.#sleep(nowNs - presentNs);
    else this.#wake();
  }

  /** Idle until `nextNs`; without one, until something comes from outside, if anything can. */
  #rest(presentNs: number, nextNs: number): void {
    if (nextNs >= 0) {
      if (this.#isRealtime) this.#sleep(nextNs - presentNs);
      else this.#wake();
    } else if (this.#compiling === 0 && !this.#isStdinOpen && !this.#hasCable) {
      this.#fail('every task sleeps, and nothing is left that could wake one');
    }
  }

  #sleep(nanoseconds: number): void {
    const milliseconds = Math.max(1, Math.min(60_000, nanoseconds / NS_PER_MS));
    this.#timer = setTimeout(() => this.#wake(), milliseconds);
  }

  // What the kernel says.

  #carryOut(realm: Realm): void {
    for (;;) {
      const kind = numberFrom(realm.border.parcelKind());
      if (kind < 0) return;
      const id = numberFrom(realm.border.parcelNumber());
      const bytes = realm.take(realm.border.takeParcel());
      const fd = FDS.get(kind);
      if (fd !== undefined) writeAll(fd, bytes);
      else if (kind === PARCEL.TRACE) this.#send({ kind: 'trace', bytes }, () => undefined);
      else if (kind === PARCEL.FRAME) this.#send({ kind: 'frame', bytes }, () => undefined);
      else if (kind === PARCEL.COMPILE) {
        this.#compiling++;
        this.#send({ kind: 'compile', id, bytes }, () => undefined);
      }
    }
  }

  #sayRest(): void {
    if (this.#realm === undefined || this.#hasEnded) return;
    this.#realm.border.flush();
    this.#carryOut(this.#realm);
  }

  #fail(complaint: string): void {
    this.#end(STATUS_FAILED, complaint);
  }

  #end(status: number, complaint: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#send({ kind: 'ended', status, complaint }, () => process.exit());
  }

  /** Nothing thrown may reach Node's own handler, which would look at it. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof ReaderGone) this.#end(STATUS_SIGPIPE, '');
      else this.#fail(error instanceof Error ? error.message : 'something went wrong');
    }
  }

  // Standard input.

  #openStdin(): void {
    const whole = stdinAtOnce();
    if (whole === undefined) {
      this.#isStdinOpen = true;
      process.stdin.on('data', (bytes: Buffer) => this.#stdin(bytes));
      process.stdin.on('end', () => this.#stdinEnds());
      process.stdin.on('error', () => this.#stdinEnds());
      return;
    }
    if (whole.length > 0) this.#stdin(whole);
    this.#stdinEnds();
  }

  #stdin(bytes: Uint8Array): void {
    this.#guarded(() => {
      this.#realm?.border.stdin(this.#realm.give(bytes));
      this.#wake();
    });
  }

  #stdinEnds(): void {
    this.#isStdinOpen = false;
    this.#stdin(new Uint8Array(0));
  }
}

/** All of standard input if it is a file of reasonable size, or nothing at all. */
function stdinAtOnce(): Uint8Array | undefined {
  try {
    const stat = fstatSync(STDIN);
    if (stat.isFile() && stat.size <= STDIN_AT_ONCE_BYTES) return readFileSync(STDIN);
    const isNull = stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev;
    return isNull ? new Uint8Array(0) : undefined;
  } catch {
    return new Uint8Array(0); // Closed.
  }
}
