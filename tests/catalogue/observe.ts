// SPDX-License-Identifier: GPL-2.0-or-later
/** Builds drivers, loads them on machines, and gathers what can be seen afterwards. */
import { Buffer } from 'node:buffer';

import { bootMachine, defaultImage, takeSnapshot } from '../../kernel-sim/index.ts';
import { taintLetters } from '../../kernel-sim/kernel/taint.ts';
import { EVENT, type EventKind, type TraceEvent } from '../../kernel-sim/sim/trace.ts';
import { TOOLCHAIN } from '../../kernel-sim/toolchain/testing/shared-toolchain.ts';
import { TestMachine } from '../support/machine.ts';
import { MODULE, MODULE_FILE } from './driver-source.ts';

/** What a run left behind. */
export interface Observation {
  /** Of the script; undefined when the machine did not come that far. */
  readonly status: number | undefined;
  /** Lines of the kernel log. */
  readonly log: readonly string[];
  /** Lines that the script printed. */
  readonly output: readonly string[];
  /** Letters of what the kernel is tainted with. */
  readonly taints: ReadonlySet<string>;
  /** Addresses by the name under which the driver printed them. */
  readonly places: ReadonlyMap<string, number>;
  /** What the trace knows: addresses that were allocated and given back. */
  readonly allocated: ReadonlySet<number>;
  readonly freed: ReadonlySet<number>;
  /** Copies to and from programs: the program's address, and how many bytes were copied. */
  readonly copies: readonly (readonly [address: number, sizeBytes: number])[];
  /** Locks that were taken, each with who took it: `task &box->lock`, `hardirq &box->lock`. */
  readonly takes: readonly string[];
  /** Lines of the log as the trace has them. */
  readonly printed: readonly string[];
}

/** What a machine is given besides the driver. */
export interface Circumstances {
  readonly cmdline: string;
  readonly script: string;
  readonly cpus: number;
  /** The executable of `./try`. */
  readonly program: Uint8Array | undefined;
  /** How much virtual time there is. */
  readonly patienceNs: number;
}

export type Built = { readonly file: Uint8Array } | { readonly errors: readonly string[] };

/** A `.ko`, or with `target` an executable, of one source file. */
export function build(text: string, target: 'module' | 'program', provider?: string): Built {
  const { ko, executable, diagnostics } = TOOLCHAIN.build({
    version: 1,
    target,
    module: MODULE,
    board: 'pc',
    main: MODULE_FILE,
    sources: {
      [MODULE_FILE]: text,
      ...(provider === undefined ? {} : { 'provider.ts': provider }),
    },
    modules:
      provider === undefined
        ? []
        : [
            { name: MODULE, main: MODULE_FILE },
            { name: 'provider', main: 'provider.ts' },
          ],
  });
  const base64 = target === 'module' ? ko : executable;
  if (base64 !== undefined) return { file: Buffer.from(base64, 'base64') };
  const lines = text.split('\n');
  const errors = diagnostics.map(
    ({ code, line, message }) => `${code} in "${lines[line - 1]?.trim()}": ${message}`,
  );
  return { errors };
}

const SLICE_NS = 20_000_000;

export function observe(
  ko: Uint8Array,
  { cmdline, script, cpus, program, patienceNs }: Circumstances,
): Observation {
  const files = [{ path: `/root/${MODULE}.ko`, bytes: ko }];
  const programs =
    program === undefined ? [] : [{ path: '/root/try', bytes: program, mode: 0o755 }];
  const image = defaultImage({
    cmdline,
    cpus,
    files: [...files, ...programs],
    script: { text: `cd /root; ${script}`, user: 'root', args: [] },
  });
  const guest = new TestMachine((host) => bootMachine(image, host));
  const { machine } = guest;
  const { sim, ram } = machine.kernel;
  const events: TraceEvent[] = [];
  sim.trace.start((event) => {
    if (WANTED.has(event.kind)) events.push(event);
  });
  const untilNs = machine.nowNs + patienceNs;
  while (machine.state !== 'halted' && machine.nowNs < untilNs) {
    machine.run(machine.nowNs + SLICE_NS);
  }
  const log = guest.log.map(({ text }) => text);
  const addresses = (kinds: ReadonlySet<EventKind>): ReadonlySet<number> =>
    new Set(
      events
        .filter(({ kind }) => kinds.has(kind))
        .map(({ kind, a }) => (BY_FRAME.has(kind) ? ram.toPointer(a * PAGE_BYTES) : a)),
    );
  return {
    status: machine.haltStatus,
    log,
    output: (guest.output.get('hvc0') ?? '').split('\n'),
    taints: new Set(taintLetters(takeSnapshot(machine).tainted)),
    places: placesOf(log),
    allocated: addresses(ALLOCATIONS),
    freed: addresses(FREES),
    copies: events.filter(({ kind }) => kind === EVENT.USER_COPY).map(({ a, b }) => [a, b]),
    takes: takesOf(events, (id) => sim.trace.textOf(id)),
    printed: events.filter(({ kind }) => kind === EVENT.PRINTK).map(({ b }) => sim.trace.textOf(b)),
  };
}

const PAGE_BYTES = 4096;
const ALLOCATIONS: ReadonlySet<EventKind> = new Set([
  EVENT.SLAB_ALLOC,
  EVENT.PAGE_ALLOC,
  EVENT.VMALLOC,
  EVENT.PERCPU_ALLOC,
]);
const FREES: ReadonlySet<EventKind> = new Set([
  EVENT.SLAB_FREE,
  EVENT.PAGE_FREE,
  EVENT.VFREE,
  EVENT.PERCPU_FREE,
]);
/** Events whose first argument is a page frame number. */
const BY_FRAME: ReadonlySet<EventKind> = new Set([EVENT.PAGE_ALLOC, EVENT.PAGE_FREE]);
const WANTED: ReadonlySet<EventKind> = new Set([
  ...ALLOCATIONS,
  ...FREES,
  EVENT.PRINTK,
  EVENT.USER_COPY,
  EVENT.LOCK,
  EVENT.IRQ_ENTER,
  EVENT.IRQ_EXIT,
  EVENT.SOFTIRQ_ENTER,
  EVENT.SOFTIRQ_EXIT,
]);

/** What runs on the one CPU: what began last. */
function takesOf(events: readonly TraceEvent[], textOf: (id: number) => string): string[] {
  const contexts = ['task'];
  return events.flatMap(({ kind, b }) => {
    if (kind === EVENT.IRQ_ENTER) contexts.push('hardirq');
    if (kind === EVENT.SOFTIRQ_ENTER) contexts.push('softirq');
    if (kind === EVENT.IRQ_EXIT || kind === EVENT.SOFTIRQ_EXIT) contexts.pop();
    return kind === EVENT.LOCK ? [`${contexts.at(-1)!} ${textOf(b)}`] : [];
  });
}

const TOLD = /^(\w+) at ([0-9a-f]+)$/;

function placesOf(log: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const line of log) {
    const [, name, address] = TOLD.exec(line) ?? [];
    if (name !== undefined && address !== undefined) places.set(name, parseAddress(address));
  }
  return places;
}

/** Kernel addresses are 48-bit numbers, which reports print extended by their sign. */
export function parseAddress(text: string): number {
  return Number.parseInt(text.slice(-12), 16);
}
