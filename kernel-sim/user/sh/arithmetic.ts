// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `$(( ))`, `(( ))` and let: C's integer expressions on 64-bit words.
 *
 * The text has been expanded before it comes here, as the shell language has it, so `$a*2` with
 * a=1+2 is 5; for the same reason this does not use the parser's expression tree. Failure is a
 * value: the text that bash prints.
 */

/** Where variables live. `get` may answer an expression, which is then evaluated in turn. */
export interface ArithmeticScope {
  get(name: string, index: Subscript): string | undefined;
  /** Undefined, or the message of what went wrong. */
  set(name: string, index: Subscript, value: string): string | undefined;
  /** Whether the text between the brackets after `name` is a key and not an expression. */
  isAssociative(name: string): boolean;
}

/** A number, the key of an associative array, or none. */
export type Subscript = bigint | string | undefined;

export type ArithmeticResult = { readonly value: bigint } | { readonly error: string };

/** Variables whose values name one another end here, with bash's message. */
const MAX_DEPTH = 64;

// prettier-ignore
const BINARY: readonly (readonly string[])[] = [
  ['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<=', '>=', '<', '>'], ['<<', '>>'],
  ['+', '-'], ['*', '/', '%'],
];
// prettier-ignore
const ASSIGNMENT = new Set(['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=']);

const NUMBER = /\d\w*(?:#[\w@]+)?/.source;
const NAME = /[A-Za-z_]\w*/.source;
const OPERATOR = /<<=|>>=|\*\*|\+\+|--|&&|\|\||[-+*/%&|^<>=!]=|<<|>>|[-+*/%&|^<>=!~?:,()[\]]/
  .source;

interface Token {
  readonly text: string;
  readonly kind: 'number' | 'name' | 'operator' | 'end' | 'bad';
  readonly start: number;
}

interface Place {
  readonly name: string;
  readonly index: Subscript;
}

export function evaluateArithmetic(
  text: string,
  scope: ArithmeticScope,
  depth = 0,
): ArithmeticResult {
  if (text.trim() === '') return { value: 0n };
  const parser = new Evaluator(text, scope, depth);
  const value = parser.comma();
  parser.expectEnd();
  return parser.error === undefined ? { value } : { error: parser.error };
}

class Evaluator {
  private readonly text: string;
  private readonly scope: ArithmeticScope;
  private readonly depth: number;
  /** One of its own, since it remembers a place. */
  private readonly pattern = new RegExp(`\\s*(?:(${NUMBER})|(${NAME})|(${OPERATOR}))`, 'y');
  private at = 0;
  private token: Token = { text: '', kind: 'end', start: 0 };
  private lastStart = 0;
  /** Above zero inside a branch that is parsed but not taken. */
  private skipping = 0;
  private nesting = 0;
  error: string | undefined;

  constructor(text: string, scope: ArithmeticScope, depth: number) {
    this.text = text;
    this.scope = scope;
    this.depth = depth;
    this.advance();
  }

  private advance(): void {
    this.lastStart = this.token.start;
    const { pattern } = this;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) {
      const rest = this.text.slice(this.at).trim();
      const start = this.text.length - this.text.slice(this.at).trimStart().length;
      this.token = { text: rest, kind: rest === '' ? 'end' : 'bad', start };
      return;
    }
    this.at = pattern.lastIndex;
    const [, number, name, operator] = found;
    const text = number ?? name ?? operator ?? '';
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'operator';
    this.token = { text, kind, start: this.at - text.length };
  }

  /** Notes the first error. At the end of the text, bash names the last token. */
  private fail(message: string, start?: number): bigint {
    const from = start ?? (this.token.kind === 'end' ? this.lastStart : this.token.start);
    const token = this.text.slice(from);
    this.error ??= `${this.text.trimStart()}: ${message} (error token is "${token}")`;
    return 0n;
  }

  private takes(text: string): boolean {
    if (this.token.kind !== 'operator' || this.token.text !== text) return false;
    this.advance();
    return true;
  }

  expectEnd(): void {
    if (this.token.kind === 'end') return;
    const badOperator = this.token.kind === 'bad';
    this.fail(
      badOperator ? 'syntax error: invalid arithmetic operator' : 'syntax error in expression',
    );
  }

  comma(): bigint {
    let value = this.assignment();
    while (this.error === undefined && this.takes(',')) value = this.assignment();
    return value;
  }

  private assignment(): bigint {
    if (++this.nesting > MAX_DEPTH) return this.fail('expression recursion level exceeded');
    const value = this.assignmentInside();
    this.nesting--;
    return value;
  }

  private assignmentInside(): bigint {
    const start = this.token.start;
    if (this.token.kind === 'name') {
      const saved = { at: this.at, token: this.token };
      const place = this.place();
      const operator = this.token.text;
      if (ASSIGNMENT.has(operator)) {
        this.advance();
        const right = this.assignment();
        if (operator === '=') return this.store(place, right);
        return this.store(place, this.apply(operator.slice(0, -1), this.load(place), right, start));
      }
      this.at = saved.at;
      this.token = saved.token;
    }
    const value = this.ternary();
    if (this.token.kind === 'operator' && ASSIGNMENT.has(this.token.text)) {
      return this.fail('attempted assignment to non-variable');
    }
    return value;
  }

  private ternary(): bigint {
    const test = this.binary(0);
    if (!this.takes('?')) return test;
    const chosen = test !== 0n;
    const yes = this.branch(chosen, () => this.comma());
    if (!this.takes(':')) return this.fail("`:' expected for conditional expression");
    const no = this.branch(!chosen, () => this.assignment());
    return chosen ? yes : no;
  }

  private branch(taken: boolean, parse: () => bigint): bigint {
    if (!taken) this.skipping++;
    const value = parse();
    if (!taken) this.skipping--;
    return value;
  }

  private binary(level: number): bigint {
    const operators = BINARY[level];
    if (operators === undefined) return this.power();
    let left = this.binary(level + 1);
    while (this.error === undefined && this.token.kind === 'operator') {
      const operator = this.token.text;
      if (!operators.includes(operator)) break;
      this.advance();
      const start = this.token.start;
      const decided = (operator === '&&' && left === 0n) || (operator === '||' && left !== 0n);
      const right = this.branch(!decided, () => this.binary(level + 1));
      left = this.apply(operator, left, right, start);
    }
    return left;
  }

  private power(): bigint {
    const base = this.unary();
    if (!this.takes('**')) return base;
    const exponent = this.power();
    if (exponent < 0n) return this.fail('exponent less than 0', this.lastStart);
    return powerOf64(base, exponent);
  }

  private unary(): bigint {
    if (++this.nesting > MAX_DEPTH * 4) return this.fail('expression recursion level exceeded');
    const value = this.unaryInside();
    this.nesting--;
    return value;
  }

  private unaryInside(): bigint {
    if (this.takes('!')) return this.unary() === 0n ? 1n : 0n;
    if (this.takes('~')) return ~this.unary();
    if (this.takes('+')) return this.unary();
    if (this.takes('-')) return BigInt.asIntN(64, -this.unary());
    if (this.token.text !== '++' && this.token.text !== '--') return this.postfix();
    const step = this.token.text === '++' ? 1n : -1n;
    this.advance();
    if (this.token.kind !== 'name') return this.unary();
    const place = this.place();
    return this.store(place, BigInt.asIntN(64, this.load(place) + step));
  }

  private postfix(): bigint {
    const { kind, text, start } = this.token;
    if (kind === 'number') {
      this.advance();
      return this.number(text, start);
    }
    if (kind === 'name') {
      const place = this.place();
      const value = this.load(place);
      if (this.takes('++')) this.store(place, BigInt.asIntN(64, value + 1n));
      else if (this.takes('--')) this.store(place, BigInt.asIntN(64, value - 1n));
      return value;
    }
    if (this.takes('(')) {
      const value = this.comma();
      if (this.error === undefined && !this.takes(')')) return this.fail("missing `)'");
      return value;
    }
    return this.fail('syntax error: operand expected');
  }

  private place(): Place {
    const name = this.token.text;
    this.advance();
    if (this.token.text === '[' && this.scope.isAssociative(name)) return this.keyed(name);
    if (!this.takes('[')) return { name, index: undefined };
    const index = this.comma();
    if (!this.takes(']')) this.fail('bad array subscript');
    return { name, index };
  }

  /** `name[key]`: the key is text up to the bracket that closes it. */
  private keyed(name: string): Place {
    const start = this.at;
    let depth = 1;
    while (this.at < this.text.length && depth > 0) {
      const char = this.text.charAt(this.at++);
      if (char === '[') depth++;
      else if (char === ']') depth--;
    }
    const index = this.text.slice(start, depth === 0 ? this.at - 1 : undefined);
    this.advance();
    return { name, index };
  }

  private load(place: Place): bigint {
    if (this.skipping > 0 || this.error !== undefined) return 0n;
    const text = this.scope.get(place.name, place.index) ?? '';
    const plain = /^\s*-?(?:0|[1-9]\d*)\s*$/.test(text);
    if (plain) return BigInt.asIntN(64, BigInt(text.trim()));
    if (this.depth >= MAX_DEPTH) return this.fail('expression recursion level exceeded');
    const result = evaluateArithmetic(text, this.scope, this.depth + 1);
    if ('value' in result) return result.value;
    this.error ??= result.error;
    return 0n;
  }

  private store(place: Place, value: bigint): bigint {
    if (this.skipping > 0 || this.error !== undefined) return value;
    const failure = this.scope.set(place.name, place.index, String(value));
    if (failure !== undefined) this.error = failure;
    return value;
  }

  private number(text: string, start: number): bigint {
    const value = parseNumber(text);
    if (typeof value === 'bigint') return BigInt.asIntN(64, value);
    return this.fail(value, start);
  }

  private apply(operator: string, left: bigint, right: bigint, start: number): bigint {
    if ((operator === '/' || operator === '%') && right === 0n) {
      return this.skipping > 0 ? 0n : this.fail('division by 0', start);
    }
    return BigInt.asIntN(64, combine(operator, left, right));
  }
}

function combine(operator: string, left: bigint, right: bigint): bigint {
  const truth = (condition: boolean): bigint => (condition ? 1n : 0n);
  switch (operator) {
    case '||':
      return truth(left !== 0n || right !== 0n);
    case '&&':
      return truth(left !== 0n && right !== 0n);
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<=':
      return truth(left <= right);
    case '>=':
      return truth(left >= right);
    case '<':
      return truth(left < right);
    case '>':
      return truth(left > right);
    case '<<':
      return left << (right & 63n);
    case '>>':
      return left >> (right & 63n);
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return left % right;
  }
}

/** Powers on 64-bit words, without the huge number in between. */
function powerOf64(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

/** A constant: decimal, 0octal, 0xhex, base#digits. A text is what is wrong with it. */
function parseNumber(text: string): bigint | string {
  const based = /^(\d+)#(.+)$/.exec(text);
  if (based !== null) return parseDigits(based[2] ?? '', Number(based[1]));
  if (/^0[xX]/.test(text)) return parseDigits(text.slice(2).toLowerCase(), 16);
  return parseDigits(text, /^0\d/.test(text) ? 8 : 10);
}

function parseDigits(digits: string, base: number): bigint | string {
  if (base < 2 || base > 64) return 'invalid arithmetic base';
  let value = 0n;
  for (const char of digits) {
    const digit = digitValue(char, base);
    if (digit >= base) return 'value too great for base';
    value = BigInt.asIntN(64, value * BigInt(base) + BigInt(digit));
  }
  return value;
}

function digitValue(char: string, base: number): number {
  if (char >= '0' && char <= '9') return Number(char);
  if (char >= 'a' && char <= 'z') return char.charCodeAt(0) - 87;
  if (char >= 'A' && char <= 'Z') return char.charCodeAt(0) - (base <= 36 ? 55 : 29);
  return char === '@' ? 62 : 63;
}
