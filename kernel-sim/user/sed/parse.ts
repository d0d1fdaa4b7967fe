// SPDX-License-Identifier: GPL-2.0-or-later
/** Parses sed scripts, with GNU's extensions and messages. */
import { createRegex } from '../support/regex.ts';
import { parseReplacement, readDelimited, unescapeText } from './text.ts';
import type {
  Address,
  Addresses,
  Command,
  ParsedScript,
  Pattern,
  ScriptOptions,
  Substitution,
} from './script.ts';

/** A piece of the script: `-e TEXT` or `-f FILE`. */
export interface Source {
  readonly text: string;
  /** How messages name it: `-e expression #1` or a file. */
  readonly name: string;
  readonly isFile: boolean;
}

export function parseScript(sources: readonly Source[], options: ScriptOptions): ParsedScript {
  const commands: Command[] = [];
  const open: number[] = [];
  let isQuiet = false;
  for (const [index, source] of sources.entries()) {
    if (index === 0 && /^#n(?:\n|$)/.test(source.text)) isQuiet = true;
    const parser = new Parser(source, options, commands, open);
    const error = parser.parse();
    if (error !== undefined) return { error };
  }
  const [unclosed] = open;
  if (unclosed !== undefined) return { error: "-e expression #1, char 0: unmatched `{'" };
  return resolveLabels(commands, isQuiet);
}

/** Branches learn where they go. */
function resolveLabels(commands: readonly Command[], isQuiet: boolean): ParsedScript {
  const labels = new Map<string, number>();
  for (const [index, { letter, text }] of commands.entries()) {
    if (letter === ':') labels.set(text, index);
  }
  const resolved: Command[] = [];
  for (const command of commands) {
    if (!'btT'.includes(command.letter)) {
      resolved.push(command);
      continue;
    }
    const target = command.text === '' ? commands.length : labels.get(command.text);
    if (target === undefined) return { error: `can't find label for jump to \`${command.text}'` };
    resolved.push({ ...command, number: target });
  }
  return { commands: resolved, isQuiet };
}

const TAKES_NO_ADDRESS = ':}';
const TAKES_ONE_ADDRESS = '=aiqQrR';
const SIMPLE = '=dDgGhHnNpPxzF';

class Parser {
  readonly #source: Source;
  readonly #text: string;
  readonly #options: ScriptOptions;
  readonly #commands: Command[];
  readonly #open: number[];
  #at = 0;
  #error: string | undefined;

  constructor(source: Source, options: ScriptOptions, commands: Command[], open: number[]) {
    this.#source = source;
    this.#text = source.text;
    this.#options = options;
    this.#commands = commands;
    this.#open = open;
  }

  parse(): string | undefined {
    while (this.#error === undefined) {
      this.#skip(/[\s;]*/y);
      if (this.#at >= this.#text.length) break;
      this.#command();
    }
    return this.#error;
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** Notes the first error; where it stands, counts in characters, in files in lines. */
  #fail(message: string): undefined {
    const { name, isFile } = this.#source;
    const line = this.#text.slice(0, this.#at).split('\n').length;
    const where = isFile ? `file ${name} line ${line}` : `${name}, char ${this.#at}`;
    this.#error ??= `${where}: ${message}`;
    this.#at = this.#text.length;
    return undefined;
  }

  #command(): void {
    const addresses = this.#addresses();
    if (this.#error !== undefined) return;
    const letter = this.#text[this.#at++];
    const { first, second } = addresses;
    if (first?.kind === 'line' && first.line === 0 && second?.kind !== 'pattern') {
      this.#fail('invalid usage of line address 0');
      return;
    }
    if (letter === undefined) {
      this.#at--;
      this.#fail('missing command');
      return;
    }
    if (letter === '#') {
      if (addresses.first !== undefined) this.#fail("comments don't accept any addresses");
      this.#skip(/[^\n]*/y);
      return;
    }
    if (TAKES_NO_ADDRESS.includes(letter) && addresses.first !== undefined) {
      this.#fail(letter === ':' ? ": doesn't want any addresses" : "} doesn't want any addresses");
      return;
    }
    if (TAKES_ONE_ADDRESS.includes(letter) && addresses.second !== undefined) {
      if (this.#options.posix || 'qQ'.includes(letter)) {
        this.#fail('command only uses one address');
        return;
      }
    }
    this.#body(letter, addresses);
  }

  #addresses(): Addresses {
    const first = this.#address(false);
    let second: Address | undefined;
    if (first !== undefined) {
      const before = this.#at;
      this.#skip(/[ \t]*/y);
      if (this.#text[this.#at] === ',') {
        this.#at++;
        this.#skip(/[ \t]*/y);
        second = this.#address(true);
        if (second === undefined) {
          this.#at++;
          this.#fail("unexpected `,'");
        }
      } else this.#at = before;
    }
    this.#skip(/[ \t]*/y);
    const marks = this.#skip(/!+/y);
    if (marks.length > 1) this.#fail("multiple `!'s");
    if (marks !== '') this.#skip(/[ \t]*/y);
    return { first, second, isNegated: marks !== '' };
  }

  #address(isSecond: boolean): Address | undefined {
    const char = this.#text[this.#at];
    if (char === '$') {
      this.#at++;
      return { kind: 'last' };
    }
    if (isSecond && (char === '+' || char === '~')) {
      this.#at++;
      const count = Number(this.#skip(/\d+/y));
      return char === '+' ? { kind: 'count', count } : { kind: 'multiple', step: count };
    }
    const digits = this.#skip(/\d+/y);
    if (digits !== '') {
      const step = this.#skip(/~\d*/y);
      if (step === '') return { kind: 'line', line: Number(digits) };
      return { kind: 'step', first: Number(digits), step: Number(step.slice(1)) };
    }
    if (char !== '/' && char !== '\\') return undefined;
    this.#at += char === '/' ? 1 : 2;
    const delimiter = this.#text[this.#at - 1] ?? '';
    const source = readDelimited(this.#text, this.#at, delimiter, true);
    if (source === undefined) {
      this.#at = this.#text.length;
      return this.#fail('unterminated address regex');
    }
    this.#at = source.end;
    const flags = this.#skip(/[IM]*/y);
    return { kind: 'pattern', pattern: this.#regex(source.text, flags.includes('I')) };
  }

  #regex(text: string, ignoreCase: boolean): Pattern {
    if (text === '') return undefined;
    const syntax = this.#options.isExtended ? 'extended' : 'basic';
    const compiled = createRegex([text], { syntax, ignoreCase, dotAll: true });
    if ('error' in compiled) return this.#fail(compiled.error);
    return compiled.regex;
  }

  #add(letter: string, addresses: Addresses, more: Partial<Command> = {}): void {
    this.#commands.push({
      ...addresses,
      letter,
      text: '',
      number: undefined,
      substitution: undefined,
      translation: undefined,
      ...more,
    });
  }

  #body(letter: string, addresses: Addresses): void {
    if (SIMPLE.includes(letter)) {
      this.#add(letter, addresses);
      this.#end();
      return;
    }
    switch (letter) {
      case '{':
        this.#open.push(this.#commands.length);
        this.#add(letter, addresses);
        return;
      case '}':
        this.#closeBlock(addresses);
        return;
      case 'a':
      case 'i':
      case 'c':
        this.#addText(letter, addresses);
        return;
      case 's':
        this.#substitute(addresses);
        return;
      case 'y':
        this.#translate(addresses);
        return;
      case 'q':
      case 'Q':
      case 'l':
      case 'L': {
        this.#skip(/[ \t]*/y);
        const digits = this.#skip(/\d+/y);
        this.#add(letter, addresses, digits === '' ? {} : { number: Number(digits) });
        this.#end();
        return;
      }
      case ':':
      case 'b':
      case 't':
      case 'T':
        this.#label(letter, addresses);
        return;
      case 'r':
      case 'R':
      case 'w':
      case 'W': {
        this.#skip(/[ \t]*/y);
        const text = this.#skip(/[^\n]*/y);
        if (text === '') this.#fail('missing filename in r/R/w/W commands');
        this.#add(letter, addresses, { text });
        return;
      }
      default:
        this.#fail(`unknown command: \`${letter}'`);
    }
  }

  #closeBlock(addresses: Addresses): void {
    const open = this.#open.pop();
    const block = open === undefined ? undefined : this.#commands[open];
    if (open === undefined || block === undefined) {
      this.#fail("unexpected `}'");
      return;
    }
    this.#add('}', addresses);
    this.#commands[open] = { ...block, number: this.#commands.length };
    this.#end();
  }

  #label(letter: string, addresses: Addresses): void {
    this.#skip(/[ \t]*/y);
    const text = this.#skip(letter === ':' ? /[^\s;]*/y : /[^\s;}]*/y);
    if (letter === ':' && text === '') this.#fail('":" lacks a label');
    this.#add(letter, addresses, { text });
    this.#end();
  }

  /** After a command: a separator or the end. */
  #end(): void {
    this.#skip(/[ \t]*/y);
    const next = this.#text[this.#at];
    if (next === undefined || next === '}' || next === '#') return;
    this.#at++;
    if (next !== ';' && next !== '\n') this.#fail('extra characters after command');
  }

  /** `a\` and lines below, or GNU's `a text`. */
  #addText(letter: string, addresses: Addresses): void {
    this.#skip(/[ \t]*/y);
    if (this.#at >= this.#text.length) {
      this.#fail("expected \\ after `a', `c' or `i'");
      return;
    }
    if (this.#text[this.#at] === '\\') {
      this.#at++;
      this.#skip(/[ \t]*\n/y);
      if (this.#at >= this.#text.length) {
        this.#fail("expected \\ after `a', `c' or `i'");
        return;
      }
    }
    const raw = this.#skip(/(?:[^\\\n]|\\[\s\S])*\\?/y);
    this.#add(letter, addresses, { text: `${raw.replaceAll(/\\([\s\S])/g, '$1')}\n` });
  }

  #delimited(command: string): { readonly first: string; readonly second: string } | undefined {
    const delimiter = this.#text[this.#at++] ?? '';
    const first = readDelimited(this.#text, this.#at, delimiter, command === 's');
    const second =
      first === undefined ? undefined : readDelimited(this.#text, first.end, delimiter, false);
    if (first === undefined || second === undefined || delimiter === '' || delimiter === '\n') {
      this.#at = this.#text.length;
      return this.#fail(`unterminated \`${command}' command`);
    }
    this.#at = second.end;
    return { first: first.text, second: second.text };
  }

  #substitute(addresses: Addresses): void {
    const parts = this.#delimited('s');
    if (parts === undefined) return;
    const flags = this.#flags();
    if (flags === undefined) return;
    const pattern = this.#regex(parts.first, flags.ignoreCase);
    const replacement = parseReplacement(parts.second);
    const highest = Math.max(0, ...replacement.filter((piece) => typeof piece === 'number'));
    if (pattern !== undefined && highest > pattern.groupCount) {
      this.#fail(`invalid reference \\${highest} on \`s' command's RHS`);
    }
    this.#add('s', addresses, { substitution: { ...flags, pattern, replacement } });
    if (flags.file === undefined) this.#end();
  }

  #flags(): (Omit<Substitution, 'pattern' | 'replacement'> & { ignoreCase: boolean }) | undefined {
    let from = 0;
    let isGlobal = false;
    let prints = false;
    let ignoreCase = false;
    for (;;) {
      const digits = this.#skip(/\d+/y);
      if (digits !== '') {
        if (from > 0) return this.#fail("multiple number options to `s' command");
        from = Number(digits);
        if (from === 0) return this.#fail("number option to `s' command may not be zero");
        continue;
      }
      const flag = this.#text[this.#at];
      if (flag === undefined || /[\s;}#]/.test(flag)) break;
      this.#at++;
      if (flag === 'g') {
        if (isGlobal) return this.#fail("multiple `g' options to `s' command");
        isGlobal = true;
      } else if (flag === 'p') {
        if (prints) return this.#fail("multiple `p' options to `s' command");
        prints = true;
      } else if (flag === 'i' || flag === 'I') ignoreCase = true;
      else if (flag === 'w') {
        this.#skip(/[ \t]*/y);
        const file = this.#skip(/[^\n]*/y);
        if (file === '') return this.#fail('missing filename in r/R/w/W commands');
        return { from: from || 1, isGlobal, prints, ignoreCase, file };
      } else return this.#fail("unknown option to `s'");
    }
    return { from: from || 1, isGlobal, prints, ignoreCase, file: undefined };
  }

  #translate(addresses: Addresses): void {
    const parts = this.#delimited('y');
    if (parts === undefined) return;
    const from = [...unescapeText(parts.first)];
    const to = [...unescapeText(parts.second)];
    if (from.length !== to.length) {
      this.#fail("strings for `y' command are different lengths");
      return;
    }
    const translation = new Map<string, string>();
    for (const [index, char] of from.entries()) {
      if (!translation.has(char)) translation.set(char, to[index] ?? char);
    }
    this.#add('y', addresses, { translation });
    this.#end();
  }
}
