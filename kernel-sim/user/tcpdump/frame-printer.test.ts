// SPDX-License-Identifier: GPL-2.0-or-later
/** What Debian's tcpdump 4.99.3 prints for the same frames. */
import { expect, it } from 'vitest';

import {
  arpRequest,
  ascii,
  be16,
  be32,
  ethernet,
  icmpEcho,
  PROTOCOL,
  ipv6Transport,
  tcp,
  udp,
} from '../../lib/packet/testing/frames.ts';
import { FramePrinter, type FrameOptions } from './frame-printer.ts';

const TERSE: FrameOptions = {
  isNumeric: true,
  isQuiet: false,
  verbosity: 0,
  showsLink: false,
  isAbsolute: false,
  times: 'none',
  dump: 'none',
  dumpsLink: false,
};

function lines(frames: readonly Uint8Array[], options: Partial<FrameOptions> = {}): string[] {
  const printer = new FramePrinter({ ...TERSE, ...options });
  return frames.map((bytes) => {
    const frame = { seconds: 3661, nanoseconds: 5_000, lengthBytes: bytes.length, bytes };
    return printer.text(frame, new Map([['10.0.2.2', 'gateway']]));
  });
}

const ECHO = icmpEcho(8, 1);
const QUERY = udp(40_000, 53, [
  ...be16(12_345),
  ...be32(0x0100_0001),
  ...be32(0),
  ...be16(0),
  7,
  ...ascii('gateway'),
  0,
  ...be32(0x0001_0001),
]);

it('tells frames in one line', () => {
  expect(lines([arpRequest('10.0.2.15', '10.0.2.2'), ECHO, icmpEcho(0, 1), QUERY])).toEqual([
    'ARP, Request who-has 10.0.2.2 tell 10.0.2.15, length 28\n',
    'IP 10.0.2.15 > 10.0.2.2: ICMP echo request, id 214, seq 1, length 16\n',
    'IP 10.0.2.2 > 10.0.2.15: ICMP echo reply, id 214, seq 1, length 16\n',
    'IP 10.0.2.15.40000 > 10.0.2.2.53: 12345+ A? gateway. (25)\n',
  ]);
  const solicitation = [135, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x80, ...Array<number>(13).fill(0), 1];
  const addresses = { source: 'fe80::2', destination: 'ff02::1', protocol: PROTOCOL.ICMPV6 };
  expect(lines([ipv6Transport(addresses, solicitation, 2)])).toEqual([
    'IP6 fe80::2 > ff02::1: ICMP6, neighbor solicitation, who has fe80::1, length 24\n',
  ]);
});

it('counts TCP from where the connection began', () => {
  const back = { source: '10.0.2.2', destination: '10.0.2.15' };
  const out = { source: 999, destination: 7777 };
  const home = { source: 7777, destination: 999 };
  const segments = [
    tcp({ ...out, sequence: 1000, flags: 2, options: [2, 4, ...be16(1460)] }),
    tcp({ ...home, sequence: 5000, acknowledged: 1001, flags: 0x12 }, [], back),
    tcp({ ...out, sequence: 1001, acknowledged: 5001, flags: 0x18 }, ascii('hello')),
  ];
  const told = [
    'IP 10.0.2.15.999 > 10.0.2.2.7777: Flags [S], seq 1000, win 64240, ' +
      'options [mss 1460], length 0\n',
    'IP 10.0.2.2.7777 > 10.0.2.15.999: Flags [S.], seq 5000, ack 1001, win 64240, length 0\n',
    'IP 10.0.2.15.999 > 10.0.2.2.7777: Flags [P.], seq 1:6, ack 1, win 64240, length 5\n',
  ];
  expect(lines(segments)).toEqual(told);
  expect(lines(segments, { isAbsolute: true })[2]).toContain('seq 1001:1006, ack 5001,');
  expect(lines(segments, { isQuiet: true })[2]).toBe('IP 10.0.2.15.999 > 10.0.2.2.7777: tcp 5\n');
});

it('tells more when asked, and shows the bytes', () => {
  const link = '52:54:00:12:34:56 > 52:55:0a:00:02:02, ethertype IPv4 (0x0800), length 50: ';
  const head = '(tos 0x0, ttl 64, id 4660, offset 0, flags [none], proto ICMP (1), length 36)';
  expect(lines([ECHO], { verbosity: 1, showsLink: true, times: 'clock' })).toEqual([
    `01:01:01.000005 ${link}${head}\n` +
      '    10.0.2.15 > 10.0.2.2: ICMP echo request, id 214, seq 1, length 16\n',
  ]);
  expect(lines([ECHO], { dump: 'hex+ascii' })[0]).toContain(
    '\n\t0x0020:  6566 6768                                efgh\n',
  );
  expect(lines([QUERY], { isNumeric: false })[0]).toMatch(/^IP \S+\.40000 > gateway\.domain: /);
});

it('stops where a frame is cut off, and shows what it does not know', () => {
  expect(lines([ECHO.subarray(0, 36)])).toEqual([
    'IP truncated-ip - 14 bytes missing! 10.0.2.15 > 10.0.2.2:  [|icmp]\n',
  ]);
  expect(lines([ethernet(0x1234, be32(0x4142_4344))])).toEqual([
    '52:54:00:12:34:56 > 52:55:0a:00:02:02, ethertype Unknown (0x1234), length 18: ' +
      '\n\t0x0000:  4142 4344                                ABCD\n',
  ]);
});
