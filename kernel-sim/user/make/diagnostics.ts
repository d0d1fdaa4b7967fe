// SPDX-License-Identifier: GPL-2.0-or-later
/** Compile errors as gcc prints them: place, message, the line, a caret under it. */
import type { Diagnostic } from '../../uapi/hostcc.ts';

const MARGIN = 5;

export function diagnosticText(
  diagnostic: Diagnostic,
  source: string | undefined,
  severity: 'error' | 'warning',
): string {
  const { file, line, column, code, message, help } = diagnostic;
  let text = `${file}:${line}:${column}: ${severity} ${code}: ${message}\n`;
  const sourceLine = source?.split('\n')[line - 1];
  if (sourceLine !== undefined) {
    const blank = ' '.repeat(MARGIN);
    text += `${String(line).padStart(MARGIN)} | ${sourceLine}\n`;
    text += `${blank} | ${marker(diagnostic, sourceLine)}\n`;
  }
  if (help !== null) text += `${' '.repeat(MARGIN)} = help: ${help}\n`;
  return text;
}

/** `    ^~~~` under the marked characters; tabs stay tabs, so that it stands where it should. */
export function marker(diagnostic: Diagnostic, sourceLine: string): string {
  const { line, column, endLine, endColumn } = diagnostic;
  const indent = sourceLine.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  const end = endLine === line ? endColumn : sourceLine.length + 1;
  return `${indent}^${'~'.repeat(Math.max(0, Math.min(end, sourceLine.length + 1) - column - 1))}`;
}
