// SPDX-License-Identifier: GPL-2.0-or-later
/** `[[ … ]]` and `(( … ))`. */
import type { ArithmeticCommand, TestCommand, TestExpression } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { arithmeticScope } from './arithmetic-scope.ts';
import { expandArithmeticText, expandPattern, expandRegex, expandText } from './expand.ts';
import { createRegex } from '../support/regex.ts';
import { testBinary } from '../support/test-primaries.ts';
import { testUnaryOf } from './file-test.ts';
import { compilePattern, matchPattern } from './pattern.ts';
import type { Shell } from './shell.ts';
import { trace } from './trace.ts';

/** True, false, or a failure that has been said. */
type Verdict = boolean | undefined;

export function* runTestCommand(shell: Shell, node: TestCommand): Sleeping<number> {
  shell.setLine(node.pos);
  const verdict = yield* evaluate(shell, node.expression);
  return verdict === undefined ? 2 : verdict ? 0 : 1;
}

function* evaluate(shell: Shell, node: TestExpression): Sleeping<Verdict> {
  switch (node.type) {
    case 'TestUnary': {
      const operand = yield* expandText(shell, node.operand);
      if (operand === undefined) return undefined;
      if (shell.options.xtrace) yield* trace(shell, `[[ ${node.operator} ${operand || "''"} ]]`);
      return yield* testUnaryOf(shell, node.operator, operand);
    }
    case 'TestBinary':
      return yield* evaluateBinary(shell, node);
    case 'TestLogical': {
      let verdict: Verdict = node.operator === '&&';
      for (const operand of node.operands) {
        verdict = yield* evaluate(shell, operand);
        if (verdict === undefined || verdict !== (node.operator === '&&')) break;
      }
      return verdict;
    }
    case 'TestNot': {
      const verdict = yield* evaluate(shell, node.operand);
      if (verdict === undefined) return undefined;
      return node.negations.length % 2 === 1 ? !verdict : verdict;
    }
    case 'TestGroup':
      return yield* evaluate(shell, node.expression);
    default:
      return node satisfies never;
  }
}

function* evaluateBinary(
  shell: Shell,
  node: Extract<TestExpression, { type: 'TestBinary' }>,
): Sleeping<Verdict> {
  const left = yield* expandText(shell, node.left);
  if (left === undefined) return undefined;
  const { operator } = node;
  if (shell.options.xtrace) {
    const shown = (yield* expandPattern(shell, node.right)) ?? '';
    yield* trace(shell, `[[ ${left || "''"} ${operator} ${shown || "''"} ]]`);
  }
  if (operator === '=' || operator === '==' || operator === '!=') {
    const pattern = yield* expandPattern(shell, node.right);
    const ignoreCase = shell.shopt.nocasematch;
    if (pattern === undefined) return undefined;
    return (
      matchPattern(compilePattern(pattern, { extglob: true, ignoreCase }), left) ===
      (operator !== '!=')
    );
  }
  if (operator === '=~') return yield* matchRegex(shell, left, node);
  const right = yield* expandText(shell, node.right);
  if (right === undefined) return undefined;
  if (operator.startsWith('-') && !/^-(?:nt|ot|ef)$/.test(operator)) {
    const numbers = [evaluateNumber(shell, left), evaluateNumber(shell, right)] as const;
    const failed = numbers.find((number) => typeof number === 'string');
    if (failed !== undefined) {
      yield* shell.complain(`[[: ${failed}`);
      return undefined;
    }
    return yield* testBinary(shell.c, operator, String(numbers[0]), String(numbers[1]));
  }
  return yield* testBinary(shell.c, operator, left, right);
}

function evaluateNumber(shell: Shell, text: string): bigint | string {
  const result = evaluateArithmetic(text, arithmeticScope(shell));
  return 'error' in result ? result.error : result.value;
}

/** `=~`: an extended regular expression, in which what was quoted is plain. */
function* matchRegex(
  shell: Shell,
  subject: string,
  node: Extract<TestExpression, { type: 'TestBinary' }>,
): Sleeping<Verdict> {
  const source = yield* expandRegex(shell, node.right);
  if (source === undefined) return undefined;
  const ignoreCase = shell.shopt.nocasematch;
  const compiled = createRegex([source], { syntax: 'extended', ignoreCase });
  // Also quietly, as bash does it.
  if ('error' in compiled) return undefined;
  const match = compiled.regex.match(subject);
  const texts = match === undefined ? [] : [subject.slice(match.start, match.end)];
  for (let group = 1; match !== undefined && group <= compiled.regex.groupCount; group++) {
    const found = match.groups[group];
    texts.push(found === undefined ? '' : subject.slice(found[0], found[1]));
  }
  shell.variables.setElements('BASH_REMATCH', texts);
  return match !== undefined;
}

export function* runArithmeticCommand(shell: Shell, node: ArithmeticCommand): Sleeping<number> {
  shell.setLine(node.pos);
  if (shell.options.xtrace) yield* trace(shell, `(( ${node.body} ))`);
  const text = yield* expandArithmeticText(shell, node.body);
  if (text === undefined) return 1;
  const result = evaluateArithmetic(text, arithmeticScope(shell));
  if ('error' in result) return yield* shell.fail(`((: ${result.error}`);
  return result.value === 0n ? 1 : 0;
}
