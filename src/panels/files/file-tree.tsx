// SPDX-License-Identifier: GPL-2.0-or-later
/** The rows of the tree, with the field for a name where one is being written. */
import type { HTMLAttributes, KeyboardEvent } from 'react';

import { HOME } from '../../store/file-slice.ts';
import { parentOf, type TreeRow } from '../../store/tree-slice.ts';
import { FileFace, indentOf, NameField } from './file-row.tsx';

/** A name that is being written: of something new in a folder, or a new one for a row. */
export type Naming =
  | { readonly kind: 'file' | 'folder'; readonly folder: string }
  | { readonly kind: 'rename'; readonly path: string };

interface FileTreeProps {
  readonly rows: readonly TreeRow[];
  /** The row that Tab comes to. */
  readonly current: TreeRow | undefined;
  readonly openPath: string | undefined;
  readonly naming: Naming | undefined;
  /** The folder that something is held over. */
  readonly target: string | undefined;
  readonly trouble: (folder: string, name: string) => string | undefined;
  readonly onNamed: (name: string | undefined) => void;
  readonly onOpen: (row: TreeRow) => void;
  readonly onFocus: (row: TreeRow) => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onMenu: (row: TreeRow, anchor: HTMLElement) => void;
  /** Handlers for what is dragged over a row. */
  readonly held: (row: TreeRow) => HTMLAttributes<HTMLElement>;
}

export function FileTree(props: FileTreeProps) {
  const { rows, naming, trouble, onNamed } = props;
  const newIn = (folder: string, depth: number): React.ReactNode =>
    naming !== undefined &&
    naming.kind !== 'rename' &&
    naming.folder === folder && (
      <NameField
        label={naming.kind === 'file' ? 'Name of the new file' : 'Name of the new folder'}
        name=""
        depth={depth}
        trouble={(name) => trouble(folder, name)}
        onDone={onNamed}
      />
    );
  return (
    <div className="tree" role="tree" aria-label="Files of the home folder">
      {newIn(HOME, 0)}
      {rows.map((row) => (
        <div key={row.path} role="presentation">
          {naming?.kind === 'rename' && naming.path === row.path ? (
            <NameField
              label={`New name of ${row.name}`}
              name={row.name}
              depth={row.depth}
              trouble={(name) => trouble(parentOf(row.path), name)}
              onDone={onNamed}
            />
          ) : (
            <Row row={row} {...props} />
          )}
          {newIn(row.path, row.depth + 1)}
        </div>
      ))}
      {rows.length === 0 && (
        <p className="empty">The home folder is empty. New file makes one, Upload brings some.</p>
      )}
    </div>
  );
}

function Row(props: FileTreeProps & { readonly row: TreeRow }) {
  const { row, current, openPath, target, onOpen, onFocus, onKeyDown, onMenu } = props;
  return (
    <div
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={row.path === openPath}
      {...(row.kind === 'folder' ? { 'aria-expanded': row.isOpen } : {})}
      data-path={row.path}
      className={row.path === target ? 'tree-row target' : 'tree-row'}
      style={indentOf(row.depth)}
      tabIndex={row === current ? 0 : -1}
      onClick={() => onOpen(row)}
      onFocus={() => onFocus(row)}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(row, event.currentTarget);
      }}
      {...props.held(row)}
    >
      <FileFace row={row} />
    </div>
  );
}
