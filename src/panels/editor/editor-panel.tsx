// SPDX-License-Identifier: GPL-2.0-or-later
/** The editor: tabs of the project's files, the text, and a line on how it stands. */
import { FolderTree, History, Undo2 } from 'lucide-react';
import { useState } from 'react';

import { usePageWidth } from '../../lib/use-width.ts';
import { useEditor } from '../../monaco/use-editor.ts';
import { buildStanding } from '../../store/build-slice.ts';
import { fileName, tabsOf } from '../../store/file-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button, IconButton, Kbd } from '../../widgets/button.tsx';
import { TabBar } from '../../widgets/tab-bar.tsx';
import { HistoryDialog } from './history-dialog.tsx';
import { MonacoEditor } from './monaco-editor.tsx';
import { PlainEditor } from './plain-editor.tsx';
import { ResetDialog } from './reset-dialog.tsx';
import { StatusLine } from './status-line.tsx';

type OpenDialog = 'history' | 'reset' | undefined;

export function EditorPanel() {
  const [dialog, setDialog] = useState<OpenDialog>();
  const sidebar = useSelection((state) => state.sidebar);
  const arrange = useSelection((state) => state.arrange);
  const openPath = useSelection((state) => state.openPath);
  const file = useSelection((state) => state.files[state.openPath ?? '']);
  const declaration = useSelection((state) =>
    state.declaration?.path === state.openPath ? state.declaration : undefined,
  );
  const shown = file ?? declaration;
  const isReset = file?.shippedText !== undefined && file.shippedText !== file.text;
  const close = (): void => setDialog(undefined);

  return (
    <section className="pane editor-pane" aria-label="Editor" data-pane="editor">
      <FileTabs>
        <IconButton
          icon={FolderTree}
          label="Files and search"
          isPressed={sidebar !== undefined}
          onPress={() => arrange({ sidebar: sidebar === undefined ? 'files' : undefined })}
        />
        {isReset && (
          <IconButton icon={Undo2} label="Reset this example" onPress={() => setDialog('reset')} />
        )}
        {file !== undefined && (
          <IconButton
            icon={History}
            label="Earlier versions of this file"
            onPress={() => setDialog('history')}
          />
        )}
        <BuildButton />
      </FileTabs>
      <div
        className="pane-body"
        id="editor-body"
        role="tabpanel"
        aria-label={fileName(openPath ?? '')}
      >
        {shown === undefined ? (
          <NoText path={openPath} />
        ) : (
          <Text path={shown.path} text={shown.text} isReadOnly={file === undefined} />
        )}
      </div>
      <StatusLine />
      {dialog === 'history' && file !== undefined && <HistoryDialog file={file} onClose={close} />}
      {dialog === 'reset' && <ResetDialog onClose={close} />}
    </section>
  );
}

/** What stands here when there is no text to show. */
function NoText({ path }: { readonly path: string | undefined }) {
  const arrange = useSelection((state) => state.arrange);
  const hasBooted = useSelection((state) => state.snapshot !== undefined);
  const binary = useSelection((state) => state.binaries[path ?? '']);
  if (!hasBooted) return <p className="empty">Files appear when the kernel has started.</p>;
  const what =
    binary === undefined
      ? path === undefined
        ? 'No file is open.'
        : 'This file is gone.'
      : `${fileName(path ?? '')} is no text: ${binary.sizeBytes} bytes` +
        (binary.isBuilt ? ', made by a build in the machine.' : '.');
  return (
    <div className="empty-frame">
      <p>{what}</p>
      <p className="quiet">
        {binary === undefined
          ? 'The tree of files has all there are.'
          : 'Its menu in the tree of files downloads it; hd shows its bytes in the shell.'}
      </p>
      <Button onPress={() => arrange({ sidebar: 'files', page: 'code' })}>Show the files</Button>
    </div>
  );
}

interface TextProps {
  readonly path: string;
  readonly text: string;
  readonly isReadOnly: boolean;
}

function Text(props: TextProps) {
  const view = useEditor();
  const width = usePageWidth();
  if (view === undefined || width === 'phone') return <PlainEditor {...props} />;
  return <MonacoEditor view={view} {...props} />;
}

function FileTabs({ children }: { readonly children: React.ReactNode }) {
  const files = useSelection((state) => state.files);
  const project = useSelection((state) => state.project);
  const declaration = useSelection((state) => state.declaration);
  const openPath = useSelection((state) => state.openPath);
  const openFile = useSelection((state) => state.openFile);
  const own = tabsOf({ files, project }).map(({ path }) => path);
  const paths =
    openPath === undefined || openPath === declaration?.path || own.includes(openPath)
      ? own
      : [...own, openPath];
  const tabs = [
    ...paths.map((path) => ({ id: path, label: fileName(path) })),
    ...(declaration === undefined
      ? []
      : [{ id: declaration.path, label: `${fileName(declaration.path)} (read only)` }]),
  ];
  return (
    <TabBar label="Files" tabs={tabs} active={openPath} onChoose={openFile} controls="editor-body">
      {children}
    </TabBar>
  );
}

/** Filled only when the text differs from what is loaded: so it is the stale mark as well. */
export function BuildButton() {
  const playground = usePlayground();
  const standing = useSelection(buildStanding);
  const canBuild = useSelection(
    (state) => state.snapshot !== undefined && state.isAnswering && state.brokenBy === undefined,
  );
  const width = usePageWidth();
  const label = standing === 'program' ? 'Build and run' : 'Build and load';
  return (
    <Button
      className="build-button"
      kind={standing === 'loaded' ? 'outlined' : 'filled'}
      isDisabled={!canBuild}
      label={label}
      onPress={() => void playground.builder.build()}
    >
      {width === 'phone' ? (standing === 'program' ? 'Run' : 'Load') : label}
      {width !== 'phone' && <Kbd>{COMMAND_KEY} Enter</Kbd>}
    </Button>
  );
}

const COMMAND_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
