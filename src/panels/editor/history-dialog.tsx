// SPDX-License-Identifier: GPL-2.0-or-later
/** Earlier versions of a file: what differs from now, and a way back. */
import { useEffect, useState } from 'react';

import type { DiffView } from '../../monaco/diff-view.ts';
import { fileName, type SourceFile } from '../../store/file-slice.ts';
import type { FileVersion } from '../../store/file-storage.ts';
import { usePlayground } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { Dialog } from '../../widgets/dialog.tsx';

interface HistoryDialogProps {
  readonly file: SourceFile;
  readonly onClose: () => void;
}

export function HistoryDialog({ file, onClose }: HistoryDialogProps) {
  const playground = usePlayground();
  const [versions, setVersions] = useState<readonly FileVersion[]>();
  const [chosen, setChosen] = useState<FileVersion>();

  useEffect(() => {
    void playground.workspace.versionsOf(file.path).then((found) => {
      const different = found.filter(({ text }) => text !== file.text);
      setVersions(different);
      setChosen(different[0]);
    });
  }, [playground, file.path, file.text]);

  const restore = (): void => {
    if (chosen === undefined) return;
    void playground.workspace.replace(
      file.path,
      chosen.text,
      'Before another version was restored',
    );
    onClose();
  };

  return (
    <Dialog
      title={`Earlier versions of ${fileName(file.path)}`}
      sentence="Kept in this browser at each build and before each reset: the last 30."
      isWide
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Close</Button>
          {chosen !== undefined && (
            <Button kind="filled" onPress={restore}>
              Restore this version
            </Button>
          )}
        </>
      }
    >
      {versions !== undefined && versions.length === 0 && (
        <p className="empty-frame">
          No version differs from the text you see. The next build keeps one.
        </p>
      )}
      {chosen !== undefined && (
        <div className="history">
          <div className="history-list" role="listbox" aria-label="Versions">
            {versions?.map((version) => (
              <button
                key={version.atMs}
                type="button"
                role="option"
                aria-selected={version === chosen}
                className="history-row"
                onClick={() => setChosen(version)}
              >
                <span className="mono">{timeOf(version.atMs)}</span>
                <span className="quiet">{version.reason}</span>
              </button>
            ))}
          </div>
          <Difference before={chosen.text} after={file.text} path={file.path} />
        </div>
      )}
    </Dialog>
  );
}

function timeOf(atMs: number): string {
  const when = new Date(atMs);
  const isToday = when.toDateString() === new Date().toDateString();
  const time = when.toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return isToday ? time : `${when.toLocaleDateString()} ${time}`;
}

interface DifferenceProps {
  readonly before: string;
  readonly after: string;
  readonly path: string;
}

function Difference({ before, after, path }: DifferenceProps) {
  const [view, setView] = useState<DiffView>();
  const [place, setPlace] = useState<HTMLDivElement | null>(null);

  useEffect(() => {
    let made: DiffView | undefined;
    let isGone = false;
    void import('../../monaco/diff-view.ts').then(({ DiffView }) => {
      if (isGone) return;
      made = new DiffView(12);
      setView(made);
    });
    return () => {
      isGone = true;
      made?.dispose();
    };
  }, []);
  useEffect(() => {
    if (view !== undefined) place?.append(view.element);
  }, [view, place]);
  useEffect(() => view?.show(before, after, path.endsWith('.ts')), [view, before, after, path]);

  return (
    <div className="history-diff" ref={setPlace} aria-label="From that version to the text now" />
  );
}
