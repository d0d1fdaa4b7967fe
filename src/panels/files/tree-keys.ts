// SPDX-License-Identifier: GPL-2.0-or-later
/** What keys mean in a tree: another row, or something done to the present one. */
import { parentOf, type TreeRow } from '../../store/tree-slice.ts';

export type TreeWish = TreeRow | 'open' | 'rename' | 'delete' | 'menu' | undefined;

export interface TreeKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export function judgeTreeKey(
  rows: readonly TreeRow[],
  current: TreeRow,
  { key, shiftKey, ctrlKey, metaKey, altKey }: TreeKey,
): TreeWish {
  const at = rows.indexOf(current);
  const isFolder = current.kind === 'folder';
  switch (key) {
    case 'ArrowDown':
      return rows[at + 1];
    case 'ArrowUp':
      return rows[at - 1];
    case 'Home':
      return rows[0];
    case 'End':
      return rows.at(-1);
    case 'ArrowRight':
      if (isFolder && !current.isOpen) return 'open';
      return isFolder && rows[at + 1]?.depth === current.depth + 1 ? rows[at + 1] : undefined;
    case 'ArrowLeft':
      if (isFolder && current.isOpen) return 'open';
      return rows.find(({ path }) => path === parentOf(current.path));
    case 'Enter':
    case ' ':
      return 'open';
    case 'F2':
      return 'rename';
    case 'Delete':
      return 'delete';
    case 'ContextMenu':
      return 'menu';
    case 'F10':
      return shiftKey ? 'menu' : undefined;
    default: {
      if (key.length !== 1 || ctrlKey || metaKey || altKey) return undefined;
      const later = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
      return later.find(({ name }) => name.toLowerCase().startsWith(key.toLowerCase()));
    }
  }
}
