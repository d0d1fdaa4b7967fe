// SPDX-License-Identifier: GPL-2.0-or-later
/** find's expression: primaries joined by `-a`, `-o`, `!` and parentheses, and its messages. */
import type { Regex } from '../support/regex.ts';

export type Expression =
  | { readonly kind: 'and' | 'or' | 'list'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }
  | Primary;

export interface Primary {
  readonly kind: 'primary';
  readonly name: string;
  readonly argument: string;
  /** What follows `-exec`, up to its end. */
  readonly words: readonly string[];
  /** `-exec … +`. */
  readonly isBatch: boolean;
  regex?: Regex;
}

export interface ParsedExpression {
  readonly expression: Expression;
  readonly options: ReadonlyMap<string, string>;
}

/** Options that hold for the whole run, wherever they stand. */
const GLOBAL = new Set(['-maxdepth', '-mindepth', '-depth', '-xdev', '-mount', '-regextype', '-d']);
// prettier-ignore
const TAKES_ARGUMENT = new Set([
  '-maxdepth', '-mindepth', '-regextype', '-name', '-iname', '-path', '-ipath', '-wholename',
  '-lname', '-type', '-xtype', '-size', '-newer', '-anewer', '-cnewer', '-mtime', '-atime',
  '-ctime', '-mmin', '-amin', '-cmin', '-perm', '-user', '-group', '-uid', '-gid', '-links',
  '-inum', '-regex', '-iregex', '-printf', '-samefile', '-fprint',
]);
const TAKES_NOTHING = new Set([
  '-print',
  '-print0',
  '-prune',
  '-empty',
  '-delete',
  '-true',
  '-false',
  '-readable',
  '-writable',
  '-executable',
  '-quit',
  '-nouser',
  '-nogroup',
  '-ls',
]);
const RUNS = new Set(['-exec', '-execdir', '-ok']);

export const ACTIONS: ReadonlySet<string> = new Set([
  '-print',
  '-print0',
  '-printf',
  '-delete',
  '-ls',
  '-quit',
  ...RUNS,
]);

export function parseExpression(words: readonly string[]): ParsedExpression | string {
  return new Parser(words).parse();
}

class Parser {
  readonly #words: readonly string[];
  readonly #options = new Map<string, string>();
  #at = 0;
  #error: string | undefined;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  parse(): ParsedExpression | string {
    const always: Primary = {
      kind: 'primary',
      name: '-true',
      argument: '',
      words: [],
      isBatch: false,
    };
    const expression = this.#words.length === 0 ? always : this.#list();
    if (this.#error === undefined && this.#at < this.#words.length) {
      this.#fail("you have too many ')'");
    }
    return this.#error ?? { expression, options: this.#options };
  }

  #fail(message: string): Expression {
    this.#error ??= message;
    this.#at = this.#words.length;
    return { kind: 'list', parts: [] };
  }

  #list(): Expression {
    const parts = [this.#or()];
    while (this.#words[this.#at] === ',') {
      this.#at++;
      parts.push(this.#or());
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'list', parts };
  }

  #or(): Expression {
    const parts = [this.#and()];
    while (/^-or?$/.test(this.#words[this.#at] ?? '')) {
      this.#at++;
      parts.push(this.#and());
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'or', parts };
  }

  #and(): Expression {
    const parts = [this.#not()];
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || word === ')' || word === ',' || /^-or?$/.test(word)) break;
      if (/^-a(?:nd)?$/.test(word)) this.#at++;
      parts.push(this.#not());
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'and', parts };
  }

  #not(): Expression {
    const word = this.#words[this.#at];
    if (word === '!' || word === '-not') {
      this.#at++;
      if (this.#at >= this.#words.length) {
        return this.#fail(`expected an expression after '${word}'`);
      }
      return { kind: 'not', part: this.#not() };
    }
    if (word === '(') {
      this.#at++;
      if (this.#at >= this.#words.length) {
        return this.#fail(
          "invalid expression; expected to find a ')' but didn't see one. " +
            "Perhaps you need an extra predicate after '('",
        );
      }
      if (this.#words[this.#at] === ')') {
        return this.#fail('invalid expression; empty parentheses are not allowed.');
      }
      const inner = this.#list();
      if (this.#words[this.#at++] !== ')') {
        return this.#fail(
          "invalid expression; I was expecting to find a ')' somewhere but did not see one.",
        );
      }
      return inner;
    }
    return this.#primary();
  }

  #primary(): Expression {
    const name = this.#words[this.#at++] ?? '';
    if (name === '') return this.#fail('invalid expression');
    if (/^-(?:or?|a|and)$/.test(name)) {
      return this.#fail(
        `invalid expression; you have used a binary operator '${name}' with nothing before it.`,
      );
    }
    if (RUNS.has(name)) return this.#run(name);
    const takes = TAKES_ARGUMENT.has(name);
    if (!takes && !TAKES_NOTHING.has(name) && !GLOBAL.has(name)) {
      if (!name.startsWith('-')) return this.#fail(`paths must precede expression: \`${name}'`);
      return this.#fail(`unknown predicate \`${name}'`);
    }
    const argument = takes ? this.#words[this.#at++] : '';
    if (argument === undefined) return this.#fail(`missing argument to \`${name}'`);
    const primary: Primary = { kind: 'primary', name, argument, words: [], isBatch: false };
    if (!GLOBAL.has(name)) return primary;
    this.#options.set(name, argument);
    return { ...primary, name: '-true' };
  }

  #run(name: string): Expression {
    const words: string[] = [];
    for (;;) {
      const word = this.#words[this.#at++];
      if (word === undefined) return this.#fail(`missing argument to \`${name}'`);
      const isBatch = word === '+' && words.at(-1) === '{}';
      if (word === ';' || isBatch) {
        if (words.length === 0) return this.#fail(`missing argument to \`${name}'`);
        const given = isBatch ? words.slice(0, -1) : words;
        return { kind: 'primary', name, argument: '', words: given, isBatch };
      }
      words.push(word);
    }
  }
}
