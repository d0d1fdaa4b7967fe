// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The grammar of pcap-filter(7), for Ethernet. Linux: none; libpcap's grammar.y.
 *
 * `and` and `or` have the same precedence and bind to the left, as there. A name or number that
 * stands alone after one of them has the qualifiers of the one before.
 */
import type { IpAddress } from '../ip-address.ts';
import { BPF } from './bpf.ts';
import { CONSTANTS, INDEXED, isRelation, relation, type Arithmetic } from './filter-arithmetic.ts';
import { identified, type Qualifiers, type Resolve } from './filter-names.ts';
import {
  and,
  ETHER_TYPES,
  frameLength,
  IP_PROTOCOLS,
  not,
  or,
  protocolNamed,
  sentToAll,
  vlan,
  type Direction,
  type Test,
} from './filter-tests.ts';
import { FilterError, syntaxError, tokenize, type Token } from './filter-tokens.ts';

/** undefined for an empty filter, which wants every frame. */
export function parseFilter(
  text: string,
  resolve: (name: string) => readonly IpAddress[],
): Test | undefined {
  const tokens = tokenize(text);
  if (tokens.length === 0) return undefined;
  return new Parser(tokens, text.length, resolve).parse();
}

const ADDITIVE: Readonly<Record<string, number>> = { '+': BPF.ADD, '-': BPF.SUB };
const MULTIPLICATIVE: Readonly<Record<string, number>> = {
  '*': BPF.MUL,
  '/': BPF.DIV,
  '%': BPF.MOD,
};
/** From the loosest to the tightest. */
const LEVELS: readonly Readonly<Record<string, number>>[] = [
  { '|': BPF.OR, '^': BPF.XOR },
  { '&': BPF.AND },
  { '<<': BPF.LSH, '>>': BPF.RSH },
  ADDITIVE,
  MULTIPLICATIVE,
];
const TYPES = ['host', 'net', 'port', 'portrange', 'proto'] as const;

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  readonly #resolve: Resolve;
  #next = 0;
  /** Of the latest primitive that had an identifier. */
  #last: Qualifiers | undefined;

  constructor(tokens: readonly Token[], end: number, resolve: Resolve) {
    this.#tokens = tokens;
    this.#end = end;
    this.#resolve = resolve;
  }

  parse(): Test {
    const test = this.#expression();
    if (this.#next < this.#tokens.length) throw this.#unexpected();
    return test;
  }

  #expression(): Test {
    let test = this.#term();
    for (;;) {
      if (this.#takes('and', '&&')) test = and(test, this.#term());
      else if (this.#takes('or', '||')) test = or(test, this.#term());
      else return test;
    }
  }

  #term(): Test {
    if (this.#takes('not', '!')) return not(this.#term());
    const compared = this.#relation();
    if (compared !== undefined) return compared;
    if (this.#takes('(')) {
      const test = this.#expression();
      this.#expect(')');
      return test;
    }
    return this.#primitive();
  }

  /** undefined, and nothing taken, when no relation begins here. */
  #relation(): Test | undefined {
    const start = this.#next;
    const left = this.#arithmetic(0);
    const sign = this.#peek();
    if (left === undefined || sign?.kind !== 'symbol' || !isRelation(sign.text)) {
      this.#next = start;
      return undefined;
    }
    this.#next += 1;
    const right = this.#arithmetic(0);
    if (right === undefined) throw this.#unexpected();
    return relation(left, sign.text, right);
  }

  #arithmetic(level: number): Arithmetic | undefined {
    const operations = LEVELS[level];
    if (operations === undefined) return this.#factor();
    let left = this.#arithmetic(level + 1);
    while (left !== undefined) {
      const sign = this.#peek();
      const code = sign?.kind === 'symbol' ? operations[sign.text] : undefined;
      if (code === undefined) return left;
      this.#next += 1;
      const right = this.#arithmetic(level + 1);
      if (right === undefined) return undefined;
      left = { kind: 'operation', code, left, right };
    }
    return undefined;
  }

  #factor(): Arithmetic | undefined {
    const token = this.#peek();
    if (token === undefined) return undefined;
    if (token.kind === 'number') {
      this.#next += 1;
      return { kind: 'constant', value: token.value };
    }
    if (this.#takes('-')) {
      const of = this.#factor();
      return of === undefined ? undefined : { kind: 'negative', of };
    }
    if (this.#takes('(')) {
      const inner = this.#arithmetic(0);
      return inner !== undefined && this.#takes(')') ? inner : undefined;
    }
    if (this.#takes('len', 'length')) return { kind: 'length' };
    if (token.kind !== 'word') return undefined;
    const constant = Object.hasOwn(CONSTANTS, token.text) ? CONSTANTS[token.text] : undefined;
    if (constant !== undefined) {
      this.#next += 1;
      return { kind: 'constant', value: constant };
    }
    return INDEXED.has(token.text) ? this.#bytes(token.text) : undefined;
  }

  #bytes(protocol: string): Arithmetic | undefined {
    const bracket = this.#tokens[this.#next + 1];
    if (bracket?.kind !== 'symbol' || bracket.text !== '[') return undefined;
    this.#next += 2;
    const index = this.#arithmetic(0);
    if (index === undefined) throw this.#unexpected();
    const size = this.#takes(':') ? this.#number() : 1;
    if (size !== 1 && size !== 2 && size !== 4) {
      throw new FilterError('data size must be 1, 2, or 4', bracket.at);
    }
    this.#expect(']');
    return { kind: 'bytes', protocol, index, size };
  }

  #primitive(): Test {
    if (this.#takes('less')) return frameLength(this.#number(), false);
    if (this.#takes('greater')) return frameLength(this.#number(), true);
    if (this.#takes('vlan')) return this.#vlan();
    const protocol = this.#protocol();
    if (this.#takes('broadcast')) return sentToAll(protocol, false);
    if (this.#takes('multicast')) return sentToAll(protocol, true);
    const direction = this.#direction();
    const type = TYPES.find((name) => this.#takes(name));
    const isBare = direction === undefined && type === undefined;
    if (isBare && protocol === undefined) return this.#bareIdentifier();
    if (isBare && protocol !== undefined && !this.#isIdentifier()) {
      if (protocol === 'ether') throw this.#unexpected();
      this.#last = { protocol, direction: 'either', type: undefined };
      return protocolNamed(protocol);
    }
    // Between a protocol and an identifier something must say what that is.
    if (isBare) throw this.#unexpected();
    this.#last = { protocol, direction: direction ?? 'either', type };
    return this.#identifiers(this.#last);
  }

  #vlan(): Test {
    const token = this.#peek();
    if (token?.kind !== 'number') return vlan(undefined);
    this.#next += 1;
    if (token.value > 4095) {
      throw new FilterError(`VLAN tag ${token.value} greater than maximum 4095`, token.at);
    }
    return vlan(token.value);
  }

  #protocol(): string | undefined {
    const token = this.#peek();
    if (token?.kind !== 'word' || token.isEscaped) return undefined;
    const { text } = token;
    const isKnown =
      text === 'ether' || Object.hasOwn(ETHER_TYPES, text) || Object.hasOwn(IP_PROTOCOLS, text);
    if (!isKnown) return undefined;
    this.#next += 1;
    return text;
  }

  #direction(): Direction | undefined {
    const first = this.#takes('src') ? 'src' : this.#takes('dst') ? 'dst' : undefined;
    if (first === undefined) return undefined;
    const start = this.#next;
    const isOr = this.#takes('or', '||');
    if ((isOr || this.#takes('and', '&&')) && this.#takes(first === 'src' ? 'dst' : 'src')) {
      return isOr ? 'either' : 'both';
    }
    this.#next = start;
    return first;
  }

  #bareIdentifier(): Test {
    const before = this.#tokens[this.#next - 1];
    const isAfter = before !== undefined && /^(?:and|or|not|&&|\|\||!|\()$/.test(before.text);
    if (this.#last === undefined || !isAfter || !this.#isIdentifier()) throw this.#unexpected();
    return this.#identifier(this.#last);
  }

  /** One, or several in parentheses. */
  #identifiers(qualifiers: Qualifiers): Test {
    if (!this.#takes('(')) return this.#identifier(qualifiers);
    const test = this.#expression();
    this.#expect(')');
    return test;
  }

  #identifier(qualifiers: Qualifiers): Test {
    const token = this.#take();
    if (token.kind === 'symbol' || !isName(token)) throw syntaxError(token.at);
    const mask = this.#mask(token);
    return identified(qualifiers, token, mask, this.#resolve);
  }

  /** What follows an address of a network. */
  #mask(token: Token): Token | undefined {
    if (token.kind !== 'quad' && token.kind !== 'ipv6' && token.kind !== 'number') return undefined;
    const isThere = token.kind === 'quad' ? this.#takes('/', 'mask') : this.#takes('/');
    return isThere ? this.#take() : undefined;
  }

  #isIdentifier(): boolean {
    const token = this.#peek();
    return token !== undefined && token.kind !== 'symbol' && isName(token);
  }

  #number(): number {
    const token = this.#take();
    if (token.kind !== 'number') throw syntaxError(token.at);
    return token.value;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(): Token {
    const token = this.#peek();
    if (token === undefined) throw this.#unexpected();
    this.#next += 1;
    return token;
  }

  #takes(...texts: readonly string[]): boolean {
    const token = this.#peek();
    if (token === undefined || !texts.includes(token.text)) return false;
    if (token.kind === 'word' && token.isEscaped) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected();
  }

  #unexpected(): FilterError {
    return syntaxError(this.#peek()?.at ?? this.#end);
  }
}

// prettier-ignore
const KEYWORDS: ReadonlySet<string> = new Set([
  'and', 'or', 'not', 'len', 'length', 'less', 'greater', 'vlan', 'mask', 'gateway',
  'broadcast', 'multicast', 'inbound', 'outbound', 'src', 'dst', 'ether', 'link',
  ...TYPES,
  ...Object.keys(ETHER_TYPES),
  ...Object.keys(IP_PROTOCOLS),
]);

/** Keywords are names only when they are escaped. */
function isName(token: Token): boolean {
  return token.kind !== 'word' || token.isEscaped || !KEYWORDS.has(token.text);
}
