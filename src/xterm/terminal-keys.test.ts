// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { judgeKey, type KeyLike, type KeyVerdict } from './terminal-keys.ts';

function press(keys: string): KeyLike {
  const parts = keys.split('+');
  const has = (name: string): boolean => parts.includes(name);
  return {
    key: parts.at(-1) ?? '',
    ctrlKey: has('Ctrl'),
    shiftKey: has('Shift'),
    altKey: has('Alt'),
    metaKey: has('Meta'),
  };
}

it.each<[string, boolean, KeyVerdict]>([
  ['Ctrl+c', false, 'send'],
  ['Ctrl+c', true, 'copy'],
  ['Ctrl+Shift+C', true, 'copy'],
  ['Ctrl+Insert', true, 'copy'],
  ['Ctrl+v', false, 'leave'],
  ['Ctrl+Shift+V', false, 'leave'],
  ['Shift+Insert', false, 'leave'],
  ['Meta+c', true, 'leave'],
  ['Shift+Tab', false, 'leave'],
  ['Tab', false, 'send'],
  ['Escape', false, 'send'],
  ['F6', false, 'leave'],
  ['Ctrl+`', false, 'leave'],
  ['Ctrl+Enter', false, 'leave'],
  ['Ctrl+r', false, 'send'],
  ['Alt+f', false, 'send'],
  ['Ctrl+Alt+v', false, 'send'],
])('%s with a selection: %s means %s', (keys, hasSelection, verdict) => {
  expect(judgeKey(press(keys), hasSelection)).toBe(verdict);
});
