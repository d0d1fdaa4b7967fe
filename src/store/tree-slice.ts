// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What /home/user holds beside text: folders, also empty ones, and files that are no text; and how
 * all of it stands as a tree. The texts are in file-slice.ts.
 */
import type { StateCreator } from 'zustand/vanilla';

import type { BuildSlice } from './build-slice.ts';
import { HOME, isDirty, type FileSlice } from './file-slice.ts';
import type { PlaygroundState } from './playground-store.ts';

export interface BinaryFile {
  readonly sizeBytes: number;
  /** Made by a build in the machine, which makes it again: not kept in this browser. */
  readonly isBuilt: boolean;
}

export interface TreeSlice {
  /** By path, without a slash at the end. */
  readonly folders: Readonly<Record<string, true>>;
  readonly binaries: Readonly<Record<string, BinaryFile>>;
  readonly openFolders: Readonly<Record<string, true>>;

  readonly showTree: (tree: Pick<TreeSlice, 'folders' | 'binaries'>) => void;
  readonly addFolder: (path: string) => void;
  /** With all that is in it. */
  readonly dropFolder: (path: string) => void;
  readonly showBinary: (path: string, file: BinaryFile) => void;
  readonly hideBinary: (path: string) => void;
  readonly setFolderOpen: (path: string, isOpen: boolean) => void;
}

export const createTreeSlice: StateCreator<PlaygroundState, [], [], TreeSlice> = (set) => ({
  folders: {},
  binaries: {},
  openFolders: {},
  showTree: (tree) => set(tree),
  addFolder: (path) => set((state) => ({ folders: { ...state.folders, ...withParents(path) } })),
  dropFolder: (path) =>
    set((state) => ({
      folders: without(state.folders, path),
      openFolders: without(state.openFolders, path),
      binaries: without(state.binaries, path),
      files: without(state.files, path),
    })),
  showBinary: (path, file) =>
    set((state) => ({
      binaries: { ...state.binaries, [path]: file },
      folders: { ...state.folders, ...withParents(parentOf(path)) },
    })),
  hideBinary: (path) =>
    set((state) => {
      const { [path]: _gone, ...binaries } = state.binaries;
      return { binaries };
    }),
  setFolderOpen: (path, isOpen) =>
    set((state) => {
      const { [path]: _gone, ...openFolders } = state.openFolders;
      return { openFolders: isOpen ? { ...openFolders, ...withParents(path) } : openFolders };
    }),
});

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** A folder and those above it, up to the home. */
export function withParents(path: string): Record<string, true> {
  const found: Record<string, true> = {};
  for (let at = path; at.startsWith(`${HOME}/`); at = parentOf(at)) found[at] = true;
  return found;
}

function without<T>(
  record: Readonly<Record<string, T>>,
  folder: string,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([path]) => !isInside(path, folder)));
}

export interface TreeRow {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly kind: 'folder' | 'text' | 'binary';
  readonly isOpen: boolean;
  /** Has text that the machine has not been given yet; of a folder: something in it has. */
  readonly isDirty: boolean;
  /** Differs from how it ships. */
  readonly isChanged: boolean;
  readonly problems: number;
  readonly sizeBytes: number | undefined;
}

type TreeState = Pick<FileSlice, 'files'> &
  Pick<TreeSlice, 'folders' | 'binaries' | 'openFolders'> &
  Pick<BuildSlice, 'diagnostics'>;

/** The rows in sight: folders first, then by name; names with a dot in front stay hidden. */
export function treeRows(state: TreeState): readonly TreeRow[] {
  const { files, binaries, folders, openFolders, diagnostics } = state;
  const children = new Map<string, Set<string>>();
  const add = (path: string): void => {
    const parent = parentOf(path);
    const known = children.get(parent) ?? new Set();
    known.add(path);
    children.set(parent, known);
    if (parent.startsWith(`${HOME}/`)) add(parent);
  };
  for (const path of [...Object.keys(files), ...Object.keys(binaries), ...Object.keys(folders)]) {
    if (path.startsWith(`${HOME}/`)) add(path);
  }
  const isFolder = (path: string): boolean => folders[path] === true || children.has(path);
  const rows: TreeRow[] = [];
  const addRows = (folder: string, depth: number): void => {
    const paths = [...(children.get(folder) ?? [])].toSorted(
      (a, b) => Number(isFolder(b)) - Number(isFolder(a)) || (a < b ? -1 : 1),
    );
    for (const path of paths) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (name.startsWith('.')) continue;
      const below = Object.values(files).filter((file) => isInside(file.path, path));
      const isOpen = openFolders[path] === true;
      rows.push({
        path,
        name,
        depth,
        kind: isFolder(path) ? 'folder' : files[path] === undefined ? 'binary' : 'text',
        isOpen,
        isDirty: below.some(isDirty),
        isChanged: below.some(
          ({ shippedText, text }) => shippedText !== undefined && shippedText !== text,
        ),
        problems: below.reduce((sum, file) => sum + (diagnostics[file.path]?.length ?? 0), 0),
        sizeBytes: binaries[path]?.sizeBytes,
      });
      if (isOpen && isFolder(path)) addRows(path, depth + 1);
    }
  };
  addRows(HOME, 0);
  return rows;
}

/** Why `name` will not do in `folder`, or undefined when it will. */
export function nameTrouble(state: TreeState, folder: string, name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'A name is needed.';
  if (name.includes('/')) return 'A name has no slash in it.';
  if (name.length > 255) return 'A name has at most 255 characters.';
  const path = `${folder}/${name}`;
  const isTaken =
    state.files[path] !== undefined ||
    state.binaries[path] !== undefined ||
    state.folders[path] === true ||
    Object.keys(state.files).some((each) => each.startsWith(`${path}/`));
  return isTaken ? 'There is something of that name already.' : undefined;
}
