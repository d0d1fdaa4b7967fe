// SPDX-License-Identifier: GPL-2.0-or-later
/** Both forms of capture files, read back here and by tshark, where it is installed. */
import { describe, expect, it } from 'vitest';

import { judge, whyNoTshark } from '../../../tests/support/tshark.ts';
import { pcapHeader, pcapRecord, readPcap } from './pcap.ts';
import { readPcapng, writePcapng, type PcapngFrame } from './pcapng.ts';
import { arpRequest, ascii, icmpEcho, tcp, udp } from './testing/frames.ts';

const BYTES = [
  arpRequest('10.0.2.15', '10.0.2.2'),
  icmpEcho(8, 1),
  icmpEcho(0, 1),
  udp(5000, 6000, ascii('hello')),
  tcp({ source: 40_000, destination: 9, sequence: 1, flags: 2 }),
];
const FRAMES: readonly PcapngFrame[] = BYTES.map((bytes, n) => frameOf(bytes, n));

function frameOf(bytes: Uint8Array, n: number): PcapngFrame {
  const comment = n === 1 ? { comment: 'sent by ringnic.ts:12 — “first”' } : {};
  return {
    device: n === 0 ? 'lo' : 'eth0',
    direction: n === 2 ? 'rx' : 'tx',
    seconds: 1_700_000_000 + n,
    nanoseconds: 999_999_000 + n * 7,
    lengthBytes: bytes.length,
    bytes,
    ...comment,
  };
}

function pcapFile(isNano: boolean): Uint8Array {
  const parts = [pcapHeader({ isNano }), ...FRAMES.map((frame) => pcapRecord(frame, isNano))];
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

describe('capture files', () => {
  it('come back as they were written', () => {
    expect(readPcapng(writePcapng(FRAMES, { application: 'ringzero', os: 'Ring Zero' }))).toEqual(
      FRAMES,
    );
    const { frames, isCutOff, linkType } = readPcap(pcapFile(true)) ?? {};
    expect({ isCutOff, linkType }).toEqual({ isCutOff: false, linkType: 1 });
    expect(frames?.map(({ nanoseconds }) => nanoseconds)).toEqual(
      FRAMES.map(({ nanoseconds }) => nanoseconds),
    );
    expect(readPcap(pcapFile(false))?.frames[1]?.nanoseconds).toBe(999_999_000);
  });

  it('are read in the other byte order', () => {
    const file = pcapFile(false).slice(0, 24 + 16 + 42);
    for (const [at, width] of [
      [0, 4],
      [4, 2],
      [6, 2],
      [16, 4],
      [20, 4],
      [24, 4],
      [28, 4],
      [32, 4],
      [36, 4],
    ] as const) {
      file.subarray(at, at + width).reverse();
    }
    expect(readPcap(file)?.frames[0]).toMatchObject({ seconds: 1_700_000_000, lengthBytes: 42 });
  });

  it('are refused, or read as far as they go, when they are not whole', () => {
    expect(readPcap(Uint8Array.from(ascii('no capture at all, of no kind')))).toBeUndefined();
    expect(readPcapng(Uint8Array.from(ascii('no capture at all, of no kind')))).toBeUndefined();
    const file = pcapFile(false);
    const whole = writePcapng(FRAMES);
    for (let length = 0; length < whole.length; length += 3) {
      expect(
        readPcap(file.subarray(0, Math.min(length, file.length - 1)))?.frames.length ?? 0,
      ).toBeLessThan(5);
      expect(readPcapng(whole.slice(0, length))?.length ?? 0).toBeLessThan(5);
    }
    expect(readPcap(file.subarray(0, -1))?.isCutOff).toBe(true);
  });
});

const missing = whyNoTshark();

describe.skipIf(missing !== undefined)(`tshark${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('finds nothing wrong in either form, and what is wrong in a third', () => {
    const frames = judge(writePcapng(FRAMES));
    expect(frames.map(({ device }) => device)).toEqual(['lo', 'eth0', 'eth0', 'eth0', 'eth0']);
    expect(frames.map(({ time }) => time)).toEqual(
      FRAMES.map(({ seconds, nanoseconds }) => `${seconds}.${nanoseconds}`),
    );
    expect(frames[1]?.comment).toBe(FRAMES[1]?.comment);
    const good = [false, false, false, false, false];
    expect(frames.map(({ isWrong }) => isWrong)).toEqual(good);
    expect(judge(pcapFile(true)).map(({ isWrong }) => isWrong)).toEqual(good);
    const bytes = BYTES[4]!.slice();
    bytes[30]! ^= 1;
    const broken = judge(writePcapng(FRAMES.with(4, frameOf(bytes, 4))));
    expect(broken.map(({ isWrong }) => isWrong)).toEqual(good.with(4, true));
  });
});
