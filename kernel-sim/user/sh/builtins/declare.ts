// SPDX-License-Identifier: GPL-2.0-or-later
/** Builtins that declare: export readonly local declare typeset. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { AssociativeArray, IndexedArray } from '../arrays.ts';
import { assignArray, assignElement, assignText } from '../assign.ts';
import { declaration } from '../declaration.ts';
import { quoteForShell } from '../quote.ts';
import type { Shell } from '../shell.ts';
import { makeArray, type Variable } from '../variables.ts';
import { builtinOptions, USAGE_ERROR } from './builtin.ts';
import { showFunction } from './describe.ts';

/** Attributes to give and, by `+x`, to take. */
interface Attributes {
  readonly given: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
}

/** `name[subscript]+=value`, taken apart. */
const OPERAND = /^([A-Za-z_]\w*)(?:\[([^\]]*)\])?(?:(\+?)=([\s\S]*))?$/;

interface Operand {
  readonly word: string;
  readonly name: string;
  readonly subscript: string | undefined;
  readonly appends: boolean;
  readonly value: string | undefined;
}

function parseOperand(word: string): Operand | undefined {
  const match = OPERAND.exec(word);
  if (match === null) return undefined;
  const [, name = '', subscript, plus, value] = match;
  return { word, name, subscript, appends: plus === '+', value };
}

function* eachOperand(
  shell: Shell,
  builtin: string,
  words: readonly string[],
  attributes: Attributes,
  find: (name: string) => Variable,
): Sleeping<number> {
  let status = 0;
  for (const word of words) {
    const operand = parseOperand(word);
    if (operand === undefined) {
      status = yield* shell.fail(`${builtin}: \`${word}': not a valid identifier`);
      continue;
    }
    const done = attributes.given.has('n')
      ? yield* declareReference(shell, builtin, operand, find)
      : yield* declareOne(shell, builtin, operand, attributes, find);
    if (!done) status = 1;
    if (shell.flow !== undefined) break;
  }
  return status;
}

function* declareReference(
  shell: Shell,
  builtin: string,
  { name, value }: Operand,
  find: (name: string) => Variable,
): Sleeping<boolean> {
  if (value !== undefined && !/^[A-Za-z_]\w*(?:\[.+\])?$/.test(value)) {
    yield* shell.complain(`${builtin}: \`${value}': invalid variable name for name reference`);
    return false;
  }
  if (value === name) {
    // In a function this may name the variable outside; bash warns there and goes on.
    yield* shell.complain(`${builtin}: ${name}: nameref variable self references not allowed`);
    return false;
  }
  const variable = find(name);
  variable.isReference = true;
  variable.array = undefined;
  if (value !== undefined) variable.value = value;
  return true;
}

/** False: it failed, and said so. */
function* declareOne(
  shell: Shell,
  builtin: string,
  operand: Operand,
  { given, taken }: Attributes,
  find: (name: string) => Variable,
): Sleeping<boolean> {
  const { name, value, subscript } = operand;
  const variable = find(name);
  if (variable.readonly && (value !== undefined || taken.has('r'))) {
    yield* shell.complain(`${builtin}: ${name}: readonly variable`);
    return false;
  }
  const problem = becomeArray(variable, given, subscript !== undefined);
  if (problem !== undefined) {
    yield* shell.complain(`${builtin}: ${name}: ${problem}`);
    return false;
  }
  if (given.has('i')) variable.integer = true;
  if (taken.has('i')) variable.integer = false;
  for (const letter of ['l', 'u', 'c'] as const) {
    if (given.has(letter)) variable.letters = letter;
    else if (taken.has(letter) && variable.letters === letter) variable.letters = '';
  }
  if (taken.has('n')) variable.isReference = false;
  const done = value === undefined || (yield* storeOperand(shell, operand, value));
  if (given.has('r')) variable.readonly = true;
  if (given.has('x')) variable.exported = true;
  if (taken.has('x')) variable.exported = false;
  return done;
}

/** Makes an array of a variable where that is asked for: what speaks against it, if anything. */
function becomeArray(
  variable: Variable,
  given: ReadonlySet<string>,
  hasSubscript: boolean,
): string | undefined {
  const { array } = variable;
  if (given.has('A')) {
    if (array instanceof IndexedArray) return 'cannot convert indexed to associative array';
    if (array !== undefined) return undefined;
    variable.array = new AssociativeArray();
    if (variable.value !== undefined) variable.array.set('0', variable.value);
    else variable.isUnassigned = true;
    variable.value = undefined;
  } else if (given.has('a') || hasSubscript) {
    if (array instanceof AssociativeArray && given.has('a')) {
      return 'cannot convert associative to indexed array';
    }
    const isUnassigned = array === undefined && variable.value === undefined;
    makeArray(variable);
    variable.isUnassigned = isUnassigned || variable.isUnassigned === true;
  }
  return undefined;
}

function* storeOperand(shell: Shell, operand: Operand, value: string): Sleeping<boolean> {
  const { name, subscript, appends, word } = operand;
  const compound = shell.compounds.get(word);
  if (compound !== undefined && compound.value.type === 'ArrayValue') {
    return yield* assignArray(shell, compound, compound.value);
  }
  if (subscript !== undefined) {
    return yield* assignElement(shell, { name, subscript }, value, appends);
  }
  return yield* assignText(shell, name, value, appends);
}

export function* runExport(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'afnp');
  if (options === undefined) return USAGE_ERROR;
  const { operands, flags } = options;
  if (flags.has('f')) {
    return yield* markFunctions(shell, words[0] ?? '', operands, (found) => {
      found.isExported = !flags.has('n');
    });
  }
  if (operands.length === 0) {
    showAll(shell, (variable) => variable.exported);
    return 0;
  }
  const change: ReadonlySet<string> = new Set('x');
  const none: ReadonlySet<string> = new Set();
  const attributes = flags.has('n')
    ? { given: none, taken: change }
    : { given: change, taken: none };
  return yield* eachOperand(shell, 'export', operands, attributes, (name) =>
    shell.variables.declare(name),
  );
}

export function* runReadonly(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'aAfp');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (flags.has('f') && operands.length > 0) {
    return yield* markFunctions(shell, 'readonly', operands, (found) => {
      found.isReadonly = true;
    });
  }
  if (operands.length === 0) {
    showAll(shell, (variable) => variable.readonly);
    return 0;
  }
  const given = new Set(['r', ...[...flags.keys()].filter((letter) => /[aA]/.test(letter))]);
  return yield* eachOperand(shell, 'readonly', operands, { given, taken: new Set() }, (name) =>
    shell.variables.declare(name),
  );
}

function* markFunctions(
  shell: Shell,
  builtin: string,
  names: readonly string[],
  mark: (found: { isExported?: boolean; isReadonly?: boolean }) => void,
): Sleeping<number> {
  let status = 0;
  for (const name of names) {
    const found = shell.functions.get(name);
    if (found === undefined) status = yield* shell.fail(`${builtin}: ${name}: not a function`);
    else mark(found);
  }
  return status;
}

/** `local`, `declare` and `typeset`; the last two are local too, inside a function. */
export function* runDeclare(shell: Shell, words: readonly string[]): Sleeping<number> {
  const builtin = words[0] ?? 'declare';
  const { variables } = shell;
  if (builtin === 'local' && !variables.inFunction) {
    return yield* shell.fail('local: can only be used in a function');
  }
  const { rest, taken } = takePluses(words);
  const options = yield* builtinOptions(shell, rest, 'aAfFgiIlnprtucx');
  if (options === undefined) return USAGE_ERROR;
  const { flags } = options;
  let { operands } = options;
  if (builtin === 'local' && operands.includes('-')) {
    shell.localOptions?.();
    operands = operands.filter((operand) => operand !== '-');
    if (operands.length === 0) return 0;
  }
  if (flags.has('f') || flags.has('F')) {
    return yield* showFunctions(shell, operands, flags.has('F'), flags);
  }
  const given = new Set(flags.keys());
  if (flags.has('p') || operands.length === 0) {
    return yield* show(shell, builtin, operands, given);
  }
  const isLocal = variables.inFunction && !given.has('g');
  return yield* eachOperand(shell, builtin, operands, { given, taken }, (name) => {
    if (given.has('n') || taken.has('n')) {
      return isLocal ? variables.makeLocal(name) : variables.declareOwn(name);
    }
    if (!isLocal) return given.has('g') ? variables.declareGlobal(name) : variables.declare(name);
    const outer = given.has('I') ? variables.save(name) : undefined;
    const variable = variables.makeLocal(name);
    return outer === undefined ? variable : Object.assign(variable, outer);
  });
}

/** `+x` words, which `builtinOptions` does not know. */
function takePluses(words: readonly string[]): { rest: string[]; taken: Set<string> } {
  const taken = new Set<string>();
  const rest = words.slice(0, 1);
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index] ?? '';
    if (/^\+[a-zA-Z]+$/.test(word)) for (const letter of word.slice(1)) taken.add(letter);
    else if (/^-./.test(word) && word !== '--') rest.push(word);
    else break;
  }
  return { rest: [...rest, ...words.slice(index)], taken };
}

function showAll(shell: Shell, filter: (variable: Variable) => boolean): void {
  for (const name of shell.variables.names()) {
    const variable = shell.variables.lookupOwn(name);
    if (variable !== undefined && filter(variable)) shell.c.out(declaration(name, variable));
  }
}

function* show(
  shell: Shell,
  builtin: string,
  names: readonly string[],
  given: ReadonlySet<string>,
): Sleeping<number> {
  if (names.length === 0 && builtin === 'local') {
    for (const name of shell.variables.localNames()) {
      const variable = shell.variables.lookupOwn(name);
      if (variable !== undefined) shell.c.out(declaration(name, variable));
    }
    return 0;
  }
  if (names.length === 0 && given.size === 0) {
    showValues(shell);
    return 0;
  }
  if (names.length === 0) showAll(shell, (variable) => hasAttributes(variable, given));
  let status = 0;
  for (const name of names) {
    const variable = shell.variables.lookupOwn(name);
    if (variable !== undefined) shell.c.out(declaration(name, variable));
    else {
      const values = shell.variables.arrayOf(name)?.values();
      if (values === undefined) status = yield* shell.fail(`${builtin}: ${name}: not found`);
      else shell.c.out(`declare -- ${name}=${quoteForShell(values[0] ?? '')}\n`);
    }
  }
  return status;
}

function hasAttributes(variable: Variable, given: ReadonlySet<string>): boolean {
  const { array } = variable;
  const has: Readonly<Record<string, boolean>> = {
    a: array instanceof IndexedArray,
    A: array instanceof AssociativeArray,
    i: variable.integer,
    n: variable.isReference,
    r: variable.readonly,
    x: variable.exported,
    l: variable.letters === 'l',
    u: variable.letters === 'u',
    c: variable.letters === 'c',
  };
  return [...given].every((letter) => has[letter] ?? true);
}

/** `name=value` of each variable, as `set` and a bare `declare` list them. */
export function showValues(shell: Shell): void {
  for (const name of shell.variables.names()) {
    const variable = shell.variables.lookupOwn(name);
    if (variable === undefined) continue;
    if (variable.array !== undefined) {
      const text = declaration(name, variable);
      const equals = text.indexOf('=');
      if (equals > 0) shell.c.out(`${name}${text.slice(equals)}`);
      continue;
    }
    const { value } = variable;
    if (value !== undefined) shell.c.out(`${name}=${value === '' ? '' : quoteForShell(value)}\n`);
  }
}

function* showFunctions(
  shell: Shell,
  names: readonly string[],
  isBrief: boolean,
  flags: ReadonlyMap<string, string>,
): Sleeping<number> {
  let status = 0;
  for (const name of names.length > 0 ? names : [...shell.functions.keys()].toSorted()) {
    const found = shell.functions.get(name);
    if (found === undefined) status = 1;
    else if (flags.has('r')) found.isReadonly = true;
    else if (flags.has('x')) found.isExported = true;
    else if (isBrief) {
      const readonly = found.isReadonly === true ? 'r' : '';
      const letters = `f${readonly}${found.isExported === true ? 'x' : ''}`;
      shell.c.out(names.length > 0 ? `${name}\n` : `declare -${letters} ${name}\n`);
    } else shell.c.out(showFunction(name, found));
  }
  return status;
}
