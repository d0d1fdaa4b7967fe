// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which keys a terminal leaves to the page, and which copy.
 *
 * xterm takes every key and knows no clipboard. ^C copies only when something is selected and is
 * an interrupt otherwise; Ctrl+V pastes, as nothing here quotes with ^V; Shift+Tab always leaves.
 */
export type KeyVerdict =
  /** For the program in the terminal. */
  | 'send'
  /** For the browser or the page: xterm looks away. */
  | 'leave'
  | 'copy';

export interface KeyLike {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

export function judgeKey(event: KeyLike, hasSelection: boolean): KeyVerdict {
  const { key, ctrlKey, shiftKey, altKey, metaKey } = event;
  const letter = key.toLowerCase();
  if (key === 'F6') return 'leave';
  if (key === 'Tab' && shiftKey) return 'leave';
  if (key === 'Insert' && shiftKey) return 'leave';
  if (metaKey) return 'leave';
  if (!ctrlKey || altKey) return 'send';
  if (key === 'Enter' || key === '`') return 'leave';
  if (letter === 'v') return 'leave';
  if (letter === 'c' && shiftKey) return 'copy';
  if (letter === 'c') return hasSelection ? 'copy' : 'send';
  if (key === 'Insert') return 'copy';
  return 'send';
}
