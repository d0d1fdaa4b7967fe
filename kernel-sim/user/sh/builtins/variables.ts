// SPDX-License-Identifier: GPL-2.0-or-later
/** Builtins on variables: export readonly local declare unset shift let getopts. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { evaluateArithmetic } from '../arithmetic.ts';
import { arithmeticScope } from '../arithmetic-scope.ts';
import { assignText } from '../assign.ts';
import { quoteDouble } from '../quote.ts';
import type { Shell } from '../shell.ts';
import type { Variable } from '../variables.ts';
import { showFunction } from './describe.ts';
import { builtinOptions, isIdentifier, USAGE_ERROR } from './builtin.ts';

/** `declare -x NAME="value"`, as `export -p` and `declare -p` show a variable. */
function declaration(name: string, variable: Variable): string {
  const letters =
    (variable.elements === undefined ? '' : 'a') +
    (variable.readonly ? 'r' : '') +
    (variable.exported ? 'x' : '');
  const start = `declare -${letters === '' ? '-' : letters} ${name}`;
  if (variable.elements !== undefined) {
    const items = variable.elements.flatMap((element, index) =>
      element === undefined ? [] : [`[${index}]=${quoteDouble(element)}`],
    );
    return `${start}=(${items.join(' ')})\n`;
  }
  return variable.value === undefined ? `${start}\n` : `${start}=${quoteDouble(variable.value)}\n`;
}

function showAll(shell: Shell, filter: (variable: Variable) => boolean): void {
  for (const name of shell.variables.names()) {
    const variable = shell.variables.lookup(name);
    if (variable !== undefined && filter(variable)) shell.c.out(declaration(name, variable));
  }
}

/** `name`, `name=value` and `name+=value` operands of the declaring builtins. */
function* eachOperand(
  shell: Shell,
  builtin: string,
  operands: readonly string[],
  prepare: (name: string) => Variable,
  finish: (variable: Variable) => void,
): Sleeping<number> {
  let status = 0;
  for (const operand of operands) {
    const match = /^([^=+]*)(?:(\+?)=([\s\S]*))?$/.exec(operand);
    const name = match?.[1] ?? '';
    if (match === null || !isIdentifier(name)) {
      status = yield* shell.fail(`${builtin}: \`${operand}': not a valid identifier`);
      continue;
    }
    const variable = prepare(name);
    const value = match[3];
    if (value !== undefined) {
      if (variable.readonly) {
        status = yield* shell.fail(`${name}: readonly variable`);
        continue;
      }
      yield* assignText(shell, name, value, match[2] === '+');
    }
    finish(variable);
  }
  return status;
}

export function* runExport(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'fnp');
  if (options === undefined) return USAGE_ERROR;
  const { operands, flags } = options;
  if (operands.length === 0) {
    showAll(shell, (variable) => variable.exported);
    return 0;
  }
  if (flags.has('f')) return 0;
  return yield* eachOperand(
    shell,
    'export',
    operands,
    (name) => shell.variables.declare(name),
    (variable) => {
      variable.exported = !flags.has('n');
    },
  );
}

export function* runReadonly(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'aAfp');
  if (options === undefined) return USAGE_ERROR;
  if (options.operands.length === 0) {
    showAll(shell, (variable) => variable.readonly);
    return 0;
  }
  return yield* eachOperand(
    shell,
    'readonly',
    options.operands,
    (name) => shell.variables.declare(name),
    (variable) => {
      variable.readonly = true;
    },
  );
}

/** `local`, `declare` and `typeset`; the last two are local too, inside a function. */
export function* runDeclare(shell: Shell, words: readonly string[]): Sleeping<number> {
  const builtin = words[0] ?? 'declare';
  const { variables } = shell;
  if (builtin === 'local' && !variables.inFunction) {
    return yield* shell.fail('local: can only be used in a function');
  }
  const options = yield* builtinOptions(shell, words, 'aAfFgiIlnprtux');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (flags.has('f') || flags.has('F')) {
    return yield* showFunctions(shell, operands, flags.has('F'));
  }
  if (flags.has('p') || operands.length === 0) return yield* show(shell, builtin, operands);
  if (flags.has('A')) return yield* shell.fail(`${builtin}: -A: not supported here`);
  const isLocal = variables.inFunction && !flags.has('g');
  return yield* eachOperand(
    shell,
    builtin,
    operands,
    (name) => {
      const variable = isLocal ? variables.makeLocal(name) : variables.declare(name);
      if (flags.has('i')) variable.integer = true;
      if (flags.has('a')) {
        variable.elements ??= variable.value === undefined ? [] : [variable.value];
      }
      return variable;
    },
    (variable) => {
      if (flags.has('r')) variable.readonly = true;
      if (flags.has('x')) variable.exported = true;
    },
  );
}

function* show(shell: Shell, builtin: string, names: readonly string[]): Sleeping<number> {
  if (names.length === 0) showAll(shell, () => true);
  let status = 0;
  for (const name of names) {
    const variable = shell.variables.lookup(name);
    if (variable === undefined) status = yield* shell.fail(`${builtin}: ${name}: not found`);
    else shell.c.out(declaration(name, variable));
  }
  return status;
}

function* showFunctions(
  shell: Shell,
  names: readonly string[],
  isBrief: boolean,
): Sleeping<number> {
  let status = 0;
  for (const name of names.length > 0 ? names : shell.functions.keys()) {
    const found = shell.functions.get(name);
    if (found === undefined) status = 1;
    else if (isBrief) shell.c.out(names.length > 0 ? `${name}\n` : `declare -f ${name}\n`);
    else shell.c.out(showFunction(name, found));
  }
  return status;
}

export function* runUnset(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'fnv');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  let status = 0;
  for (const operand of operands) {
    const element = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(operand);
    if (element !== null) {
      const variable = shell.variables.lookup(element[1] ?? '');
      const index = evaluateArithmetic(element[2] ?? '', arithmeticScope(shell));
      if (variable?.elements !== undefined && 'value' in index) {
        variable.elements[Number(index.value)] = undefined;
      }
      continue;
    }
    const isVariable = shell.variables.lookup(operand) !== undefined;
    if (flags.has('f') || (!flags.has('v') && !isVariable)) {
      shell.functions.delete(operand);
      continue;
    }
    if (!shell.variables.unset(operand)) {
      status = yield* shell.fail(`unset: ${operand}: cannot unset: readonly variable`);
    }
    if (operand === 'PATH') shell.hashed.clear();
  }
  return status;
}

export function* runShift(shell: Shell, words: readonly string[]): Sleeping<number> {
  const text = words[1] ?? '1';
  if (!/^[+-]?\d+$/.test(text)) {
    yield* shell.complain(`shift: ${text}: numeric argument required`);
    shell.flow = { kind: 'abort', status: 1 };
    return 1;
  }
  const count = Number(text);
  if (count < 0) return yield* shell.fail(`shift: ${text}: shift count out of range`);
  if (count > shell.positional.length) return 1;
  shell.positional = shell.positional.slice(count);
  return 0;
}

export function* runLet(shell: Shell, words: readonly string[]): Sleeping<number> {
  if (words.length < 2) return yield* shell.fail('let: expression expected');
  let status = 1;
  for (const word of words.slice(1)) {
    const result = evaluateArithmetic(word, arithmeticScope(shell));
    if ('error' in result) return yield* shell.fail(`let: ${result.error}`);
    status = result.value === 0n ? 1 : 0;
  }
  return status;
}

/** getopts keeps its place inside a word of joined letters in a variable of its own. */
const GETOPTS_PLACE = '_GETOPTS_PLACE';

export function* runGetopts(shell: Shell, words: readonly string[]): Sleeping<number> {
  const [, letters, name, ...rest] = words;
  if (letters === undefined || name === undefined) {
    yield* shell.c.err('getopts: usage: getopts optstring name [arg ...]\n');
    return USAGE_ERROR;
  }
  const { variables } = shell;
  const list = words.length > 3 ? rest : shell.positional;
  let index = Math.max(1, Number(variables.get('OPTIND') ?? 1) || 1);
  const [savedIndex, savedPlace] = (variables.get(GETOPTS_PLACE) ?? '').split(':').map(Number);
  const place = savedIndex === index && savedPlace !== undefined ? savedPlace : 1;
  const word = list[index - 1];
  const isOption = word !== undefined && /^-./.test(word) && word !== '--';
  if (!isOption) {
    if (word === '--') variables.set('OPTIND', String(index + 1));
    variables.set(name, '?');
    variables.unset('OPTARG');
    return 1;
  }
  const letter = word.charAt(place);
  const at = letter === ':' ? -1 : letters.indexOf(letter);
  const isQuiet = letters.startsWith(':');
  let argument: string | undefined;
  let nextPlace = place + 1;
  const wantsArgument = at >= 0 && letters[at + 1] === ':';
  if (wantsArgument) {
    argument = nextPlace < word.length ? word.slice(nextPlace) : list[index];
    if (nextPlace >= word.length && argument !== undefined) index++;
    nextPlace = word.length;
  }
  if (nextPlace >= word.length) {
    index++;
    nextPlace = 1;
  }
  variables.set('OPTIND', String(index));
  variables.set(GETOPTS_PLACE, `${index}:${nextPlace}`);
  const problem =
    at < 0
      ? 'illegal option'
      : wantsArgument && argument === undefined
        ? 'option requires an argument'
        : '';
  if (problem === '') {
    variables.set(name, letter);
    if (argument === undefined) variables.unset('OPTARG');
    else variables.set('OPTARG', argument);
    return 0;
  }
  variables.set(name, isQuiet && wantsArgument ? ':' : '?');
  if (isQuiet) variables.set('OPTARG', letter);
  else {
    variables.unset('OPTARG');
    yield* shell.c.err(`${shell.name}: ${problem} -- ${letter}\n`);
  }
  return 0;
}
