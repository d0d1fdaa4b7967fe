// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Monaco in an element of its own, which panes adopt and hand on: one editor, one text model per
 * file, so that undo and the cursor survive every change of tab and layout.
 */
import './features.ts';

import { editor, KeyCode, KeyMod, MarkerSeverity, Range, type IRange } from 'monaco-editor/editor';

import type { Definition, LanguageClient } from '../lib/language.ts';
import type { ThemeName } from '../lib/tokens.ts';
import { editorTheme, themeId } from './editor-theme.ts';
import { registerLanguage, uriOf } from './language-providers.ts';

const FONTS = '"IBM Plex Mono", ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const MARKERS = 'ringzero';

export interface EditorEvents {
  readonly onEdit: (path: string, text: string) => void;
  readonly onCursor: (line: number, column: number) => void;
  /** A jump to another file, or to a declaration of the API with its text. */
  readonly onJump: (path: string, line: number, column: number, text: string | undefined) => void;
}

export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly code: string;
  readonly message: string;
  readonly help: string | null;
}

/** Something quiet behind a line, with a glyph before it. */
export interface Note {
  readonly line: number;
  readonly text: string;
  readonly state: string;
}

export class EditorView {
  /** Give this a place: the editor fills it. */
  readonly element = document.createElement('div');
  readonly #editor: editor.IStandaloneCodeEditor;
  readonly #events: EditorEvents;
  readonly #viewStates = new Map<string, editor.ICodeEditorViewState | null>();
  readonly #declarations = new Map<string, string>();
  readonly #marks: editor.IEditorDecorationsCollection;
  readonly #notes: editor.IEditorDecorationsCollection;
  #openPath: string | undefined;
  /** True while the text is changed from outside, which is nobody's edit. */
  #isFilling = false;

  constructor(
    events: EditorEvents,
    client: LanguageClient,
    options: { readonly theme: ThemeName; readonly fontSize: number },
  ) {
    this.#events = events;
    this.element.className = 'editor-host';
    for (const name of ['light', 'dark'] as const) {
      editor.defineTheme(themeId(name), editorTheme(name));
    }
    this.#editor = editor.create(this.element, {
      ...EDITOR_OPTIONS,
      ...sizes(options.fontSize),
      theme: themeId(options.theme),
      model: null,
    });
    this.#marks = this.#editor.createDecorationsCollection();
    this.#notes = this.#editor.createDecorationsCollection();
    // Ctrl Enter builds, everywhere on the page.
    editor.addKeybindingRule({ keybinding: KeyMod.CtrlCmd | KeyCode.Enter, command: null });
    registerLanguage(client, (definition) => this.#modelFor(definition));
    editor.registerEditorOpener({
      openCodeEditor: (_source, resource, at) => {
        const line = at === undefined ? 1 : 'lineNumber' in at ? at.lineNumber : at.startLineNumber;
        const column = at === undefined ? 1 : 'column' in at ? at.column : at.startColumn;
        events.onJump(resource.path, line, column, this.#declarations.get(resource.path));
        return true;
      },
    });
    this.#editor.onDidChangeCursorPosition(({ position }) =>
      events.onCursor(position.lineNumber, position.column),
    );
  }

  /** Shows a file; its text is set only if it differs, so that undo lives on. */
  open(path: string, text: string, isReadOnly: boolean): void {
    if (this.#openPath !== undefined && this.#openPath !== path) {
      this.#viewStates.set(this.#openPath, this.#editor.saveViewState());
    }
    const model = this.#model(path, text);
    this.fill(path, text);
    if (this.#openPath === path) return;
    this.#openPath = path;
    this.#editor.setModel(model);
    this.#editor.updateOptions({ readOnly: isReadOnly });
    this.#editor.restoreViewState(this.#viewStates.get(path) ?? null);
    const at = this.#editor.getPosition();
    if (at !== null) this.#events.onCursor(at.lineNumber, at.column);
  }

  /** The file's text was changed by something else than this editor. */
  fill(path: string, text: string): void {
    const model = editor.getModel(uriOf(path));
    if (model === null || model.getValue(editor.EndOfLinePreference.LF) === text) return;
    this.#isFilling = true;
    model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
    this.#isFilling = false;
  }

  reveal(line: number, column: number): void {
    this.#editor.setPosition({ lineNumber: line, column });
    this.#editor.revealLineInCenterIfOutsideViewport(line);
  }

  /** Marks one line of the open file, or none. */
  mark(line: number | undefined, note: string | undefined): void {
    if (line === undefined) {
      this.#marks.clear();
      return;
    }
    const range: IRange = new Range(line, 1, line, 1);
    const after =
      note === undefined ? {} : { after: { content: note, inlineClassName: 'mark-note' } };
    this.#marks.set([
      {
        range,
        options: {
          isWholeLine: true,
          className: 'mark-line',
          marginClassName: 'mark-margin',
          linesDecorationsClassName: 'mark-edge',
        },
      },
      { range: this.#textOf(line), options: { inlineClassName: 'mark-text' } },
      { range: this.#endOf(line), options: { showIfCollapsed: true, ...after } },
    ]);
  }

  /** Says something behind lines of the open file. */
  annotate(notes: readonly Note[]): void {
    this.#notes.set(
      notes.map(({ line, text, state }) => ({
        range: this.#endOf(line),
        options: {
          showIfCollapsed: true,
          linesDecorationsClassName: `note-glyph ${state}`,
          after: { content: text, inlineClassName: 'line-note' },
        },
      })),
    );
  }

  showProblems(path: string, problems: readonly Problem[]): void {
    const model = editor.getModel(uriOf(path));
    if (model === null) return;
    editor.setModelMarkers(
      model,
      MARKERS,
      problems.map((problem) => ({
        severity: MarkerSeverity.Error,
        startLineNumber: problem.line,
        startColumn: problem.column,
        endLineNumber: problem.endLine,
        endColumn: problem.endColumn,
        message:
          problem.help === null ? problem.message : `${problem.message}\nHelp: ${problem.help}`,
        code: problem.code,
      })),
    );
  }

  setTheme(theme: ThemeName): void {
    editor.setTheme(themeId(theme));
  }

  setFontSize(pixels: number): void {
    this.#editor.updateOptions(sizes(pixels));
  }

  setScreenReader(isOn: boolean): void {
    this.#editor.updateOptions({ accessibilitySupport: isOn ? 'on' : 'auto' });
  }

  /** The page's font has arrived: measure it anew. */
  remeasure(): void {
    editor.remeasureFonts();
  }

  focus(): void {
    this.#editor.focus();
  }

  #model(path: string, text: string): editor.ITextModel {
    const uri = uriOf(path);
    const known = editor.getModel(uri);
    if (known !== null) return known;
    const model = editor.createModel(text, languageOf(path), uri);
    model.updateOptions({
      tabSize: 2,
      insertSpaces: true,
      bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
    });
    model.onDidChangeContent(() => {
      if (this.#isFilling) return;
      this.#events.onEdit(path, model.getValue(editor.EndOfLinePreference.LF));
    });
    return model;
  }

  #modelFor(definition: Definition): editor.ITextModel | undefined {
    const { path, text } = definition;
    if (text === undefined) return editor.getModel(uriOf(path)) ?? undefined;
    this.#declarations.set(path, text);
    return this.#model(path, text);
  }

  #textOf(line: number): IRange {
    return new Range(line, 1, line, this.#endOf(line).endColumn);
  }

  #endOf(line: number): IRange {
    const column = this.#editor.getModel()?.getLineMaxColumn(line) ?? 1;
    return new Range(line, column, line, column);
  }
}

function languageOf(path: string): string {
  if (path.endsWith('.ts')) return 'typescript';
  return path.endsWith('.md') ? 'markdown' : 'plaintext';
}

function sizes(fontSize: number): editor.IEditorOptions {
  return { fontSize, lineHeight: Math.round((fontSize * 20) / 13) };
}

const EDITOR_OPTIONS: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  fontFamily: FONTS,
  fontLigatures: false,
  ariaLabel: 'Source. Ctrl M makes Tab move the focus.',
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  renderLineHighlight: 'none',
  lineNumbersMinChars: 5,
  lineDecorationsWidth: 14,
  renderFinalNewline: 'on',
  glyphMargin: false,
  folding: false,
  overviewRulerLanes: 0,
  guides: { indentation: false, bracketPairs: false },
  bracketPairColorization: { enabled: false },
  occurrencesHighlight: 'off',
  padding: { top: 8, bottom: 8 },
  fixedOverflowWidgets: true,
  stickyScroll: { enabled: false },
  wordBasedSuggestions: 'off',
  scrollbar: { verticalScrollbarSize: 8, horizontalScrollbarSize: 8, useShadows: false },
  hover: { delay: 250 },
  unicodeHighlight: { ambiguousCharacters: false },
  cursorWidth: 2,
};
