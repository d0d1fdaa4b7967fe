// SPDX-License-Identifier: GPL-2.0-or-later
/** echo and printf. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { quoteBackslash } from '../quote.ts';
import type { Shell } from '../shell.ts';
import { isIdentifier, usageError, USAGE_ERROR } from './builtin.ts';

export function* runEcho(shell: Shell, words: readonly string[]): Sleeping<number> {
  let index = 1;
  let newline = '\n';
  let escapes = false;
  for (; /^-[neE]+$/.test(words[index] ?? ''); index++) {
    for (const letter of (words[index] ?? '').slice(1)) {
      if (letter === 'n') newline = '';
      else escapes = letter === 'e';
    }
  }
  const text = words.slice(index).join(' ');
  if (!escapes) {
    shell.c.out(text + newline);
    return 0;
  }
  const { output, isCut } = unescape(text, 'echo');
  shell.c.out(isCut ? output : output + newline);
  return 0;
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['e', '\u001b'],
  ['E', '\u001b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

/** Backslash escapes. In echo and `%b` an octal number begins with 0, and `\c` cuts the rest. */
function unescape(text: string, dialect: 'echo' | 'format'): { output: string; isCut: boolean } {
  let output = '';
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at++);
    if (char !== '\\' || at >= text.length) {
      output += char;
      continue;
    }
    const letter = text.charAt(at);
    const simple = SIMPLE.get(letter);
    if (simple !== undefined) {
      output += simple;
      at++;
    } else if (letter === 'c' && dialect === 'echo') return { output, isCut: true };
    else {
      const octal = dialect === 'echo' ? /^0[0-7]{0,3}/ : /^[0-7]{1,3}/;
      const rest = text.slice(at, at + 10);
      const number =
        octal.exec(rest) ?? /^x[\dA-Fa-f]{1,2}|^u[\dA-Fa-f]{1,4}|^U[\dA-Fa-f]{1,8}/.exec(rest);
      if (number === null) output += dialect === 'format' && /["'?]/.test(letter) ? '' : '\\';
      else {
        const digits = number[0].replace(/^[xuU]/, '');
        const code = Number.parseInt(digits, /^[xuU]/.test(number[0]) ? 16 : 8);
        output += String.fromCodePoint(Math.min(code, 0x10ffff));
        at += number[0].length;
      }
    }
  }
  return { output, isCut: false };
}

/** `%[flags][width][.precision]conversion` */
const DIRECTIVE = /%([-+ 0#']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?([hlLjzt]*)([A-Za-z%])?/y;

interface Formatter {
  readonly shell: Shell;
  readonly format: string;
  readonly operands: readonly string[];
  next: number;
  status: number;
}

export function* runPrintf(shell: Shell, words: readonly string[]): Sleeping<number> {
  let index = 1;
  let variable: string | undefined;
  if (words[index] === '-v') {
    variable = words[index + 1] ?? '';
    index += 2;
    if (!isIdentifier(variable)) {
      return yield* shell.fail(`printf: \`${variable}': not a valid identifier`, USAGE_ERROR);
    }
  } else if (/^-[^-]/.test(words[index] ?? '')) {
    const word = words[index] ?? '';
    return yield* usageError(shell, 'printf', `${word.slice(0, 2)}: invalid option`);
  }
  if (words[index] === '--') index++;
  const format = words[index];
  if (format === undefined) return yield* usageError(shell, 'printf');
  const operands = words.slice(index + 1);
  const formatter: Formatter = { shell, format, operands, next: 0, status: 0 };
  let text = '';
  // The format is used again until the operands are gone.
  do {
    const before = formatter.next;
    const round = yield* formatOnce(formatter);
    text += round.output;
    if (round.isCut || formatter.next === before) break;
    yield* shell.work();
  } while (formatter.next < operands.length);
  if (variable === undefined) shell.c.out(text);
  else shell.variables.set(variable, text);
  return formatter.status;
}

function* formatOnce(formatter: Formatter): Sleeping<{ output: string; isCut: boolean }> {
  const { format, shell } = formatter;
  let output = '';
  for (let at = 0; at < format.length;) {
    const percent = format.indexOf('%', at);
    const plain = unescape(format.slice(at, percent < 0 ? undefined : percent), 'format');
    output += plain.output;
    if (percent < 0) break;
    DIRECTIVE.lastIndex = percent;
    const match = DIRECTIVE.exec(format);
    const conversion = match?.[5];
    at = DIRECTIVE.lastIndex;
    if (match === null || conversion === undefined || !'%bcdeEfFgGiosquxX'.includes(conversion)) {
      const bad = conversion ?? format.charAt(at);
      const what =
        bad === ''
          ? `\`${match?.[0] ?? '%'}': missing format character`
          : `\`${bad}': invalid format character`;
      yield* shell.complain(`printf: ${what}`);
      formatter.status = 1;
      return { output, isCut: true };
    }
    if (conversion === '%') {
      output += '%';
      continue;
    }
    const piece = yield* formatDirective(formatter, match, conversion);
    output += piece.output;
    if (piece.isCut) return { output, isCut: true };
  }
  return { output, isCut: false };
}

function* formatDirective(
  formatter: Formatter,
  match: RegExpExecArray,
  conversion: string,
): Sleeping<{ output: string; isCut: boolean }> {
  let flags = match[1] ?? '';
  let width = match[2] === '*' ? Number(takeOperand(formatter) ?? 0) : Number(match[2] ?? 0);
  if (width < 0) {
    flags += '-';
    width = -width;
  }
  const hasPrecision = match[0].includes('.');
  const precision = match[3] === '*' ? Number(takeOperand(formatter) ?? 0) : Number(match[3] ?? 0);
  const limit = hasPrecision && precision >= 0 ? precision : undefined;
  const pad = (text: string): string => padText(text, flags, width);
  if (conversion === 's' || conversion === 'q') {
    const operand = takeOperand(formatter) ?? '';
    const text = conversion === 'q' ? quoteBackslash(operand) : operand;
    return { output: pad(Array.from(text).slice(0, limit).join('')), isCut: false };
  }
  if (conversion === 'c') {
    return { output: pad((takeOperand(formatter) ?? '').slice(0, 1)), isCut: false };
  }
  if (conversion === 'b') {
    const { output, isCut } = unescape(takeOperand(formatter) ?? '', 'echo');
    return { output: pad(Array.from(output).slice(0, limit).join('')), isCut };
  }
  if ('eEfFgG'.includes(conversion)) {
    const value = Number(takeOperand(formatter) ?? 0);
    const text = formatFloat(value, conversion, limit ?? 6);
    return { output: padNumber(text, flags, width, true), isCut: false };
  }
  const value = yield* integerOperand(formatter);
  const text = formatInteger(value, conversion, flags, limit);
  return { output: padNumber(text, flags, width, limit === undefined), isCut: false };
}

function takeOperand(formatter: Formatter): string | undefined {
  return formatter.operands[formatter.next++];
}

function* integerOperand(formatter: Formatter): Sleeping<bigint> {
  const text = takeOperand(formatter);
  if (text === undefined || text === '') return 0n;
  if (text.startsWith('"') || text.startsWith("'")) return BigInt(text.codePointAt(1) ?? 0);
  const match = /^\s*([+-]?)(0[xX][\dA-Fa-f]+|\d+)/.exec(text);
  if (match === null || match[0].length !== text.length) {
    formatter.status = 1;
    yield* formatter.shell.complain(`printf: ${text}: invalid number`);
  }
  if (match === null) return 0n;
  const digits = match[2] ?? '0';
  const isOctal = /^0\d/.test(digits);
  const value = isOctal ? octal(digits) : BigInt(digits);
  return match[1] === '-' ? -value : value;
}

function octal(digits: string): bigint {
  const valid = /^[0-7]*/.exec(digits)?.[0] ?? '0';
  return BigInt(`0o${valid}`);
}

function formatInteger(
  value: bigint,
  conversion: string,
  flags: string,
  precision: number | undefined,
): string {
  const isSigned = conversion === 'd' || conversion === 'i';
  const shown = isSigned ? value : BigInt.asUintN(64, value);
  const magnitude = shown < 0n ? -shown : shown;
  const base = conversion === 'o' ? 8 : conversion === 'x' || conversion === 'X' ? 16 : 10;
  let digits = magnitude.toString(base).padStart(precision ?? 0, '0');
  if (conversion === 'X') digits = digits.toUpperCase();
  if (flags.includes('#') && magnitude !== 0n) {
    if (base === 16) digits = `0${conversion}${digits}`;
    if (base === 8) digits = `0${digits}`;
  }
  const sign =
    shown < 0n
      ? '-'
      : isSigned && flags.includes('+')
        ? '+'
        : isSigned && flags.includes(' ')
          ? ' '
          : '';
  return sign + digits;
}

function formatFloat(value: number, conversion: string, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  const digits = Math.min(precision, 100);
  const kind = conversion.toLowerCase();
  if (kind === 'f') return value.toFixed(digits);
  const exponential = (places: number): string =>
    value.toExponential(places).replace(/e([+-])(\d)$/, 'e$10$2');
  let text = exponential(digits);
  if (kind === 'g') {
    const significant = Math.max(digits, 1);
    const exponent = Number(value.toExponential(significant - 1).split('e')[1]);
    const isFixed = exponent >= -4 && exponent < significant;
    text = isFixed ? value.toFixed(significant - 1 - exponent) : exponential(significant - 1);
    if (text.includes('.')) text = text.replace(/\.?0+(?=e|$)/, '');
  }
  return conversion === 'E' || conversion === 'G' ? text.toUpperCase() : text;
}

function padText(text: string, flags: string, width: number): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

function padNumber(text: string, flags: string, width: number, mayZero: boolean): string {
  if (!flags.includes('0') || flags.includes('-') || !mayZero) return padText(text, flags, width);
  const prefix = /^[-+ ]?(?:0[xX])?/.exec(text)?.[0] ?? '';
  return prefix + text.slice(prefix.length).padStart(width - prefix.length, '0');
}
