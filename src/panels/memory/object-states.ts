// SPDX-License-Identifier: GPL-2.0-or-later
/** The states of objects and of shadow bytes: their words, and what each looks like. */
import type { OBJECT as KernelObject } from '../../../kernel-sim/machine-types.ts';
import type { MemoryState } from '../../widgets/state-glyph.tsx';

/** As the kernel's side of the border has them: the compiler compares. */
export const OBJECT = {
  FREE: 0,
  ALLOCATED: 1,
  QUARANTINED: 2,
  STATE: 0x0f,
  LEAKED: 0x10,
  BAD_ACCESS: 0x20,
} as const satisfies typeof KernelObject;

/** In the order of a legend. */
export const LEGEND: readonly MemoryState[] = [
  'allocated',
  'free',
  'quarantined',
  'redzone',
  'leaked',
  'bad access',
];

/** What an object's byte says above all. */
export function stateOf(byte: number): MemoryState {
  if ((byte & OBJECT.BAD_ACCESS) !== 0) return 'bad access';
  if ((byte & OBJECT.LEAKED) !== 0) return 'leaked';
  switch (byte & OBJECT.STATE) {
    case OBJECT.ALLOCATED:
      return 'allocated';
    case OBJECT.QUARANTINED:
      return 'quarantined';
    default:
      return 'free';
  }
}

/** All that an object's byte says: `freed, in quarantine, badly accessed`. */
export function stateWords(byte: number): string {
  const words = { allocated: 'allocated', quarantined: 'freed, in quarantine', free: 'free' };
  const state = stateOf(byte & OBJECT.STATE) as keyof typeof words;
  return [
    words[state],
    ...((byte & OBJECT.LEAKED) === 0 ? [] : ['leaked']),
    ...((byte & OBJECT.BAD_ACCESS) === 0 ? [] : ['badly accessed']),
  ].join(', ');
}

const GRANULE = 8;
const SHADOW_WORDS: ReadonlyMap<number, readonly [MemoryState, string]> = new Map([
  [0x00, ['allocated', 'all eight bytes may be touched']],
  [0xff, ['free', 'a free page']],
  [0xfe, ['redzone', 'behind an allocation of whole pages']],
  [0xfc, ['redzone', 'a redzone: nobody asked for these bytes']],
  [0xfb, ['quarantined', 'freed']],
  [0xfa, ['quarantined', 'freed, and who freed it is known']],
  [0xf9, ['redzone', 'a redzone of a global variable']],
  [0xf8, ['free', 'no part of a vmalloc area']],
]);

/** What a byte of shadow says of its eight bytes of memory. */
export function shadowOf(value: number): { readonly state: MemoryState; readonly words: string } {
  if (value > 0 && value < GRANULE) {
    const words = value === 1 ? 'only the first byte' : `only the first ${value} bytes`;
    return { state: 'allocated', words: `${words} may be touched` };
  }
  const [state, words] = SHADOW_WORDS.get(value) ?? ['redzone', 'must not be touched'];
  return { state, words };
}

/** How many bytes of a granule may be touched. */
export function openBytes(value: number): number {
  if (value === 0) return GRANULE;
  return value < GRANULE ? value : 0;
}
