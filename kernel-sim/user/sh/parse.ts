// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Shell text to syntax tree, by unbash, and its errors in bash's words.
 *
 * unbash is tolerant: it gives a tree and a list of errors. Here a text is whole, unfinished (ask
 * for another line), or wrong at a place.
 */
import { forEachChild, parse, type ParsedScript, type ParseError, type SyntaxNode } from 'unbash';

export type Parsed =
  | { readonly kind: 'complete'; readonly script: ParsedScript }
  /** `wanted` is a text that the missing lines must contain, for callers that read line by line. */
  | { readonly kind: 'incomplete'; readonly script: ParsedScript; readonly wanted: string }
  | {
      readonly kind: 'error';
      readonly script: ParsedScript;
      readonly pos: number;
      readonly message: string;
    };

export function parseShell(text: string): Parsed {
  const script = parse(text);
  // Only a text with substitutions can hold errors that the parser has not come to yet.
  const nested = /[$<>]\(|`/.test(text);
  const error = nested ? firstError(script) : script.errors?.[0];
  if (error === undefined) {
    const unclosed = text.includes('<<') ? unclosedHereDoc(script) : undefined;
    if (unclosed !== undefined) return { kind: 'incomplete', script, wanted: unclosed };
    if (endsInBackslash(text)) return { kind: 'incomplete', script, wanted: '' };
    return { kind: 'complete', script };
  }
  if (isUnfinished(error, text)) return { kind: 'incomplete', script, wanted: wantedBy(error) };
  return { kind: 'error', script, pos: error.pos, message: describe(error, text) };
}

/** What bash says when the input ends inside `text`. */
export function endOfInputMessage(text: string): string {
  const error = firstError(parse(text));
  const closer = error === undefined ? undefined : CLOSERS.get(error.message);
  if (closer === undefined) return 'syntax error: unexpected end of file';
  return `unexpected EOF while looking for matching \`${closer}'`;
}

const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['unterminated double quote', '"'],
  ['unterminated single quote', "'"],
  ['unterminated ANSI-C quote', "'"],
  ['unterminated backtick', '`'],
  ['unterminated command substitution', ')'],
  ['unterminated process substitution', ')'],
  ['unterminated arithmetic expansion', ')'],
  ['unterminated parameter expansion', '}'],
]);

/** The first error of the tree, those inside `$( )` included. */
function firstError(script: ParsedScript): ParseError | undefined {
  let first = script.errors?.[0];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Script') {
      const inner = (node as ParsedScript).errors?.[0];
      // Positions inside backquotes with escapes count in another text: they come last.
      if (inner !== undefined && (first === undefined || inner.pos < first.pos)) first = inner;
    }
    forEachChild(node, visit);
  };
  forEachChild(script, visit);
  return first;
}

function unclosedHereDoc(script: ParsedScript): string | undefined {
  let delimiter: string | undefined;
  const visit = (node: SyntaxNode): void => {
    if (delimiter !== undefined) return;
    if (node.type === 'HereDoc' && node.closing === undefined) {
      delimiter = node.delimiter?.value ?? '';
    }
    forEachChild(node, visit);
  };
  forEachChild(script, visit);
  return delimiter;
}

function endsInBackslash(text: string): boolean {
  const line = text.endsWith('\n') ? text.slice(0, -1) : text;
  const slashes = /\\+$/.exec(line)?.[0].length ?? 0;
  // A comment may end in a backslash and mean nothing by it.
  return slashes % 2 === 1 && !/(?:^|[\s;&|()])#[^\n]*$/.test(line);
}

/** Errors at the end of the text that another line could not mend. */
const FINAL = /^expected redirect target|^unexpected token|^nesting depth/;

function isUnfinished(error: ParseError, text: string): boolean {
  if (FINAL.test(error.message)) return false;
  if (error.message.startsWith('unterminated')) return true;
  // "for", "case" and "function" want their name on the same line.
  if (/(?:^|[\s;&|(])(?:for|case|function|select)\s*$/.test(text)) return false;
  return error.pos >= text.trimEnd().length;
}

function wantedBy(error: ParseError): string {
  const closer = CLOSERS.get(error.message);
  if (closer !== undefined) return closer;
  const keyword = /expected '(\w+|[)}])'/.exec(error.message)?.[1];
  return keyword ?? '';
}

function describe(error: ParseError, text: string): string {
  if (error.message.startsWith('nesting depth')) return 'maximum nesting level exceeded';
  const named = /^unexpected token '([\s\S]*)'$/.exec(error.message)?.[1];
  return `syntax error near unexpected token \`${named ?? tokenAt(text, error.pos)}'`;
}

/** The token that stands at `pos`, as bash names it. */
export function tokenAt(text: string, pos: number): string {
  const rest = text.slice(pos).replace(/^[ \t]+/, '');
  const token = /^(?:&&|\|\||;;&?|;&|<<-?|>>|<&|>&|&>|\|&|[;&|()<>]|[^\s;&|()<>]+)/.exec(rest);
  return token?.[0] ?? 'newline';
}

/** Where lines begin, to turn a position into a line number. */
export class SourceText {
  readonly text: string;
  /** Number of the first line: a function or eval begins somewhere in its file. */
  private readonly firstLine: number;
  private starts: number[] | undefined;

  constructor(text: string, firstLine = 1) {
    this.text = text;
    this.firstLine = firstLine;
  }

  lineOf(pos: number): number {
    const starts = (this.starts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= pos) low = middle;
      else high = middle;
    }
    return low + this.firstLine;
  }

  /** The line that `pos` is in, without its newline. */
  lineText(pos: number): string {
    const start = this.text.lastIndexOf('\n', Math.max(0, pos - 1)) + 1;
    const end = this.text.indexOf('\n', start);
    return this.text.slice(start, end < 0 ? undefined : end);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
