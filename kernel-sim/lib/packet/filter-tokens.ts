// SPDX-License-Identifier: GPL-2.0-or-later
/** The words of the packet filter language. Linux: none; libpcap's scanner.l. */
import { parseIpv6 } from '../ip-address.ts';

export type Token =
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number }
  /** An address in part or whole (`10.0`), or what looks like one. */
  | { readonly kind: 'quad' | 'ipv6' | 'mac'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly at: number; readonly value: number }
  /** `isEscaped`: with a backslash, so that it is no keyword. */
  | {
      readonly kind: 'word';
      readonly text: string;
      readonly at: number;
      readonly isEscaped: boolean;
    };

/** What libpcap would say, and where it was noticed. */
export class FilterError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

export function syntaxError(at: number): FilterError {
  return new FilterError("can't parse filter expression: syntax error", at);
}

const SPACE = /\s+/y;
const MAC = /[\da-fA-F]{1,2}(?:[:.-][\da-fA-F]{1,2}){5}(?![\w.:-])/y;
const IPV6 = /[\da-fA-F:]*:[\da-fA-F:.]*/y;
const WORD = /\\?[A-Za-z\d](?:[-\w.]*[.A-Za-z\d])?/y;
const SYMBOL = /&&|\|\||<<|>>|<=|>=|==|!=|[()[\]!=<>+\-*/%&|^:]/y;
const QUAD = /^\d+(?:\.\d+){1,3}$/;
const NUMBER = /^(?:0[xX][\da-fA-F]+|\d+)$/;

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const space = matchAt(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.kind === 'word' && token.isEscaped ? token.text.length + 1 : token.text.length;
  }
  return tokens;
}

function tokenAt(text: string, at: number): Token {
  const mac = matchAt(MAC, text, at);
  if (mac !== undefined) return { kind: 'mac', text: mac, at };
  const ipv6 = matchAt(IPV6, text, at);
  if (ipv6 !== undefined && parseIpv6(ipv6) !== undefined) return { kind: 'ipv6', text: ipv6, at };
  const word = matchAt(WORD, text, at);
  if (word !== undefined) return wordToken(word, at);
  const symbol = matchAt(SYMBOL, text, at);
  if (symbol === undefined) throw syntaxError(at);
  return { kind: 'symbol', text: symbol, at };
}

function wordToken(word: string, at: number): Token {
  if (QUAD.test(word)) return { kind: 'quad', text: word, at };
  if (!NUMBER.test(word)) {
    const isEscaped = word.startsWith('\\');
    return { kind: 'word', text: isEscaped ? word.slice(1) : word, at, isEscaped };
  }
  const isOctal = /^0\d/.test(word);
  if (isOctal && /[89]/.test(word)) {
    throw new FilterError(`number ${word} contains non-octal digit`, at);
  }
  const value = isOctal ? Number.parseInt(word, 8) : Number(word);
  if (value > 0xffff_ffff) throw new FilterError(`number ${word} overflows 32 bits`, at);
  return { kind: 'number', text: word, at, value };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  const sticky = new RegExp(pattern.source, 'y');
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}
