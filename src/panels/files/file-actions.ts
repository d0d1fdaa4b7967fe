// SPDX-License-Identifier: GPL-2.0-or-later
/** What people do to files in the tree, and what is to be seen of it. */
import { HOME } from '../../store/file-slice.ts';
import type { Playground } from '../../store/playground.ts';
import { parentOf, type TreeRow } from '../../store/tree-slice.ts';
import type { Naming } from './file-tree.tsx';
import { download, upload } from './transfer.ts';

/** What the panel shows at the moment besides the rows. */
export interface FilesUi {
  readonly setNaming: (naming: Naming | undefined) => void;
  readonly setDoomed: (row: TreeRow | undefined) => void;
  readonly focusRow: (path: string) => void;
  /** The tree covers the editor, so that it goes when a file is opened. */
  readonly isAlone: boolean;
}

export type FileAction = 'open' | 'file' | 'folder' | 'rename' | 'download' | 'cd' | 'delete';

export class FileActions {
  readonly #playground: Playground;
  readonly #ui: FilesUi;

  constructor(playground: Playground, ui: FilesUi) {
    this.#playground = playground;
    this.#ui = ui;
  }

  act(action: FileAction, row: TreeRow, rows: readonly TreeRow[]): void {
    const { workspace, typist } = this.#playground;
    switch (action) {
      case 'open':
        this.open(row);
        break;
      case 'file':
      case 'folder':
        this.startNew(action, folderOf(row));
        break;
      case 'rename':
        this.#ui.setNaming({ kind: 'rename', path: row.path });
        break;
      case 'download':
        void download(workspace, row.path);
        break;
      case 'cd':
        void typist.typeAside(`cd ${shellWord(folderOf(row))}`);
        break;
      case 'delete':
        // A file can be put back by one press; a folder that holds something is asked about.
        if (row.kind === 'folder' && workspace.below(row.path).length > 1) this.#ui.setDoomed(row);
        else this.remove(row, rows);
    }
  }

  open(row: TreeRow): void {
    const { workspace, store } = this.#playground;
    if (row.kind === 'folder') {
      store.getState().setFolderOpen(row.path, !row.isOpen);
      return;
    }
    workspace.save();
    this.#show(row.path);
  }

  startNew(kind: 'file' | 'folder', folder: string): void {
    if (folder !== HOME) this.#playground.store.getState().setFolderOpen(folder, true);
    this.#ui.setNaming({ kind, folder });
  }

  /** The name is written, or was given up: undefined. */
  finishNaming(naming: Naming | undefined, name: string | undefined): void {
    const { workspace } = this.#playground;
    this.#ui.setNaming(undefined);
    if (naming === undefined) return;
    if (name === undefined) {
      if (naming.kind === 'rename') this.#ui.focusRow(naming.path);
      return;
    }
    const folder = naming.kind === 'rename' ? parentOf(naming.path) : naming.folder;
    const path = `${folder}/${name}`;
    if (naming.kind === 'rename') workspace.rename(naming.path, path);
    else if (naming.kind === 'folder') workspace.makeFolder(path);
    else void workspace.writeFile(path, new Uint8Array()).then(() => this.#show(path));
    this.#ui.focusRow(path);
  }

  remove(row: TreeRow, rows: readonly TreeRow[]): void {
    const { workspace, store } = this.#playground;
    const removed = workspace.remove(row.path);
    store.getState().notify(`${row.name} deleted.`, {
      label: 'Undo',
      run: () => workspace.putBack(removed),
    });
    const at = rows.indexOf(row);
    const next = rows[at + 1] ?? rows[at - 1];
    if (next !== undefined) this.#ui.focusRow(next.path);
  }

  bring(folder: string, files: readonly File[]): void {
    const { workspace, store } = this.#playground;
    const { setFolderOpen, notify } = store.getState();
    if (files.length === 0) return;
    if (folder !== HOME) setFolderOpen(folder, true);
    void upload(workspace, folder, files).then((text) => notify(text));
  }

  #show(path: string): void {
    const { openFile, arrange } = this.#playground.store.getState();
    openFile(path);
    if (this.#ui.isAlone) arrange({ sidebar: undefined });
  }
}

/** The folder in which something new beside this row would lie. */
export function folderOf(row: TreeRow | undefined): string {
  if (row === undefined) return HOME;
  return row.kind === 'folder' ? row.path : parentOf(row.path);
}

/** A path as one word for the shell. */
function shellWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
