// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The machine as the page shows it: the latest snapshot, and the log and happenings so far.
 *
 * The kernel owns the facts, so this slice replaces or extends them and never edits one. What can
 * be computed from it is a function below, not a field.
 */
import type { StateCreator } from 'zustand/vanilla';

import type { Happening, LogLine, MachineSnapshot } from '../../kernel-sim/machine-types.ts';
import type { PlaygroundState } from './playground-store.ts';
import { withSample, type Sample } from './usage.ts';

const LOG_MAX = 5000;
const HAPPENINGS_MAX = 100;

export interface MachineSlice {
  readonly snapshot: MachineSnapshot | undefined;
  /** When the snapshot came, on the page's clock: the machine's runs on with it. */
  readonly snapshotAtMs: number;
  /** Where CPU time went of late. */
  readonly samples: readonly Sample[];
  readonly log: readonly LogLine[];
  readonly happenings: readonly Happening[];
  readonly isAnswering: boolean;
  /** What our own simulator failed with, when it did. */
  readonly brokenBy: string | undefined;
  readonly showSnapshot: (snapshot: MachineSnapshot, atMs: number) => void;
  readonly showAnswering: (isAnswering: boolean) => void;
  readonly showBroken: (text: string) => void;
  readonly forgetMachine: () => void;
}

export const createMachineSlice: StateCreator<PlaygroundState, [], [], MachineSlice> = (set) => ({
  snapshot: undefined,
  snapshotAtMs: 0,
  samples: [],
  log: [],
  happenings: [],
  isAnswering: true,
  brokenBy: undefined,

  showSnapshot: (snapshot, atMs) =>
    set((state) => ({
      snapshot,
      snapshotAtMs: atMs,
      samples: withSample(state.samples, snapshot),
      log: appended(state.log, snapshot.log, LOG_MAX),
      happenings: appended(state.happenings, snapshot.happenings, HAPPENINGS_MAX),
    })),
  showAnswering: (isAnswering) => set({ isAnswering }),
  showBroken: (text) => set({ brokenBy: text }),
  forgetMachine: () =>
    set({
      snapshot: undefined,
      samples: [],
      log: [],
      happenings: [],
      isAnswering: true,
      brokenBy: undefined,
    }),
});

function appended<T>(list: readonly T[], added: readonly T[], max: number): readonly T[] {
  return added.length === 0 ? list : [...list, ...added].slice(-max);
}

/** The machine's own time now: an idle one's runs on with the page's between snapshots. */
export function machineNowNs(state: MachineSlice, pageNowMs: number): number {
  const { snapshot, snapshotAtMs, isAnswering, brokenBy } = state;
  if (snapshot === undefined) return 0;
  const isIdle = snapshot.state === 'idle' && isAnswering && brokenBy === undefined;
  return snapshot.nowNs + (isIdle ? (pageNowMs - snapshotAtMs) * 1e6 : 0);
}

/** The word beside the clock. */
export function machineWord(state: MachineSlice): string {
  if (state.brokenBy !== undefined) return 'Stopped';
  if (!state.isAnswering) return 'No answer';
  if (state.snapshot === undefined) return 'Starting';
  return state.snapshot.state === 'halted' ? 'Halted' : 'Running';
}

/** An oops has hit the module: nothing can take it out any more but a new boot. */
export function hasModuleOopsed(state: MachineSlice, name: string): boolean {
  return state.snapshot?.modules.some((it) => it.name === name && it.state === 'Oopsed') ?? false;
}

export function oopsCount(happenings: readonly Happening[]): number {
  return happenings.filter(({ kind }) => kind === 'oops').length;
}

/** How often the sanitizer has found something. */
export function badMemoryCount(happenings: readonly Happening[]): number {
  return happenings.filter(({ kind }) => kind === 'bad-memory').length;
}

/** How often the kernel has found something about locks. */
export function lockReportCount(happenings: readonly Happening[]): number {
  return happenings.filter(({ kind }) => isAboutLocks(kind)).length;
}

export function isAboutLocks(kind: Happening['kind']): boolean {
  return kind === 'lock-report' || kind === 'deadlock';
}

export function isModuleLoaded(state: MachineSlice, name: string): boolean {
  return state.snapshot?.modules.some((module) => module.name === name) ?? false;
}
