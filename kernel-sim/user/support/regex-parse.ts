// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Parses basic and extended regular expressions, as GNU grep reads them.
 *
 * POSIX leaves much undefined (`*` at the start, `{` that opens no interval); there this does what
 * grep 3.8 does, warnings included.
 */
import { bracket } from './regex-bracket.ts';
import { CharSet, WORD, CLASSES, type Assertion, type RegexNode } from './regex-syntax.ts';

export interface ParseOptions {
  readonly syntax: 'basic' | 'extended' | 'fixed';
  readonly ignoreCase: boolean;
  /** `.` matches a newline, too: the text is no single line. */
  readonly dotAll?: boolean;
}

export type ParseResult =
  | {
      readonly node: RegexNode;
      readonly warnings: readonly string[];
      /** Groups so far, those of earlier patterns included. */
      readonly groupCount: number;
      readonly hasReferences: boolean;
    }
  | { readonly error: string };

const MAX_REPEAT = 32_767;
const EMPTY: RegexNode = { kind: 'empty' };

// prettier-ignore
const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['<', 'word-start'], ['>', 'word-end'], ['b', 'word-edge'], ['B', 'not-word-edge'],
  ['`', 'line-start'], ["'", 'line-end'],
]);

/** `earlierGroups` were counted in patterns before this one. */
export function parseRegex(pattern: string, options: ParseOptions, earlierGroups = 0): ParseResult {
  if (options.syntax === 'fixed') {
    const items = [...pattern].map((char) => literal(char, options.ignoreCase));
    const node: RegexNode = { kind: 'sequence', items };
    return { node, warnings: [], groupCount: earlierGroups, hasReferences: false };
  }
  return new Parser(pattern, options, earlierGroups).parse();
}

function literal(char: string, ignoreCase: boolean): RegexNode {
  const point = char.codePointAt(0) ?? 0;
  return { kind: 'set', set: new CharSet([point, point], false, ignoreCase) };
}

class Parser {
  readonly #chars: readonly string[];
  readonly #isExtended: boolean;
  readonly #ignoreCase: boolean;
  readonly #warnings: string[] = [];
  #position = 0;
  #depth = 0;
  readonly #dotAll: boolean;
  readonly #earlierGroups: number;
  #groups = 0;
  #hasReferences = false;
  #error: string | undefined;

  constructor(pattern: string, options: ParseOptions, earlierGroups: number) {
    this.#dotAll = options.dotAll === true;
    this.#earlierGroups = earlierGroups;
    this.#chars = [...pattern];
    this.#isExtended = options.syntax === 'extended';
    this.#ignoreCase = options.ignoreCase;
  }

  parse(): ParseResult {
    const node = this.#choice();
    if (this.#error !== undefined) return { error: this.#error };
    return {
      node,
      warnings: this.#warnings,
      groupCount: this.#earlierGroups + this.#groups,
      hasReferences: this.#hasReferences,
    };
  }

  /** The token at the position: an operator without its backslash, or `undefined` for others. */
  #operator(at = this.#position): string | undefined {
    const char = this.#chars[at];
    if (this.#isExtended) {
      return char !== undefined && '|(){+?*'.includes(char) ? char : undefined;
    }
    if (char === '*') return '*';
    const next = this.#chars[at + 1];
    return char === '\\' && next !== undefined && '|(){+?'.includes(next) ? next : undefined;
  }

  #skipOperator(operator: string): void {
    this.#position += this.#isExtended || operator === '*' ? 1 : 2;
  }

  #fail(message: string): RegexNode {
    this.#error ??= message;
    this.#position = this.#chars.length;
    return EMPTY;
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#operator() === '|') {
      this.#skipOperator('|');
      options.push(this.#sequence());
    }
    return options.length === 1 ? (options[0] ?? EMPTY) : { kind: 'choice', options };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    const start = this.#position;
    // In basic syntax an operator that follows nothing it could repeat is an ordinary character.
    let isFirst = true;
    while (this.#position < this.#chars.length) {
      const operator = this.#operator();
      if (operator === '|') break;
      if (operator === ')') {
        if (this.#depth > 0) break;
        if (!this.#isExtended) return this.#fail('Unmatched ) or \\)');
      }
      const from = this.#position;
      const atom = this.#atom(isFirst, start);
      const isAnchor = !this.#isExtended && this.#chars[from] === '^' && atom.kind === 'assert';
      items.push(isAnchor ? atom : this.#repeats(atom));
      isFirst = isFirst && isAnchor;
    }
    return { kind: 'sequence', items };
  }

  #atom(isFirst: boolean, start: number): RegexNode {
    const operator = this.#operator();
    if (operator === '(') return this.#group();
    if (operator !== undefined && '*+?{'.includes(operator) && isFirst) {
      return this.#leadingOperator(operator);
    }
    const char = this.#chars[this.#position] ?? '';
    this.#position++;
    if (char === '[') return this.#bracket();
    if (char === '\\') return this.#escape();
    if (char === '.') {
      const excluded = this.#dotAll ? [] : [0x0a, 0x0a];
      return { kind: 'set', set: new CharSet(excluded, true, false) };
    }
    if (char === '^' && (this.#isExtended || this.#position - 1 === start)) {
      return { kind: 'assert', assertion: 'line-start' };
    }
    if (char === '$' && (this.#isExtended || this.#endsBranch())) {
      return { kind: 'assert', assertion: 'line-end' };
    }
    return literal(char, this.#ignoreCase);
  }

  #endsBranch(): boolean {
    if (this.#position >= this.#chars.length) return true;
    const operator = this.#operator();
    return operator === '|' || (operator === ')' && this.#depth > 0);
  }

  #leadingOperator(operator: string): RegexNode {
    if (operator === '{' && this.#isExtended && !this.#isInterval()) {
      this.#position++;
      return literal('{', this.#ignoreCase);
    }
    if (this.#isExtended) {
      // The operator repeats nothing; #repeats takes it.
      this.#warnings.push(`${operator === '{' ? '{...}' : operator} at start of expression`);
      return EMPTY;
    }
    this.#skipOperator(operator);
    return literal(operator, this.#ignoreCase);
  }

  #group(): RegexNode {
    this.#skipOperator('(');
    this.#depth++;
    const index = this.#earlierGroups + ++this.#groups;
    const item = this.#choice();
    this.#depth--;
    if (this.#error !== undefined) return EMPTY;
    if (this.#operator() !== ')') return this.#fail('Unmatched ( or \\(');
    this.#skipOperator(')');
    return { kind: 'group', index, item };
  }

  #bracket(): RegexNode {
    const result = bracket(this.#chars, this.#position);
    if ('error' in result) return this.#fail(result.error);
    this.#position = result.end;
    return { kind: 'set', set: new CharSet(result.ranges, result.isNegated, this.#ignoreCase) };
  }

  #escape(): RegexNode {
    const char = this.#chars[this.#position];
    if (char === undefined) return this.#fail('Trailing backslash');
    this.#position++;
    const assertion = ASSERTIONS.get(char);
    if (assertion !== undefined) return { kind: 'assert', assertion };
    const set = { w: WORD, W: WORD, s: CLASSES.get('space'), S: CLASSES.get('space') }[char];
    if (set !== undefined) {
      return { kind: 'set', set: new CharSet(set, char === 'W' || char === 'S', false) };
    }
    if (char >= '1' && char <= '9') {
      if (Number(char) > this.#groups) return this.#fail('Invalid back reference');
      this.#hasReferences = true;
      return { kind: 'reference', index: this.#earlierGroups + Number(char) };
    }
    return literal(char, this.#ignoreCase);
  }

  #repeats(atom: RegexNode): RegexNode {
    let node = atom;
    for (;;) {
      const operator = this.#operator();
      if (operator === '*') node = { kind: 'repeat', item: node, min: 0, max: Infinity };
      else if (operator === '+') node = { kind: 'repeat', item: node, min: 1, max: Infinity };
      else if (operator === '?') node = { kind: 'repeat', item: node, min: 0, max: 1 };
      else if (operator === '{' && (!this.#isExtended || this.#isInterval())) {
        node = this.#interval(node);
        continue;
      } else return node;
      this.#skipOperator(operator);
    }
  }

  /** The text between the brace at the position and its end, if that is there. */
  #intervalText(): string | undefined {
    const from = this.#position + (this.#isExtended ? 1 : 2);
    const close = this.#isExtended ? '}' : '\\';
    const end = this.#chars.indexOf(close, from);
    if (end < 0 || (!this.#isExtended && this.#chars[end + 1] !== '}')) return undefined;
    return this.#chars.slice(from, end).join('');
  }

  #isInterval(): boolean {
    return parseInterval(this.#intervalText() ?? '') !== undefined;
  }

  #interval(item: RegexNode): RegexNode {
    const text = this.#intervalText();
    if (text === undefined) return this.#fail('Unmatched \\{');
    const bounds = parseInterval(text);
    if (bounds === undefined) return this.#fail('Invalid content of \\{\\}');
    const [min, max] = bounds;
    if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) {
      return this.#fail('Regular expression too big');
    }
    if (min > max) return this.#fail('Invalid content of \\{\\}');
    this.#position += [...text].length + (this.#isExtended ? 2 : 4);
    return { kind: 'repeat', item, min, max };
  }
}

function parseInterval(text: string): readonly [number, number] | undefined {
  const match = /^(\d*)(,?)(\d*)$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, low = '', comma = '', high = ''] = match;
  const min = low === '' ? 0 : Number(low);
  if (comma === '') return [min, min];
  return [min, high === '' ? Infinity : Number(high)];
}
