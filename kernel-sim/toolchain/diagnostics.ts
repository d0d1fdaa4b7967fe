// SPDX-License-Identifier: GPL-2.0-or-later
/** What the passes have to say, as findings at nodes, and its form on the way out. */
import ts from 'typescript';

import type { Diagnostic } from '../uapi/hostcc.ts';

/**
 * The toolchain's own error codes. Where Rust has the twin, the number is Rust's; the rest:
 * RZ1000 not part of the driver's language, RZ1001 `unsafe:` without its reason, RZ1024 would
 * switch where nothing can switch, RZ1070 would break sandbox, brands or determinism, RZ1080 to
 * RZ1084 what a file is to the kernel.
 */
export type Code =
  | 'RZ0133'
  | 'RZ0507'
  | 'RZ0614'
  | 'RZ1000'
  | 'RZ1001'
  | 'RZ1011'
  | 'RZ1020'
  | 'RZ1024'
  | 'RZ1070'
  | 'RZ1080'
  | 'RZ1081'
  | 'RZ1082'
  | 'RZ1083'
  | 'RZ1084';

export interface Finding {
  readonly node: ts.Node;
  readonly code: Code;
  readonly message: string;
  readonly help: string | null;
}

/** Collects findings; each place and code is reported once. */
export class Findings {
  readonly #byPlace = new Map<string, Finding>();

  add(node: ts.Node, code: Code, message: string, help: string | null = null): void {
    const key = `${node.getSourceFile().fileName}:${node.getStart()}:${code}`;
    if (!this.#byPlace.has(key)) this.#byPlace.set(key, { node, code, message, help });
  }

  get all(): Finding[] {
    return [...this.#byPlace.values()];
  }
}

export function fromFinding(finding: Finding, nameOf: (path: string) => string): Diagnostic {
  const file = finding.node.getSourceFile();
  const { code, message, help } = finding;
  const span = spanOf(file, finding.node.getStart(), finding.node.getEnd());
  return { file: nameOf(file.fileName), ...span, code, message, help };
}

export function fromCompiler(
  diagnostic: ts.Diagnostic,
  nameOf: (path: string) => string,
): Diagnostic {
  const { file, start = 0, length = 0 } = diagnostic;
  return {
    file: file === undefined ? '' : nameOf(file.fileName),
    ...(file === undefined
      ? { line: 1, column: 1, endLine: 1, endColumn: 1 }
      : spanOf(file, start, start + length)),
    code: `TS${diagnostic.code}`,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    help: null,
  };
}

type Span = Pick<Diagnostic, 'line' | 'column' | 'endLine' | 'endColumn'>;

function spanOf(file: ts.SourceFile, start: number, end: number): Span {
  const from = file.getLineAndCharacterOfPosition(start);
  const to = file.getLineAndCharacterOfPosition(end);
  return {
    line: from.line + 1,
    column: from.character + 1,
    endLine: to.line + 1,
    endColumn: to.character + 1,
  };
}

/** By file, place and code, so that the order never depends on which pass came first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
