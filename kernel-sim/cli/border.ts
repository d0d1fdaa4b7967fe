// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The inner side of the border between the kernel's realm and the process around it (realm.ts).
 *
 * Built with the kernel into one script and run in the vm context, so there is nothing of Node's
 * here, whatever the compiler's settings say. What crosses: numbers, strings, and ArrayBuffers made
 * in here. The process calls in; the kernel never calls out but to compile a driver's text. What
 * the kernel has to say waits in a queue until the process fetches it.
 */
import { removeTextDecoder } from './text-decoder.ts'; // Before the kernel: see there.
import {
  bootMachine,
  defaultImage,
  freezeIntrinsics,
  takeSnapshot,
  type BootFile,
  type BootImage,
  type Host,
  type Machine,
  type WireSettings,
} from '../index.ts';
import { Outbox } from './outbox.ts';
import { TraceWriter } from './trace-writer.ts';
import { TURN } from './turn.ts';

/** See realm.ts: answers a function of this realm, or a string that says what is wrong. */
export type Compile = (code: string, name: string) => unknown;

/** The settings of a run, as JSON; what is left out has its default. */
export type Settings = Partial<Omit<BootImage, 'files'>> & { readonly isTraced: boolean };

export interface Border {
  /** A buffer of this realm, for bytes to be put into. */
  readonly allocate: (sizeBytes: number) => ArrayBuffer;
  /** Adds a file to the image. `uid` is -1 where the path decides. */
  readonly addFile: (path: string, mode: number, uid: number, bytes: ArrayBuffer) => void;
  readonly boot: (settingsJson: string) => number;
  /** An empty buffer is the end of standard input. */
  readonly stdin: (bytes: ArrayBuffer) => void;
  readonly compiled: (id: number, bytes: ArrayBuffer) => void;
  /** Turns knobs of the wire: WireSettings as JSON. */
  readonly wire: (settingsJson: string) => void;
  /** Joins the world's switch to what is outside. */
  readonly plugUplink: () => void;
  readonly frame: (bytes: ArrayBuffer) => void;

  /** Until which instant of virtual time turns may run. */
  readonly setLimit: (limitNs: number) => void;
  /** Runs for a while: a `TURN`. How long does not depend on real time. */
  readonly turn: () => number;
  /** Lets out what the script has written, if a turn could not end. */
  readonly flush: () => void;
  readonly nowNs: () => number;
  /** When an idle machine will do something by itself, or -1. */
  readonly nextEventNs: () => number;
  readonly status: () => number;
  readonly failure: () => string;
  /** The last messages of a kernel that panicked, or nothing. */
  readonly panic: () => string;

  /** The next parcel for the outside: its kind and number, and then its bytes. */
  readonly parcelKind: () => number;
  readonly parcelNumber: () => number;
  readonly takeParcel: () => ArrayBuffer;
}

const NS_PER_MS = 1_000_000;
/** A turn is cut into slices, so that it can end early when much output waits. */
const SLICE_NS = NS_PER_MS;
const SLICES = 20;
const MUCH_OUTPUT_BYTES = 256 * 1024;
const PANIC_LINES = 30;

/** Called once, first thing. Freezes this realm: afterwards no driver can change it. */
export function openBorder(compile: Compile): Border {
  removeTextDecoder();
  freezeIntrinsics(globalThis);
  pinGlobals();
  return new InnerBorder(compile);
}

/** Nothing that the outer function throws may be seen in here: it would be an outer object. */
export function evaluator(compile: Compile): Host['evaluate'] {
  return (code, name) => {
    let result: unknown;
    try {
      result = compile(code, name);
    } catch {
      result = 'the stack is full';
    }
    if (typeof result !== 'function') throw new SyntaxError(String(result));
    return (result as () => unknown)();
  };
}

/** The kernel finds `Map` by its name, so no driver may give that name to something else. */
function pinGlobals(): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    if (descriptor.configurable !== true) continue;
    Object.defineProperty(globalThis, name, {
      ...descriptor,
      writable: false,
      configurable: false,
    });
  }
}

class InnerBorder implements Border {
  readonly #evaluate: Host['evaluate'];
  readonly #files: BootFile[] = [];
  readonly #outbox = new Outbox();
  #machine: Machine | undefined;
  #trace: TraceWriter | undefined;
  #limitNs = Infinity;
  #failure = '';

  constructor(compile: Compile) {
    this.#evaluate = evaluator(compile);
  }

  allocate = (sizeBytes: number): ArrayBuffer => new ArrayBuffer(sizeBytes);

  addFile = (path: string, mode: number, uid: number, bytes: ArrayBuffer): void => {
    const owner = uid < 0 ? {} : { uid, gid: uid };
    this.#files.push({ path, mode, bytes: new Uint8Array(bytes), ...owner });
  };

  boot = (settingsJson: string): number =>
    this.#guarded(() => {
      const { isTraced, ...settings } = JSON.parse(settingsJson) as Settings;
      const defaults = defaultImage(settings);
      const image = { ...defaults, files: [...defaults.files, ...this.#files] };
      this.#machine = bootMachine(image, this.#host(), { isTraced });
      if (isTraced) this.#trace = new TraceWriter(this.#machine, this.#outbox);
      return TURN.RUNNING;
    });

  stdin = (bytes: ArrayBuffer): void => {
    this.#machine?.deliver({ kind: 'stdin', bytes: new Uint8Array(bytes) });
  };

  compiled = (id: number, bytes: ArrayBuffer): void => {
    this.#machine?.deliver({ kind: 'compiled', id, bytes: new Uint8Array(bytes) });
  };

  wire = (settingsJson: string): void => {
    const settings = JSON.parse(settingsJson) as Partial<WireSettings>;
    this.#machine?.deliver({ kind: 'wire', settings });
  };

  plugUplink = (): void => {
    this.#machine?.deliver({ kind: 'uplink', isPlugged: true });
  };

  frame = (bytes: ArrayBuffer): void => {
    this.#machine?.deliver({ kind: 'frame', bytes: new Uint8Array(bytes) });
  };

  setLimit = (limitNs: number): void => {
    this.#limitNs = limitNs;
  };

  turn = (): number =>
    this.#guarded(() => {
      const state = this.#run();
      if (state === TURN.HALTED) this.#trace?.finish();
      return state;
    });

  flush = (): void => this.#machine?.flush();
  nowNs = (): number => this.#machine?.nowNs ?? 0;
  nextEventNs = (): number => this.#machine?.nextEventNs ?? -1;
  status = (): number => this.#machine?.haltStatus ?? -1;
  failure = (): string => this.#failure;

  panic = (): string => {
    const log = this.#machine === undefined ? [] : takeSnapshot(this.#machine).log;
    const hasPanicked = log.some(({ text }) => text.startsWith('Kernel panic'));
    if (!hasPanicked) return '';
    return log.slice(-PANIC_LINES).reduce((text, line) => `${text}${line.text}\n`, '');
  };

  parcelKind = (): number => this.#outbox.first?.kind ?? -1;
  parcelNumber = (): number => this.#outbox.first?.number ?? -1;
  takeParcel = (): ArrayBuffer => this.#outbox.take() ?? new ArrayBuffer(0);

  /** Ends early where the outside is wanted: what that does lands at the same instant always. */
  #run(): number {
    const machine = this.#machine;
    if (machine === undefined) return TURN.IDLE;
    for (let slice = 0; slice < SLICES; slice++) {
      const wakeNs = machine.state === 'idle' ? (machine.nextEventNs ?? 0) : 0;
      const untilNs = Math.min(this.#limitNs, Math.max(machine.nowNs + SLICE_NS, wakeNs));
      const state = machine.run(untilNs, (nowNs) => nowNs + SLICE_NS);
      if (state === 'halted') return TURN.HALTED;
      if (state === 'idle' && machine.nextEventNs === undefined) return TURN.IDLE;
      if (machine.nowNs >= this.#limitNs) return state === 'idle' ? TURN.IDLE : TURN.RUNNING;
      if (this.#outbox.isAsking || this.#outbox.sizeBytes > MUCH_OUTPUT_BYTES) break;
    }
    return machine.state === 'idle' ? TURN.IDLE : TURN.RUNNING;
  }

  #host(): Host {
    return {
      evaluate: this.#evaluate,
      output: (port, bytes) => this.#outbox.output(port, bytes),
      compile: (id, request) => this.#outbox.ask(id, request),
      fileChanged: () => undefined,
      frame: (bytes) => this.#outbox.frame(bytes),
    };
  }

  #guarded(run: () => number): number {
    try {
      return run();
    } catch (error) {
      this.#failure = describe(error);
      return TURN.FAILED;
    }
  }
}

/** The error with its stack, and what caused it. */
function describe(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error);
    const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
    return (error.stack ?? error.message) + cause;
  } catch {
    return 'something that cannot be described was thrown';
  }
}
