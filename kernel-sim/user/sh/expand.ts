// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Expansion of words: braces, tilde, parameters, commands, arithmetic, then splitting, file names
 * and removal of quotes, in the order of POSIX 2.6.
 *
 * A failure has been said and is in `shell.flow` when a function here answers undefined.
 */
import {
  parse,
  type ArithmeticExpansionPart,
  type CommandExpansionPart,
  type ExtendedGlobPart,
  type ParameterExpansionPart,
  type Word,
  type WordPart,
} from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { getpwnam } from '../libc/passwd.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { arithmeticScope } from './arithmetic-scope.ts';
import { expandBraces } from './brace.ts';
import { FieldBuilder, type Field } from './fields.ts';
import {
  abort,
  expandParameter,
  readParameter,
  type OperandExpander,
  type ParameterValue,
} from './parameter.ts';
import { expandPathname } from './pathname.ts';
import { compilePattern, matchPattern } from './pattern.ts';
import type { Shell } from './shell.ts';
import { substituteCommand, substituteProcess } from './substitution.ts';

interface Context {
  readonly shell: Shell;
  readonly builder: FieldBuilder;
  readonly quoted: boolean;
  /** Inside the operand of an unquoted `${x-…}`: plain text of the source is split too. */
  readonly inOperand: boolean;
  /** Where the parser does not know groups such as +(a|b), which are plain text to it. */
  readonly isPattern?: boolean;
}

/** All fields of `words`. */
export function* expandWords(shell: Shell, words: readonly Word[]): Sleeping<string[] | undefined> {
  const result: string[] = [];
  for (const word of words) {
    if (word.parts === undefined && !word.text.includes('~')) {
      result.push(word.value);
      continue;
    }
    for (const single of withoutBraces(word, shell.options.braceexpand)) {
      const fields = yield* expandFields(shell, single);
      if (fields === undefined) return undefined;
      for (const field of fields) {
        if (field.pattern === undefined || shell.options.noglob) result.push(field.text);
        else if (!(yield* pushFileNames(shell, field.text, field.pattern, result))) {
          return undefined;
        }
      }
    }
  }
  return result;
}

/** The files that `pattern` matches, or what `shopt` wants where there are none. */
function* pushFileNames(
  shell: Shell,
  text: string,
  pattern: string,
  result: string[],
): Sleeping<boolean> {
  const { shopt } = shell;
  let paths = yield* expandPathname(shell.c, pattern, shopt);
  const ignored = shell.variables.get('GLOBIGNORE') ?? '';
  if (ignored !== '') {
    const patterns = ignored.split(':').map((each) => compilePattern(each, { extglob: true }));
    paths = paths.filter((path) => !patterns.some((each) => matchPattern(each, path)));
  }
  if (paths.length > 0) for (const path of paths) result.push(path);
  else if (shopt.failglob) {
    yield* abort(shell, `no match: ${text}`, 1);
    return false;
  } else if (!shopt.nullglob) result.push(text);
  return true;
}

function withoutBraces(word: Word, enabled: boolean): readonly Word[] {
  if (word.parts?.some((part) => part.type === 'BraceExpansion') !== true) return [word];
  if (!enabled) return [word];
  return expandBraces(word.text).map((text) => parseWord(text) ?? word);
}

/** Parses raw text as one word. */
export function parseWord(text: string): Word | undefined {
  if (text === '') return { type: 'Word', text, value: '', pos: 0, end: 0, parts: [] };
  const command = parse(`: ${text}`).commands[0]?.command;
  const argument = command?.type === 'Command' ? command.args[0] : undefined;
  return argument?.type === 'Word' ? argument : undefined;
}

function* expandFields(shell: Shell, word: Word): Sleeping<readonly Field[] | undefined> {
  const builder = new FieldBuilder(shell.variables.get('IFS'), true);
  const parts = yield* afterTilde(shell, word, builder, false);
  const context = { shell, builder, quoted: false, inOperand: false };
  if (!(yield* expandParts(context, parts))) return undefined;
  builder.end();
  return builder.fields;
}

/** One text: no splitting, no file names. For redirections, here-strings, case words, `[[ ]]`. */
export function* expandText(shell: Shell, word: Word): Sleeping<string | undefined> {
  if (word.parts === undefined && !word.text.includes('~')) return word.value;
  return (yield* expandWhole(shell, word, false))?.joined();
}

/** The value of an assignment, where a tilde may also follow a colon. */
export function* expandAssignment(shell: Shell, word: Word): Sleeping<string | undefined> {
  if (word.parts === undefined && !word.text.includes('~')) return word.value;
  return (yield* expandWhole(shell, word, true))?.joined();
}

/** A pattern in which what was quoted is plain. */
export function* expandPattern(shell: Shell, word: Word): Sleeping<string | undefined> {
  return (yield* expandWhole(shell, word, false, true))?.joinedPattern();
}

/** The right side of `=~`: magic characters that were quoted have a backslash before them. */
export function* expandRegex(shell: Shell, word: Word): Sleeping<string | undefined> {
  if (word.parts === undefined && !/[\\'"]/.test(word.text)) return word.value;
  const marked = yield* expandMarked(shell, word);
  // A backslash before a letter would be an operator of its own.
  return marked?.replaceAll(/\\([^\\.[\]{}()*+?|^$])/gs, '$1');
}

/** One text with a backslash before each character that was quoted. */
function* expandMarked(shell: Shell, word: Word): Sleeping<string | undefined> {
  const builder = new FieldBuilder('', false);
  const context = { shell, builder, quoted: false, inOperand: true };
  const parts = word.parts ?? [literalOf(word)];
  for (const part of parts) {
    const isQuote = part.type !== 'Literal' && /^["'\\]|^\$'/.test(part.text);
    if (!isQuote && part.type !== 'Literal') {
      if (!(yield* expandPart(context, part))) return undefined;
      continue;
    }
    const inner = new FieldBuilder('', false);
    if (!(yield* expandPart({ ...context, builder: inner, inOperand: false }, part))) {
      return undefined;
    }
    const isPlain = part.type === 'Literal' && part.value === part.text;
    const text = inner.joined();
    // Each escape of an unquoted literal belongs to the character after it.
    if (isPlain) builder.unquoted(text);
    else if (part.type === 'Literal') builder.unquoted(part.text);
    else builder.unquoted(Array.from(text, (char) => `\\${char}`).join(''));
  }
  return builder.joined();
}

function literalOf(word: Word): WordPart {
  const { pos, end, value, text } = word;
  return { type: 'Literal', pos, end, value, text };
}

function* expandWhole(
  shell: Shell,
  word: Word,
  isAssignment: boolean,
  isPattern = false,
): Sleeping<FieldBuilder | undefined> {
  const builder = new FieldBuilder(shell.variables.get('IFS'), false);
  const parts = yield* afterTilde(shell, word, builder, isAssignment);
  const context = { shell, builder, quoted: false, inOperand: false, isPattern };
  return (yield* expandParts(context, parts)) ? builder : undefined;
}

/** The body of a here-document: as if in double quotes, but `"` is plain. */
export function* expandBody(
  shell: Shell,
  parts: readonly WordPart[],
): Sleeping<string | undefined> {
  const builder = new FieldBuilder('', false);
  const context = { shell, builder, quoted: true, inOperand: false };
  return (yield* expandParts(context, parts)) ? builder.joined() : undefined;
}

/** Puts what a leading tilde stands for into `builder` and gives the parts that remain. */
function* afterTilde(
  shell: Shell,
  word: Word,
  builder: FieldBuilder,
  isAssignment: boolean,
): Sleeping<readonly WordPart[]> {
  const parts = word.parts ?? [literalOf(word)];
  const [first, ...others] = parts;
  if (!word.text.includes('~') || first?.type !== 'Literal' || first.value !== first.text) {
    return parts;
  }
  // Bash looks behind `name=` in any word, and behind colons only in assignments.
  const pieces = first.text.split(isAssignment ? /(?<=:)/ : /(?<=^[A-Za-z_]\w*=)/);
  for (const [index, piece] of pieces.entries()) {
    const name = /^~([^/:]*)/.exec(piece)?.[1];
    const reachesEnd = name !== undefined && name.length + 1 === piece.length;
    // "~$x" and ~"x" are no tilde prefixes: the name must end in the source's plain text.
    const isPrefix =
      name !== undefined && !(reachesEnd && index === pieces.length - 1 && others[0]);
    const home = isPrefix ? yield* homeOf(shell, name) : undefined;
    builder.quoted(home === undefined ? piece : home + piece.slice((name ?? '').length + 1));
  }
  return others;
}

function* homeOf(shell: Shell, name: string): Sleeping<string | undefined> {
  if (name === '+') return shell.variables.get('PWD');
  if (name === '-') return shell.variables.get('OLDPWD');
  if (name !== '') return (yield* getpwnam(shell.c, name))?.home;
  return shell.variables.get('HOME') ?? '/';
}

function* expandParts(context: Context, parts: readonly WordPart[]): Sleeping<boolean> {
  for (const part of parts) if (!(yield* expandPart(context, part))) return false;
  return true;
}

/** False: it failed. */
function* expandPart(context: Context, part: WordPart): Sleeping<boolean> {
  const { shell, builder, quoted } = context;
  switch (part.type) {
    case 'Literal':
      if (context.isPattern === true && shell.shopt.extglob) builder.glob(part.value, part.text);
      else if (context.inOperand && part.value === part.text) builder.unquoted(part.value);
      else builder.quoted(part.value);
      return true;
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      builder.quoted(part.value);
      return true;
    case 'DoubleQuoted':
    case 'LocaleString':
      if (part.parts.length === 0) builder.quoted('');
      return yield* expandParts({ shell, builder, quoted: true, inOperand: false }, part.parts);
    case 'SimpleExpansion': {
      const value = yield* readParameter(shell, part.text.slice(1));
      if (value !== undefined) emit(context, value);
      return value !== undefined;
    }
    case 'ParameterExpansion':
      return yield* expandBraced(context, part);
    case 'CommandExpansion':
      return yield* expandCommand(context, part);
    case 'ArithmeticExpansion': {
      const text = yield* arithmetic(shell, part);
      if (text !== undefined) emitText(context, text);
      return text !== undefined;
    }
    case 'ProcessSubstitution': {
      const path = yield* substituteProcess(shell, part);
      if (path !== undefined) builder.quoted(path);
      return path !== undefined;
    }
    case 'Glob':
      return yield* expandGlob(context, part.text, part.parts);
    case 'ExtendedGlob':
      return yield* expandExtended(context, part);
    case 'BraceExpansion':
      // Braces that did not expand, around something that does: {1..$x}.
      if (!quoted && part.parts !== undefined) {
        builder.quoted('{');
        const done = yield* expandParts(context, part.parts);
        builder.quoted('}');
        return done;
      }
      if (quoted) builder.quoted(part.text);
      else builder.unquoted(part.text);
      return true;
    default:
      return part satisfies never;
  }
}

function emitText(context: Context, text: string): void {
  if (context.quoted) context.builder.quoted(text);
  else context.builder.unquoted(text);
}

function emit(context: Context, value: ParameterValue): void {
  const { shell, builder, quoted } = context;
  const { values, list } = value;
  if (list === 'none') {
    emitText(context, values[0] ?? '');
    return;
  }
  if (quoted && list === 'star') {
    builder.quoted(values.join((shell.variables.get('IFS') ?? ' ').slice(0, 1)));
    return;
  }
  for (const [index, item] of values.entries()) {
    if (index > 0) builder.boundary();
    emitText(context, item);
  }
}

function* expandBraced(context: Context, part: ParameterExpansionPart): Sleeping<boolean> {
  const { shell } = context;
  const outcome = yield* expandParameter(shell, part, operandExpander(shell));
  if (outcome === undefined) return false;
  if (!('operand' in outcome)) {
    emit(context, outcome);
    return true;
  }
  const { operand } = outcome;
  if (operand.parts === undefined && operand.text.startsWith('~') && !context.quoted) {
    context.builder.quoted((yield* expandText(shell, operand)) ?? '');
    return true;
  }
  if (operand.parts !== undefined) {
    return yield* expandParts({ ...context, inOperand: !context.quoted }, operand.parts);
  }
  if (operand.value === operand.text) emitText(context, operand.value);
  else context.builder.quoted(operand.value);
  return true;
}

function operandExpander(shell: Shell): OperandExpander {
  return {
    text: (word) => expandText(shell, word),
    pattern: (word) => expandPattern(shell, word),
    marked: (word) => expandMarked(shell, word),
  };
}

function* expandCommand(context: Context, part: CommandExpansionPart): Sleeping<boolean> {
  const text = yield* substituteCommand(context.shell, part);
  if (text === undefined) return false;
  emitText(context, text);
  return true;
}

/** A set whose inside may be quoted or expanded: `["$x"a]`. */
function* expandGlob(
  context: Context,
  text: string,
  parts: readonly WordPart[] | undefined,
): Sleeping<boolean> {
  if (context.quoted) {
    context.builder.quoted(text);
    return true;
  }
  if (parts === undefined || parts.every((part) => part.type === 'Literal')) {
    context.builder.glob(text, text);
    return true;
  }
  const inside = new FieldBuilder('', false);
  const done = yield* expandParts({ ...context, builder: inside, quoted: false }, parts);
  if (done) context.builder.glob(`[${inside.joined()}]`, `[${inside.joinedPattern()}]`);
  return done;
}

/** `+(…)`: bars and magic of the source count, what is quoted or expanded inside does not. */
function* expandExtended(context: Context, part: ExtendedGlobPart): Sleeping<boolean> {
  if (context.quoted) {
    context.builder.quoted(part.text);
    return true;
  }
  const inside = new FieldBuilder('', false);
  for (const item of part.parts ?? []) {
    if (item.type === 'Literal' && item.value === item.text) inside.glob(item.value, item.value);
    else if (!(yield* expandPart({ ...context, builder: inside }, item))) return false;
  }
  const { operator } = part;
  const [text, pattern] =
    part.parts === undefined
      ? [part.pattern, part.pattern]
      : [inside.joined(), inside.joinedPattern()];
  context.builder.glob(`${operator}(${text})`, `${operator}(${pattern})`);
  return true;
}

function* arithmetic(shell: Shell, part: ArithmeticExpansionPart): Sleeping<string | undefined> {
  const inner = part.text.startsWith('$[') ? part.text.slice(2, -1) : part.text.slice(3, -2);
  const text = yield* expandArithmeticText(shell, inner);
  if (text === undefined) return undefined;
  const result = evaluateArithmetic(text, arithmeticScope(shell));
  if ('error' in result) return yield* abort(shell, result.error, 1);
  return String(result.value);
}

/** Expands the inside of `$(( ))` as if it stood in double quotes, which are dropped. */
export function* expandArithmeticText(shell: Shell, text: string): Sleeping<string | undefined> {
  if (!/[$`"\\]/.test(text)) return text;
  const plain = /\$\(|`/.test(text) ? text : text.replaceAll('"', '');
  const word = parseWord(`"${plain}"`);
  return word === undefined ? text : yield* expandText(shell, word);
}
