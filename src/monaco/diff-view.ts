// SPDX-License-Identifier: GPL-2.0-or-later
/** Two versions of a text beside each other, for looking only. */
import './features.ts';

import { editor } from 'monaco-editor/editor';

export class DiffView {
  readonly element = document.createElement('div');
  readonly #diff: editor.IStandaloneDiffEditor;

  constructor(fontSize: number) {
    this.element.className = 'editor-host';
    this.#diff = editor.createDiffEditor(this.element, {
      automaticLayout: true,
      readOnly: true,
      fontFamily: '"IBM Plex Mono", ui-monospace, Menlo, Consolas, monospace',
      fontSize,
      lineHeight: 18,
      minimap: { enabled: false },
      renderSideBySide: false,
      scrollBeyondLastLine: false,
      renderOverviewRuler: false,
      hideUnchangedRegions: { enabled: true },
      lineNumbersMinChars: 3,
    });
  }

  show(before: string, after: string, isTypeScript: boolean): void {
    this.#disposeModels();
    const language = isTypeScript ? 'typescript' : 'plaintext';
    this.#diff.setModel({
      original: plainModel(before, language),
      modified: plainModel(after, language),
    });
  }

  dispose(): void {
    this.#disposeModels();
    this.#diff.dispose();
  }

  #disposeModels(): void {
    const model = this.#diff.getModel();
    this.#diff.setModel(null);
    model?.original.dispose();
    model?.modified.dispose();
  }
}

function plainModel(text: string, language: string): editor.ITextModel {
  const model = editor.createModel(text, language);
  model.updateOptions({
    bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
  });
  return model;
}
