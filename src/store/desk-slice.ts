// SPDX-License-Identifier: GPL-2.0-or-later
/** How the person has arranged the desk: layout, views, sizes of type, and the one highlight. */
import type { StateCreator } from 'zustand/vanilla';

import type { PlaygroundState } from './playground-store.ts';

export type Preset = 'code' | 'split' | 'kernel';
export type ViewName =
  | 'log'
  | 'problems'
  | 'tasks'
  | 'modules'
  | 'memory'
  | 'locks'
  | 'timeline'
  | 'devices'
  | 'packets';
/** What stands beside the editor, when anything does. */
export type SidebarName = 'files' | 'search';
/** On narrow pages one of these is seen at a time. */
export type PageName = 'code' | 'shell' | 'kernel';

/** The thing we are talking about, marked wherever it is seen. */
export interface Mark {
  /** Its line of source. */
  readonly place?: MarkedPlace | undefined;
  /** Of its line in the log. */
  readonly logSequence?: number | undefined;
  /** Of its memory. */
  readonly address?: number | undefined;
  /** The frame's number. */
  readonly packet?: number | undefined;
}

export interface MarkedPlace {
  readonly path: string;
  readonly line: number;
  /** Said behind the line: "ran at 12.408402". */
  readonly note?: string | undefined;
}

/** A quiet word behind a line of source: about the object that is open, or about locks. */
export interface LineNote {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly state: 'allocated' | 'freed' | 'held' | 'waiting';
}

/** What covers the page until it is closed. */
export type DialogName = 'palette' | 'settings' | 'keys' | 'reset';
/** A pane that has the page to itself. */
export type PaneName = 'editor' | 'shell' | 'views';

export interface Notice {
  readonly id: number;
  readonly text: string;
  /** What takes back, or helps on. */
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

export interface DeskSlice {
  readonly preset: Preset;
  readonly view: ViewName;
  readonly page: PageName;
  readonly sidebar: SidebarName | undefined;
  readonly editorFontSize: number;
  readonly terminalFontSize: number;
  readonly isScreenReader: boolean;
  readonly isCursorBlinking: boolean;
  /** What Ctrl S does besides saving, which every edit does anyway. */
  readonly saveKey: 'save' | 'build';
  readonly dialog: DialogName | undefined;
  readonly maximised: PaneName | undefined;
  readonly mark: Mark | undefined;
  readonly notes: readonly LineNote[];
  /** Where the editor should put its cursor and look: a new object each time. */
  readonly reveal:
    | { readonly path: string; readonly line: number; readonly column: number }
    | undefined;
  readonly cursor: { readonly line: number; readonly column: number };
  readonly notice: Notice | undefined;
  /** What a build could not do, said in the caption until the next happening. */
  readonly remark: string | undefined;
  readonly arrange: (
    change: Partial<Pick<DeskSlice, 'preset' | 'view' | 'page' | 'sidebar'>>,
  ) => void;
  readonly setSizes: (
    change: Partial<
      Pick<
        DeskSlice,
        'editorFontSize' | 'terminalFontSize' | 'isScreenReader' | 'isCursorBlinking' | 'saveKey'
      >
    >,
  ) => void;
  readonly openDialog: (dialog: DialogName | undefined) => void;
  readonly maximise: (pane: PaneName | undefined) => void;
  readonly setMark: (mark: Mark | undefined) => void;
  readonly setNotes: (notes: readonly LineNote[]) => void;
  readonly revealLine: (path: string, line: number, column?: number) => void;
  readonly moveCursor: (line: number, column: number) => void;
  readonly notify: (text: string, action?: Notice['action']) => void;
  readonly dismissNotice: (id: number) => void;
  readonly remarkOn: (text: string | undefined) => void;
}

const STORAGE_KEY = 'ringzero.desk';

export const createDeskSlice: StateCreator<PlaygroundState, [], [], DeskSlice> = (set, get) => ({
  preset: 'split',
  view: 'log',
  page: 'shell',
  sidebar: undefined,
  editorFontSize: 13,
  terminalFontSize: 12.5,
  isScreenReader: false,
  isCursorBlinking: false,
  saveKey: 'save',
  dialog: undefined,
  maximised: undefined,
  ...readDesk(),
  mark: undefined,
  notes: [],
  reveal: undefined,
  cursor: { line: 1, column: 1 },
  notice: undefined,
  remark: undefined,

  arrange: (change) => {
    set(change);
    writeDesk(get());
  },
  setSizes: (change) => {
    set(change);
    writeDesk(get());
  },
  openDialog: (dialog) => set({ dialog }),
  maximise: (maximised) => set({ maximised }),
  setMark: (mark) => set({ mark }),
  setNotes: (notes) => set({ notes }),
  revealLine: (path, line, column = 1) => set({ reveal: { path, line, column } }),
  moveCursor: (line, column) => set({ cursor: { line, column } }),
  notify: (text, action) =>
    set((state) => ({ notice: { id: (state.notice?.id ?? 0) + 1, text, action } })),
  dismissNotice: (id) => set((state) => (state.notice?.id === id ? { notice: undefined } : state)),
  remarkOn: (remark) => set({ remark }),
});

const KEPT = [
  'preset',
  'view',
  'sidebar',
  'editorFontSize',
  'terminalFontSize',
  'isScreenReader',
  'isCursorBlinking',
  'saveKey',
] as const;

type Kept = Pick<DeskSlice, (typeof KEPT)[number]>;

function writeDesk(state: DeskSlice): void {
  const kept = Object.fromEntries(KEPT.map((name) => [name, state[name]]));
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(kept));
  } catch {
    // Then the desk is as always on the next visit.
  }
}

function readDesk(): Partial<Kept> {
  try {
    const stored = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Record<string, unknown>;
    const isSize = (value: unknown): value is number =>
      typeof value === 'number' && value >= 11 && value <= 20;
    const preset = (['code', 'split', 'kernel'] as const).find((name) => name === stored['preset']);
    const view = (
      ['log', 'problems', 'tasks', 'modules', 'memory', 'locks', 'timeline'] as const
    ).find((name) => name === stored['view']);
    const sidebar = (['files', 'search'] as const).find((name) => name === stored['sidebar']);
    const saveKey = (['save', 'build'] as const).find((name) => name === stored['saveKey']);
    const { editorFontSize, terminalFontSize, isScreenReader, isCursorBlinking } = stored;
    return {
      ...(preset === undefined ? {} : { preset }),
      ...(view === undefined ? {} : { view }),
      ...(sidebar === undefined ? {} : { sidebar }),
      ...(isSize(editorFontSize) ? { editorFontSize } : {}),
      ...(isSize(terminalFontSize) ? { terminalFontSize } : {}),
      ...(typeof isScreenReader === 'boolean' ? { isScreenReader } : {}),
      ...(typeof isCursorBlinking === 'boolean' ? { isCursorBlinking } : {}),
      ...(saveKey === undefined ? {} : { saveKey }),
    };
  } catch {
    return {};
  }
}
