// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What an editor asks a compiler for, and what it gets. Offsets count UTF-16 units from 0, as
 * editors and the compiler do.
 */
export interface Completion {
  readonly name: string;
  /** The compiler's word: 'method', 'class', 'keyword', … */
  readonly kind: string;
  readonly sortText: string;
  readonly insertText: string | undefined;
}

export interface Explanation {
  readonly start: number;
  readonly length: number;
  /** The declaration, as code. */
  readonly signature: string;
  /** Markdown. */
  readonly documentation: string;
}

export interface SignatureHelp {
  readonly signatures: readonly {
    readonly label: string;
    readonly documentation: string;
    readonly parameters: readonly { readonly label: string; readonly documentation: string }[];
  }[];
  readonly activeSignature: number;
  readonly activeParameter: number;
}

export interface Definition {
  readonly path: string;
  readonly start: number;
  readonly length: number;
  /** The file's text, when it is none of the person's own: a declaration of the driver API. */
  readonly text: string | undefined;
}

export interface LanguageClient {
  complete(path: string, offset: number): Promise<readonly Completion[]>;
  explainCompletion(path: string, offset: number, name: string): Promise<Explanation | undefined>;
  hover(path: string, offset: number): Promise<Explanation | undefined>;
  signature(path: string, offset: number): Promise<SignatureHelp | undefined>;
  define(path: string, offset: number): Promise<readonly Definition[]>;
}
