// SPDX-License-Identifier: GPL-2.0-or-later
/** An object's life as a bar to scale: alive, then dangling, and where it was badly accessed. */
import type { MemoryEvent, ObjectView } from '../../../kernel-sim/machine-types.ts';
import type { MemoryState } from '../../widgets/state-glyph.tsx';
import { fieldAt } from './field-values.ts';

export interface LifeSpan {
  readonly state: 'alive' | 'dangling';
  /** Shares of the bar, 0 to 1. */
  readonly start: number;
  readonly end: number;
  readonly lengthNs: number;
  /** It lasts until something else happens, if anything does. */
  readonly isOpen: boolean;
}

export interface Life {
  readonly spans: readonly LifeSpan[];
  /** Where bad accesses stand on the bar, as shares of it. */
  readonly accesses: readonly number[];
}

/** What stands behind a last access, so that its octagon is not at the edge. */
const TAIL = 0.05;
/** A span that is so short is still seen. */
const LEAST = 0.04;

/** undefined when nothing of it is recorded. */
export function lifeOf(events: readonly MemoryEvent[], nowNs: number): Life | undefined {
  const allocated = events.findLast(({ kind }) => kind === 'allocated');
  if (allocated === undefined) return undefined;
  const later = events.filter(({ timeNs }) => timeNs >= allocated.timeNs);
  const freed = later.find(({ kind }) => kind === 'freed');
  const accesses = later.filter(({ kind }) => kind === 'accessed');
  const lastNs = accesses.at(-1)?.timeNs;
  const startNs = allocated.timeNs;
  const endNs =
    lastNs === undefined
      ? Math.max(nowNs, (freed?.timeNs ?? startNs) + 1)
      : lastNs + Math.max(1, (lastNs - startNs) * TAIL);
  const share = (timeNs: number): number => (timeNs - startNs) / (endNs - startNs);
  const turn = freed === undefined ? 1 : Math.min(1 - LEAST, Math.max(LEAST, share(freed.timeNs)));
  const freedNs = freed?.timeNs;
  return {
    spans: [
      {
        state: 'alive',
        start: 0,
        end: turn,
        lengthNs: (freedNs ?? lastNs ?? nowNs) - startNs,
        isOpen: freedNs === undefined,
      },
      ...(freedNs === undefined
        ? []
        : [
            {
              state: 'dangling' as const,
              start: turn,
              end: 1,
              lengthNs: Math.max(0, (lastNs ?? nowNs) - freedNs),
              isOpen: true,
            },
          ]),
    ],
    accesses: accesses.map(({ timeNs }) => share(timeNs)),
  };
}

/** What happened, in words; `object` is where. */
export function eventWords({ kind, access }: MemoryEvent, object?: ObjectView): string {
  if (kind === 'allocated') return 'Allocated';
  if (kind === 'freed') return 'Freed';
  if (access === undefined) return 'Bad access';
  if (access.kind === 'double-free') return 'Freed again';
  if (access.kind === 'invalid-free') return 'Wrong free';
  const field = object === undefined ? undefined : fieldAt(object, access.address - object.address);
  const what = `${access.isWrite ? 'Write' : 'Read'} of size ${access.sizeBytes}`;
  return field === undefined ? what : `${what} ${access.isWrite ? 'to' : 'from'} ${field.name}`;
}

export function eventState({ kind }: MemoryEvent): MemoryState {
  if (kind === 'allocated') return 'allocated';
  return kind === 'freed' ? 'quarantined' : 'bad access';
}

/** The access that a report is about, if the address of the report is known; else the last one. */
export function accessOf(
  { events }: ObjectView,
  logSequence: number | undefined,
): MemoryEvent | undefined {
  const accesses = events.filter(({ kind }) => kind === 'accessed');
  return accesses.find(({ access }) => access?.logSequence === logSequence) ?? accesses.at(-1);
}
