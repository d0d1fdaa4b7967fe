// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import type { TreeRow } from '../../store/tree-slice.ts';
import { judgeTreeKey, type TreeWish } from './tree-keys.ts';

function row(path: string, kind: TreeRow['kind'], isOpen = false): TreeRow {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const depth = path.split('/').length - 4;
  return {
    path, name, depth, kind, isOpen,
    isDirty: false, isChanged: false, problems: 0, sizeBytes: undefined,
  }; // prettier-ignore
}

const ROWS = [
  row('/home/user/p', 'folder', true),
  row('/home/user/p/a.ts', 'text'),
  row('/home/user/p/b.ko', 'binary'),
  row('/home/user/q', 'folder'),
];

function nameOf(wish: TreeWish): string | undefined {
  return typeof wish === 'object' ? wish.name : wish;
}

it.each<[number, string, string | undefined]>([
  [0, 'ArrowDown', 'a.ts'],
  [0, 'ArrowUp', undefined],
  [1, 'Home', 'p'],
  [1, 'End', 'q'],
  [0, 'ArrowRight', 'a.ts'],
  [3, 'ArrowRight', 'open'],
  [0, 'ArrowLeft', 'open'],
  [2, 'ArrowLeft', 'p'],
  [1, 'ArrowRight', undefined],
  [1, 'Enter', 'open'],
  [1, 'F2', 'rename'],
  [1, 'Delete', 'delete'],
  [1, 'ContextMenu', 'menu'],
  [1, 'F10', undefined],
  [0, 'b', 'b.ko'],
  [3, 'p', 'p'],
  [3, 'Escape', undefined],
])('in row %i, %s means %s', (at, key, meaning) => {
  const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
  expect(nameOf(judgeTreeKey(ROWS, ROWS[at]!, { ...plain, key }))).toBe(meaning);
});
