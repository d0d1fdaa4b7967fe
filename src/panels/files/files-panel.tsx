// SPDX-License-Identifier: GPL-2.0-or-later
/** The tree of /home/user: what the editor, the shell and this browser all see. */
import { FilePlus, FolderPlus, Upload } from 'lucide-react';
import { useRef, useState, type DragEvent, type KeyboardEvent } from 'react';

import { usePageWidth } from '../../lib/use-width.ts';
import { HOME } from '../../store/file-slice.ts';
import { nameTrouble, treeRows, type TreeRow } from '../../store/tree-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { IconButton } from '../../widgets/button.tsx';
import { ContextMenu, type ContextChoice } from '../../widgets/context-menu.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { FileActions, folderOf, type FileAction } from './file-actions.ts';
import { FileTree, type Naming } from './file-tree.tsx';
import { judgeTreeKey } from './tree-keys.ts';

export function FilesPanel() {
  const state = useTree();
  const rows = treeRows(state);
  const openPath = useSelection((each) => each.openPath);
  const [focused, setFocused] = useState<string>();
  const [naming, setNaming] = useState<Naming>();
  const [menu, setMenu] = useState<{ readonly row: TreeRow; readonly anchor: HTMLElement }>();
  const [doomed, setDoomed] = useState<TreeRow>();
  const [target, setTarget] = useState<string>();
  const current = rows.find(({ path }) => path === (focused ?? openPath)) ?? rows[0];
  const focusRow = (path: string): void => {
    setFocused(path);
    requestAnimationFrame(() => focusIn(path));
  };
  const isAlone = usePageWidth() === 'phone';
  const playground = usePlayground();
  const actions = new FileActions(playground, { setNaming, setDoomed, focusRow, isAlone });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (current === undefined || naming !== undefined) return;
    const wish = judgeTreeKey(rows, current, event);
    if (wish === undefined) return;
    event.preventDefault();
    if (wish === 'menu') setMenu({ row: current, anchor: event.currentTarget });
    else if (typeof wish === 'string') actions.act(wish, current, rows);
    else focusRow(wish.path);
  };
  const held = dragging(setTarget, (folder, files) => actions.bring(folder, files));
  return (
    <div className={target === HOME ? 'files target' : 'files'} {...held(HOME)}>
      <Tools actions={actions} folder={folderOf(current)} />
      <FileTree
        rows={rows}
        current={current}
        openPath={openPath}
        naming={naming}
        target={target}
        trouble={(folder, name) => nameTrouble(state, folder, name)}
        onNamed={(name) => actions.finishNaming(naming, name)}
        onOpen={(row) => actions.open(row)}
        onFocus={(row) => setFocused(row.path)}
        onKeyDown={onKeyDown}
        onMenu={(row, anchor) => setMenu({ row, anchor })}
        held={(row) => held(folderOf(row))}
      />
      {menu !== undefined && (
        <ContextMenu
          label={menu.row.name}
          anchor={menu.anchor}
          choices={choicesOf(menu.row)}
          onChoose={(id) => actions.act(id as FileAction, menu.row, rows)}
          onClose={() => setMenu(undefined)}
        />
      )}
      {doomed !== undefined && (
        <DeleteDialog
          name={doomed.name}
          count={playground.workspace.below(doomed.path).length - 1}
          onClose={() => setDoomed(undefined)}
          onDelete={() => {
            setDoomed(undefined);
            actions.remove(doomed, rows);
          }}
        />
      )}
    </div>
  );
}

function useTree(): Parameters<typeof treeRows>[0] {
  return {
    files: useSelection((state) => state.files),
    binaries: useSelection((state) => state.binaries),
    folders: useSelection((state) => state.folders),
    openFolders: useSelection((state) => state.openFolders),
    diagnostics: useSelection((state) => state.diagnostics),
  };
}

interface ToolsProps {
  readonly actions: FileActions;
  /** Where new files go. */
  readonly folder: string;
}

function Tools({ actions, folder }: ToolsProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <div className="filters" role="toolbar" aria-label="Files">
      <span className="mono quiet tree-home">~</span>
      <IconButton
        icon={FilePlus}
        label="New file"
        onPress={() => actions.startNew('file', folder)}
      />
      <IconButton
        icon={FolderPlus}
        label="New folder"
        onPress={() => actions.startNew('folder', folder)}
      />
      <IconButton icon={Upload} label="Upload files" onPress={() => picker.current?.click()} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={(event) => {
          actions.bring(folder, [...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </div>
  );
}

/** Handlers for what is dragged in from outside and let go over a folder. */
function dragging(
  setTarget: (folder: string | undefined) => void,
  bring: (folder: string, files: readonly File[]) => void,
) {
  return (folder: string) => ({
    onDragOver: (event: DragEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      setTarget(folder);
    },
    onDragLeave: (): void => setTarget(undefined),
    onDrop: (event: DragEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      setTarget(undefined);
      bring(folder, [...event.dataTransfer.files]);
    },
  });
}

function focusIn(path: string): void {
  document.querySelector<HTMLElement>(`.tree [data-path="${CSS.escape(path)}"]`)?.focus();
}

function choicesOf({ kind, isOpen }: TreeRow): readonly (ContextChoice & { id: FileAction })[] {
  const isFolder = kind === 'folder';
  return [
    { id: 'open', label: isFolder && isOpen ? 'Close' : 'Open', keys: 'Enter' },
    { id: 'file', label: 'New file' },
    { id: 'folder', label: 'New folder' },
    { id: 'rename', label: 'Rename', keys: 'F2' },
    { id: 'download', label: isFolder ? 'Download as .tar.gz' : 'Download' },
    { id: 'cd', label: 'Go there in the shell' },
    { id: 'delete', label: 'Delete', keys: 'Delete' },
  ];
}
