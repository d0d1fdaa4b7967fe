// SPDX-License-Identifier: GPL-2.0-or-later
/** Which sockets are wanted: the part of ss's filters that people type. */
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { parsePorts } from '../support/services.ts';
import type { Listed } from './sockets.ts';

export interface SocketFilter {
  /** Bits 1 << TCP_STATE; undefined where the options decide. */
  readonly states: number | undefined;
  holds(socket: Listed): boolean;
}

const STATES: Readonly<Record<string, number>> = {
  established: TCP_STATE.ESTABLISHED,
  'syn-sent': TCP_STATE.SYN_SENT,
  'syn-recv': TCP_STATE.SYN_RECV,
  'fin-wait-1': TCP_STATE.FIN_WAIT1,
  'fin-wait-2': TCP_STATE.FIN_WAIT2,
  'time-wait': TCP_STATE.TIME_WAIT,
  closed: TCP_STATE.CLOSE,
  'close-wait': TCP_STATE.CLOSE_WAIT,
  'last-ack': TCP_STATE.LAST_ACK,
  listening: TCP_STATE.LISTEN,
  closing: TCP_STATE.CLOSING,
};
const ALL = 0xfff;

type Test = (socket: Listed) => boolean;

/** A text says what is wrong. */
export function parseFilter(words: readonly string[]): SocketFilter | string {
  let states: number | undefined;
  const tests: Test[] = [];
  const left = words.flatMap((word) => word.split(/\s+/)).filter((word) => word !== '');
  while (left.length > 0) {
    const word = left.shift() ?? '';
    if (word === 'and' || word === '&&') continue;
    if (word === 'state') {
      const name = left.shift() ?? '';
      const bits = name === 'all' ? ALL : stateBit(name);
      if (bits === undefined) return `wrong state name: ${name}`;
      states = (states ?? 0) | bits;
      continue;
    }
    if (left[0] === '=' || left[0] === '==' || left[0] === 'eq') left.shift();
    const test = testOf(word, left.shift() ?? '');
    if (typeof test === 'string') return test;
    tests.push(test);
  }
  return { states, holds: (socket) => tests.every((test) => test(socket)) };
}

function stateBit(name: string): number | undefined {
  const state = Object.hasOwn(STATES, name) ? STATES[name] : undefined;
  return state === undefined ? undefined : 1 << state;
}

function testOf(what: string, value: string): Test | string {
  const side = what === 'sport' || what === 'src' ? 'local' : 'peer';
  if (what === 'sport' || what === 'dport') {
    const ports = parsePorts(value.replace(/^:/, ''));
    if (typeof ports === 'string') return `Error: "${value}" is no port.`;
    return (socket) => ports.includes(socket[side].port);
  }
  if (what === 'src' || what === 'dst') {
    const [address = '', port] = value.split(/:(?=\w*$)/);
    const ports = port === undefined || port === '' ? undefined : parsePorts(port);
    if (typeof ports === 'string' || address === '') return `Error: an inet prefix is expected.`;
    return (socket) =>
      socket[side].address === address && (ports?.includes(socket[side].port) ?? true);
  }
  return `bison bellows (while parsing filter): "syntax error!" near ${what}`;
}
