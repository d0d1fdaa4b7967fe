// SPDX-License-Identifier: GPL-2.0-or-later
/** One row of the tree, and the field in which a name is written. */
import { ChevronDown, ChevronRight, Cog, File, Folder } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';

import type { TreeRow } from '../../store/tree-slice.ts';

const ICON = { size: 14, strokeWidth: 1.5, 'aria-hidden': true } as const;
const INDENT = 16;

export function FileFace({ row }: { readonly row: TreeRow }) {
  const { kind, isOpen, name, isDirty, isChanged, problems, sizeBytes } = row;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <>
      <span className="tree-chevron">{kind === 'folder' && <Chevron {...ICON} />}</span>
      <Kind kind={kind} />
      <span className={isChanged ? 'tree-name changed' : 'tree-name'}>{name}</span>
      {isDirty && (
        <span className="tree-dirty" role="img" aria-label="not saved yet">
          ●
        </span>
      )}
      {sizeBytes !== undefined && <span className="tree-size">{sizeText(sizeBytes)}</span>}
      {problems > 0 && (
        <span className="tree-problems" aria-label={`${problems} problems`}>
          {problems}
        </span>
      )}
    </>
  );
}

function Kind({ kind }: { readonly kind: TreeRow['kind'] }) {
  switch (kind) {
    case 'folder':
      return <Folder {...ICON} />;
    case 'text':
      return <File {...ICON} />;
    case 'binary':
      return <Cog {...ICON} />;
  }
}

export function indentOf(depth: number): { readonly paddingLeft: number } {
  return { paddingLeft: 6 + depth * INDENT };
}

export function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

interface NameFieldProps {
  readonly label: string;
  readonly name: string;
  readonly depth: number;
  readonly trouble: (name: string) => string | undefined;
  readonly onDone: (name: string | undefined) => void;
}

/** Enter takes the name, Esc leaves it; what is wrong with it is said while one types. */
export function NameField({ label, name, depth, trouble, onDone }: NameFieldProps) {
  const [text, setText] = useState(name);
  const wrong = text === name ? undefined : trouble(text.trim());
  const take = (): void => {
    const wanted = text.trim();
    if (wanted === name || wanted === '') onDone(undefined);
    else if (trouble(wanted) === undefined) onDone(wanted);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Enter') take();
    else if (event.key === 'Escape') onDone(undefined);
  };
  return (
    <div className="tree-field" style={indentOf(depth)}>
      <input
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person has just asked for it
        autoFocus
        className="field mono"
        value={text}
        aria-label={label}
        aria-invalid={wrong !== undefined}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onFocus={(event) => {
          const dot = name.lastIndexOf('.');
          event.target.setSelectionRange(0, dot > 0 ? dot : name.length);
        }}
        onBlur={() => (wrong === undefined ? take() : onDone(undefined))}
        onKeyDown={onKeyDown}
      />
      {wrong !== undefined && (
        <p className="tree-wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
