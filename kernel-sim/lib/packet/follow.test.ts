// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { dissect, type PacketFlow } from './dissect.ts';
import { compileFilter } from './filter.ts';
import { conversationFilter, followStream } from './follow.ts';
import { ascii, tcp, udp } from './testing/frames.ts';

const SYN = 0x02;
const ACK = 0x10;
const BEGIN = 0xffff_fffd;

function sent(text: string, offset: number, flags = ACK): Uint8Array {
  const sequence = (BEGIN + offset) >>> 0;
  return tcp({ source: 4000, destination: 80, sequence, flags }, ascii(text));
}

function answered(text: string, sequence: number): Uint8Array {
  const addresses = { source: '10.0.2.2', destination: '10.0.2.15' };
  return tcp({ source: 80, destination: 4000, sequence, flags: ACK }, ascii(text), addresses);
}

function flowOf(frame: Uint8Array): PacketFlow {
  const { flow } = dissect(frame);
  if (flow === undefined) throw new Error('no conversation');
  return flow;
}

function said(frames: readonly Uint8Array[]): readonly string[] {
  return followStream(frames, flowOf(frames[0]!)).map(({ isFromSource, bytes, missingBytes }) => {
    const missing = missingBytes === 0 ? '' : `(${missingBytes} missing) `;
    return `${isFromSource ? '>' : '<'} ${missing}${String.fromCharCode(...bytes)}`;
  });
}

it('puts TCP in order, each byte once, over the end of the numbers', () => {
  const frames = [
    sent('', -1, SYN),
    sent('GET ', 0),
    answered('late', 100),
    sent('HTTP', 6),
    sent('GET / ', 0),
    sent('/ ', 4),
    answered('r', 104),
  ];
  expect(said(frames)).toEqual(['> GET ', '< late', '> / ', '> HTTP', '< r']);
});

it('says what was never seen', () => {
  expect(said([sent('', -1, SYN), sent('ab', 0), sent('ef', 4), sent('gh', 6)])).toEqual([
    '> ab',
    '> (2 missing) ef',
    '> gh',
  ]);
});

it('leaves datagrams as they are, and other conversations out', () => {
  const other = udp(1, 3, ascii('other'));
  const back = udp(2, 1, ascii('b'), { source: '10.0.2.2', destination: '10.0.2.15' });
  expect(said([udp(1, 2, ascii('a')), other, back, sent('x', 0)])).toEqual(['> a', '< b']);
});

it('has a filter for one conversation', () => {
  expect(compileFilter(conversationFilter(flowOf(sent('', 0))))).toHaveProperty('program');
});
