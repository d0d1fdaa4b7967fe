// SPDX-License-Identifier: GPL-2.0-or-later
/** The table of IPv6's routes, as `route -6` and `netstat -6r` show it. Linux: lib/inet6_gr.c. */
import { formatIpv6 } from '../../lib/ip-address.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { RTF } from '../../uapi/rtnetlink.ts';
import type { Libc } from '../libc/libc.ts';
import { nameOf } from '../support/resolve.ts';

const HEADING =
  'Kernel IPv6 routing table\n' +
  'Destination                    Next Hop                   Flag Met Ref  Use If\n';
const ANY = '0'.repeat(32);
const CACHED = 0x0100_0000;

/** Linux: RTF_* of include/uapi/linux/ipv6_route.h, by what net-tools call them. */
const LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [RTF.GATEWAY, 'G'],
  [RTF.HOST, 'H'],
  [0x1_0000, 'D'],
  [0x4_0000, 'A'],
  [CACHED, 'C'],
  [0x40_0000, 'e'],
  [0x20_0000, 'n'],
];

function flagLetters(flags: number): string {
  const first = (flags & RTF.REJECT) !== 0 ? '!' : 'U';
  const rest = LETTERS.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter);
  return first + rest.join('');
}

/** An address without a name is `[::]` where names are asked for. */
function* addressText(c: Libc, digits: string, isNumeric: boolean): Sleeping<string> {
  const text = formatIpv6(digits);
  if (isNumeric) return text;
  return digits === ANY ? '[::]' : ((yield* nameOf(c, text)) ?? text);
}

/** Prints the table: 0, or 1 when there is none to be had. */
export function* showRoutes6(c: Libc, isNumeric: boolean): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/net/ipv6_route');
  if (typeof bytes === 'number') {
    yield* c.err('/proc/net/ipv6_route: No such file or directory\n');
    yield* c.err('INET6 (IPv6) not configured in this system.\n');
    return 1;
  }
  c.out(HEADING);
  for (const line of decodeUtf8(bytes).split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words.length < 10) continue;
    const [destination = ANY, length = '0', , , gateway = ANY, ...rest] = words;
    const [metric = 0, references = 0, use = 0, flags = 0] = rest
      .slice(0, 4)
      .map((word) => Number.parseInt(word, 16));
    const network = yield* addressText(c, destination, isNumeric);
    const hop = yield* addressText(c, gateway, isNumeric);
    const cells = [
      `${network}/${Number.parseInt(length, 16)}`.padEnd(30),
      hop.padEnd(26),
      flagLetters(flags).padEnd(4),
      // It is printed as an int.
      String(metric | 0).padEnd(3),
    ];
    c.out(`${cells.join(' ')} ${references}${String(use).padStart(7)} ${rest[4] ?? ''}\n`);
  }
  return 0;
}
