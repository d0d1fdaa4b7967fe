// SPDX-License-Identifier: GPL-2.0-or-later
/** Numbers in filters: `tcp[tcpflags] & tcp-syn`, `len`, `ip[2:2] - 20`. */
import { BPF, BPF_MEMWORDS, type BpfInstruction } from './bpf.ts';
import {
  and,
  ETHER_TYPES,
  etherType,
  fieldIs,
  instruction,
  IP_PROTOCOLS,
  ipv4Protocol,
  isFirstFragment,
  not,
  sizeCode,
  type Test,
} from './filter-tests.ts';
import { FilterError, syntaxError } from './filter-tokens.ts';

/** A number that a frame has. */
export type Arithmetic =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'length' }
  | { readonly kind: 'negative'; readonly of: Arithmetic }
  | {
      readonly kind: 'operation';
      readonly code: number;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
    }
  /** `protocol[index:size]`. */
  | {
      readonly kind: 'bytes';
      readonly protocol: string;
      readonly index: Arithmetic;
      readonly size: 1 | 2 | 4;
    };

/** Names that stand for numbers. */
// prettier-ignore
export const CONSTANTS: Readonly<Record<string, number>> = {
  icmptype: 0, icmpcode: 1, icmp6type: 0, icmp6code: 1, tcpflags: 13,
  'icmp-echoreply': 0, 'icmp-unreach': 3, 'icmp-sourcequench': 4, 'icmp-redirect': 5,
  'icmp-echo': 8, 'icmp-routeradvert': 9, 'icmp-routersolicit': 10, 'icmp-timxceed': 11,
  'icmp-paramprob': 12, 'icmp-tstamp': 13, 'icmp-tstampreply': 14, 'icmp-ireq': 15,
  'icmp-ireqreply': 16, 'icmp-maskreq': 17, 'icmp-maskreply': 18,
  'icmp6-destinationunreach': 1, 'icmp6-packettoobig': 2, 'icmp6-timeexceeded': 3,
  'icmp6-parameterproblem': 4, 'icmp6-echo': 128, 'icmp6-echoreply': 129,
  'icmp6-routersolicit': 133, 'icmp6-routeradvert': 134, 'icmp6-neighborsolicit': 135,
  'icmp6-neighboradvert': 136, 'icmp6-redirect': 137,
  'tcp-fin': 1, 'tcp-syn': 2, 'tcp-rst': 4, 'tcp-push': 8, 'tcp-ack': 16, 'tcp-urg': 32,
  'tcp-ece': 64, 'tcp-cwr': 128,
};

/** Protocols whose bytes can be asked for. */
// prettier-ignore
export const INDEXED: ReadonlySet<string> = new Set([
  'ether', 'link', 'ip', 'ip6', 'arp', 'rarp',
  'tcp', 'udp', 'sctp', 'icmp', 'igmp', 'icmp6',
]);

const JUMPS: Readonly<Record<string, readonly [jump: number, isNegated: boolean]>> = {
  '=': [BPF.JEQ, false],
  '==': [BPF.JEQ, false],
  '!=': [BPF.JEQ, true],
  '>': [BPF.JGT, false],
  '>=': [BPF.JGE, false],
  '<': [BPF.JGE, true],
  '<=': [BPF.JGT, true],
};

export function isRelation(text: string): boolean {
  return Object.hasOwn(JUMPS, text);
}

/** `left text right`; frames that do not have what is spoken of do not pass. */
export function relation(left: Arithmetic, text: string, right: Arithmetic): Test {
  const [jump, isNegated] = JUMPS[text] ?? [BPF.JEQ, false];
  const test: Test =
    right.kind === 'constant'
      ? { kind: 'leaf', load: codeOf(left, 0), jump, k: right.value }
      : { kind: 'leaf', load: withRight(left, right, 0), jump: jump | BPF.X, k: 0 };
  const compared = isNegated ? not(test) : test;
  const needed = [...needsOf(left), ...needsOf(right)];
  const [first, ...rest] = [...needed, compared];
  return and(first ?? compared, ...rest);
}

/** Left in A, right in X. */
function withRight(left: Arithmetic, right: Arithmetic, slot: number): BpfInstruction[] {
  if (slot >= BPF_MEMWORDS) throw new FilterError('expression is nested too deeply', 0);
  return [
    ...codeOf(right, slot),
    instruction(BPF.ST, slot),
    ...codeOf(left, slot + 1),
    instruction(BPF.LDX | BPF.W | BPF.MEM, slot),
  ];
}

/** Leaves the number in A; `slot` and those after it are free. */
function codeOf(number: Arithmetic, slot: number): BpfInstruction[] {
  switch (number.kind) {
    case 'constant':
      return [instruction(BPF.LD | BPF.W | BPF.IMM, number.value)];
    case 'length':
      return [instruction(BPF.LD | BPF.W | BPF.LEN)];
    case 'negative':
      return [...codeOf(number.of, slot), instruction(BPF.ALU | BPF.NEG)];
    case 'operation': {
      const { code, left, right } = number;
      if (right.kind === 'constant') {
        if (right.value === 0 && (code === BPF.DIV || code === BPF.MOD)) {
          throw new FilterError(code === BPF.DIV ? 'division by zero' : 'modulus by zero', 0);
        }
        return [...codeOf(left, slot), instruction(BPF.ALU | code | BPF.K, right.value)];
      }
      return [...withRight(left, right, slot), instruction(BPF.ALU | code | BPF.X)];
    }
    case 'bytes':
      return bytesCode(number.protocol, number.index, sizeCode(number.size), slot);
  }
}

function bytesCode(
  protocol: string,
  index: Arithmetic,
  size: number,
  slot: number,
): BpfInstruction[] {
  const base = baseOf(protocol);
  const isBehindIpv4 = base === undefined;
  const offset = base ?? 14;
  const header = instruction(BPF.LDX | BPF.B | BPF.MSH, 14);
  if (index.kind === 'constant') {
    const at = offset + index.value;
    return isBehindIpv4
      ? [header, instruction(BPF.LD | size | BPF.IND, at)]
      : [instruction(BPF.LD | size | BPF.ABS, at)];
  }
  const indexCode = codeOf(index, slot);
  const added = isBehindIpv4 ? [header, instruction(BPF.ALU | BPF.ADD | BPF.X)] : [];
  const toX = instruction(BPF.MISC | BPF.TAX);
  return [...indexCode, ...added, toX, instruction(BPF.LD | size | BPF.IND, offset)];
}

/** Where a protocol's header begins; undefined: behind the header of IPv4. */
function baseOf(protocol: string): number | undefined {
  if (protocol === 'ether' || protocol === 'link') return 0;
  if (ETHER_TYPES[protocol] !== undefined) return 14;
  return protocol === 'icmp6' ? 54 : undefined;
}

/** What must hold before any of the numbers in it means something. */
function needsOf(number: Arithmetic): readonly Test[] {
  switch (number.kind) {
    case 'constant':
    case 'length':
      return [];
    case 'negative':
      return needsOf(number.of);
    case 'operation':
      return [...needsOf(number.left), ...needsOf(number.right)];
    case 'bytes':
      return [...needsOf(number.index), ...protocolNeeds(number.protocol)];
  }
}

function protocolNeeds(protocol: string): readonly Test[] {
  if (protocol === 'ether' || protocol === 'link') return [];
  const type = ETHER_TYPES[protocol];
  if (type !== undefined) return [etherType(type)];
  const number = IP_PROTOCOLS[protocol];
  if (number === undefined) throw syntaxError(0);
  if (protocol === 'icmp6') return [etherType(0x86dd), fieldIs(20, 1, number)];
  return [ipv4Protocol(number), isFirstFragment()];
}
