// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Options of a command line, parsed as getopt_long(3) does it, with GNU's messages.
 *
 *     const parsed = getopt(c.argv, { short: 'n:q', long: { lines: 'n:', quiet: 'q' } });
 *     if ('error' in parsed) return yield* usage_error(c, parsed.error);
 *     for (const { name, value } of parsed.options) switch (name) { case 'n': … }
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from './libc.ts';

export interface OptionSpec {
  /** As for getopt(3): a colon after a letter wants an argument, two make it optional. */
  readonly short: string;
  /** Long names, each with what it is reported as, with colons as above: `lines: 'n:'`. */
  readonly long?: Readonly<Record<string, string>>;
  /** Stop at the first operand instead of looking for options after it. */
  readonly posixly?: boolean;
}

export interface ParsedOption {
  /** The letter, or what `long` says. */
  readonly name: string;
  readonly value: string | undefined;
}

export interface ParsedCommandLine {
  readonly options: readonly ParsedOption[];
  readonly operands: readonly string[];
}

/** The message without newline, already beginning with the program's name. */
export interface OptionError {
  readonly error: string;
}

interface Parser {
  readonly argv: readonly string[];
  readonly spec: OptionSpec;
  readonly options: ParsedOption[];
  readonly operands: string[];
  index: number;
}

export function getopt(argv: readonly string[], spec: OptionSpec): ParsedCommandLine | OptionError {
  const parser: Parser = { argv, spec, options: [], operands: [], index: 1 };
  const { options, operands } = parser;
  while (parser.index < argv.length) {
    const word = argv[parser.index++] ?? '';
    if (word === '--') break;
    if (word === '-' || !word.startsWith('-')) {
      operands.push(word);
      if (spec.posixly === true) break;
      continue;
    }
    const error = word.startsWith('--')
      ? parse_long(parser, word.slice(2))
      : parse_short(parser, word);
    if (error !== undefined) return { error: `${argv[0] ?? ''}: ${error}` };
  }
  operands.push(...argv.slice(parser.index));
  return { options, operands };
}

/** Every option as it is typed; `=` ends a long one that wants an argument. */
export function spellings({ short, long = {} }: OptionSpec): string[] {
  const letters = Array.from(short.replaceAll(':', ''), (letter) => `-${letter}`);
  const words = Object.entries(long).map(([name, value]) => {
    return /[^:]:$/.test(value) ? `--${name}=` : `--${name}`;
  });
  return [...letters, ...words];
}

function parse_short(parser: Parser, word: string): string | undefined {
  const { spec, argv, options } = parser;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const place = letter === ':' ? -1 : spec.short.indexOf(letter);
    if (place < 0) return `invalid option -- '${letter}'`;
    if (spec.short[place + 1] !== ':') {
      options.push({ name: letter, value: undefined });
      continue;
    }
    const rest = word.slice(at + 1);
    const optional = spec.short[place + 2] === ':';
    if (rest !== '' || optional) {
      options.push({ name: letter, value: rest === '' ? undefined : rest });
      return undefined;
    }
    const value = argv[parser.index++];
    if (value === undefined) return `option requires an argument -- '${letter}'`;
    options.push({ name: letter, value });
    return undefined;
  }
  return undefined;
}

function parse_long(parser: Parser, text: string): string | undefined {
  const { spec, argv, options } = parser;
  const equals = text.indexOf('=');
  const given = equals < 0 ? text : text.slice(0, equals);
  const long = spec.long ?? {};
  const candidates = Object.keys(long).filter((name) => name.startsWith(given));
  const full = candidates.includes(given) ? given : candidates[0];
  if (full === undefined) return `unrecognized option '--${text}'`;
  if (full !== given && new Set(candidates.map((name) => long[name])).size > 1) {
    const list = candidates.map((name) => `'--${name}'`).join(' ');
    return `option '--${text}' is ambiguous; possibilities: ${list}`;
  }
  const code = long[full] ?? '';
  const name = code.replaceAll(':', '');
  let value = equals < 0 ? undefined : text.slice(equals + 1);
  if (value !== undefined && !code.endsWith(':')) {
    return `option '--${full}' doesn't allow an argument`;
  }
  if (value === undefined && code.endsWith(':') && !code.endsWith('::')) {
    value = argv[parser.index++];
    if (value === undefined) return `option '--${full}' requires an argument`;
  }
  options.push({ name, value });
  return undefined;
}

/**
 * Prints a usage error as coreutils do, with the hint at --help, and gives `status`. Diffutils put
 * their name in front of the hint, too.
 */
export function* usage_error(
  c: Libc,
  error: string,
  status = 1,
  names_hint = false,
): Sleeping<number> {
  const start = names_hint ? `${c.program}: ` : '';
  yield* c.err(`${error}\n${start}Try '${c.program} --help' for more information.\n`);
  return status;
}
