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
  | {
      readonly kind: 'incomplete';
      readonly script: ParsedScript;
      /** What the missing lines must contain, for callers that read line by line. */
      readonly wanted: string;
      /** Only a here-document or a continued line is open: the end of the input may close it. */
      readonly atHereDoc: boolean;
    }
  | {
      readonly kind: 'error';
      readonly script: ParsedScript;
      readonly pos: number;
      readonly message: string;
    };

export function parseShell(text: string): Parsed {
  const script = parse(text);
  // Only a text with substitutions can hold errors that the parser has not come to yet.
  const isNested = /[$<>]\(|`/.test(text);
  const errors = isNested ? allErrors(script) : (script.errors ?? []);
  const definite = errors.find((error) => isDefinite(error, errors, text));
  if (definite !== undefined) {
    return { kind: 'error', script, pos: definite.pos, message: describe(definite, text) };
  }
  const [first] = errors;
  if (first !== undefined) {
    return { kind: 'incomplete', script, wanted: wantedBy(first), atHereDoc: false };
  }
  const unclosed = text.includes('<<') ? unclosedHereDoc(script) : undefined;
  if (unclosed !== undefined) {
    return { kind: 'incomplete', script, wanted: unclosed, atHereDoc: true };
  }
  if (!endsInBackslash(text)) return { kind: 'complete', script };
  return { kind: 'incomplete', script, wanted: '', atHereDoc: true };
}

/** What bash says when the input ends inside `text`, and where it counts the line. */
export function endOfInput(text: string): { readonly message: string; readonly line: number } {
  const source = new SourceText(text);
  const error = allErrors(parse(text))[0];
  const closer = error === undefined ? undefined : CLOSERS.get(error.message);
  if (error === undefined || closer === undefined) {
    const length = text.endsWith('\n') ? text.length - 1 : text.length;
    return { message: 'syntax error: unexpected end of file', line: source.lineOf(length) + 1 };
  }
  const message = `unexpected EOF while looking for matching \`${closer}'`;
  return { message, line: source.lineOf(error.pos) };
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

/** The errors of the tree in order of place, those inside `$( )` included. */
function allErrors(script: ParsedScript): ParseError[] {
  const errors = [...(script.errors ?? [])];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Script') errors.push(...(node.errors ?? []));
    forEachChild(node, visit);
  };
  forEachChild(script, visit);
  return errors.toSorted((left, right) => left.pos - right.pos);
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

/** Whether no further line could mend this error. */
function isDefinite(error: ParseError, errors: readonly ParseError[], text: string): boolean {
  const { message, pos } = error;
  if (message.startsWith('unterminated')) return false;
  if (/^unexpected|^nesting depth|^expected redirect target|^expected three/.test(message)) {
    return true;
  }
  // "for", "case" and "function" want their name on the same line.
  if (/(?:^|[\s;&|(])(?:for|case|function|select)\s*$/.test(text)) return true;
  if (misplacedWord(text.slice(0, pos)) !== undefined) return true;
  const isOpen = errors.some((each) => each.message.includes(' to close '));
  // The parser puts this one where the group begins.
  if (message.startsWith('expected command in')) return !isOpen;
  if (pos < text.trimEnd().length) return true;
  // A closing word came too early: "if true; fi".
  return !isOpen && /^expected '(?:then|do|in)'/.test(message);
}

function wantedBy(error: ParseError): string {
  const closer = CLOSERS.get(error.message);
  if (closer !== undefined) return closer;
  const keyword = /expected '(\w+|[)}])'/.exec(error.message)?.[1];
  return keyword ?? '';
}

function describe(error: ParseError, text: string): string {
  const { message, pos } = error;
  if (message.startsWith('nesting depth')) return 'maximum nesting level exceeded';
  return `syntax error near unexpected token \`${offender(message, pos, text)}'`;
}

/** `y` in `for x y` and `case x y`, where only one word may stand. */
function misplacedWord(before: string): string | undefined {
  const loop = /(?:^|[\s;&|(])for\s+\w+[ \t]+([^\s;]+)\s*$/.exec(before)?.[1];
  const choice = /(?:^|[\s;&|(])case\s+\w+[ \t]+([^\s;]+)\s*$/.exec(before)?.[1];
  const word = loop ?? choice;
  return word === 'in' || word === 'do' ? undefined : word;
}

/** The token that bash blames. */
function offender(message: string, pos: number, text: string): string {
  const named = /^unexpected token '([\s\S]*)'$/.exec(message)?.[1];
  const before = text.slice(0, pos);
  // bash takes `echo (` for a function and stumbles over what should be `)`.
  const inside = named === ')' ? /[^\s;&|(]\s*\(\s*([^\s()]+)\s*$/.exec(before)?.[1] : undefined;
  const closing = message.startsWith("expected '")
    ? /(?:^|[\s;])(fi|done|esac|else|elif|\}|\))\s*$/.exec(before)?.[1]
    : undefined;
  return inside ?? named ?? closing ?? misplacedWord(before) ?? tokenAt(text, pos);
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
