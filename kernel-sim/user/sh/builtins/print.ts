// SPDX-License-Identifier: GPL-2.0-or-later
/** echo and printf. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { civilTime, strftime } from '../../support/civil-time.ts';
import { assignElement, assignText, elementName } from '../assign.ts';
import { bytesOf, settle, unescape } from '../escapes.ts';
import { quoteBackslash } from '../quote.ts';
import type { Shell } from '../shell.ts';
import { isIdentifier, usageError, USAGE_ERROR } from './builtin.ts';

export function* runEcho(shell: Shell, words: readonly string[]): Sleeping<number> {
  let index = 1;
  let newline = '\n';
  let escapes = shell.shopt.xpg_echo;
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
  shell.c.out(bytesOf(isCut ? output : output + newline));
  return 0;
}

/** `%[flags][width][.precision]conversion` */
const DIRECTIVE = /%([-+ 0#']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?([hlLjzt]*)([A-Za-z%])?/y;

/** `%(format)T`: a time in seconds, -1 for now, as strftime(3) writes it. */
const TIME = /^%(-?\d+)?\(([^)]*)\)T/;
const CLOCK_REALTIME = 0;

function* formatTime(formatter: Formatter, format: string, width: number): Sleeping<string> {
  const operand = takeOperand(formatter);
  let seconds = Number(operand ?? -1);
  if (seconds < 0) {
    const now = yield* formatter.shell.c.clock_gettime(CLOCK_REALTIME);
    seconds = typeof now === 'number' ? 0 : now.seconds;
  }
  return strftime(format === '' ? '%X' : format, civilTime(seconds)).padStart(width);
}

interface Formatter {
  readonly shell: Shell;
  readonly format: string;
  readonly operands: readonly string[];
  next: number;
  status: number;
}

/** `name` or `name[subscript]`. False: it failed, and said so. */
function* assignNamed(shell: Shell, target: string, text: string): Sleeping<boolean> {
  const element = elementName(target);
  if (element === undefined) return yield* assignText(shell, target, text);
  return yield* assignElement(shell, element, text);
}

export function* runPrintf(shell: Shell, words: readonly string[]): Sleeping<number> {
  let index = 1;
  let variable: string | undefined;
  if (words[index] === '-v') {
    variable = words[index + 1] ?? '';
    index += 2;
    if (!isIdentifier(variable) && elementName(variable) === undefined) {
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
  if (variable === undefined) shell.c.out(bytesOf(text));
  else if (!(yield* assignNamed(shell, variable, settle(text)))) return 1;
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
    const time = TIME.exec(format.slice(percent));
    if (time !== null) {
      output += yield* formatTime(formatter, time[2] ?? '', Number(time[1] ?? 0));
      at = percent + time[0].length;
      continue;
    }
    DIRECTIVE.lastIndex = percent;
    const match = DIRECTIVE.exec(format);
    const conversion = match?.[5];
    at = DIRECTIVE.lastIndex;
    if (match === null || conversion === undefined || !'%bcdeEfFgGiosqQuxX'.includes(conversion)) {
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
  if (conversion === 'Q') {
    const operand = Array.from(takeOperand(formatter) ?? '');
    return { output: pad(quoteBackslash(operand.slice(0, limit).join(''))), isCut: false };
  }
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
