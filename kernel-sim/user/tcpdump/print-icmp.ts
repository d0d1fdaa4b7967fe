// SPDX-License-Identifier: GPL-2.0-or-later
/** ICMP as tcpdump tells it: RFC 792. Linux: tcpdump's print-icmp.c. */
import { ICMP } from '../../uapi/icmp.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { complement, SUM_OF_GOOD, wordSum } from '../../lib/packet/sum.ts';
import type { Printout } from './printout.ts';

/** Of the message; what an error quotes comes after it. */
const HEADER_BYTES = 8;
const INFORMATION_TYPES: ReadonlySet<number> = new Set([0, 8, 9, 10, 13, 14, 15, 16, 17, 18]);

/** By code, with `%` for the destination of what was sent. */
const UNREACHABLE: Readonly<Record<number, string>> = {
  0: 'net % unreachable',
  1: 'host % unreachable',
  5: '% unreachable - source route failed',
  6: 'net % unreachable - unknown',
  7: 'host % unreachable - unknown',
  8: '% unreachable - source host isolated',
  9: 'net % unreachable - admin prohibited',
  10: 'host % unreachable - admin prohibited',
  11: 'net % unreachable - tos prohibited',
  12: 'host % unreachable - tos prohibited',
  13: 'host % unreachable - admin prohibited filter',
  14: 'host % unreachable - host precedence violation',
  15: 'host % unreachable - precedence cutoff',
};
const REDIRECTS: Readonly<Record<number, string>> = {
  0: 'redirect % to net',
  1: 'redirect % to host',
  2: 'redirect-tos % to net',
  3: 'redirect-tos % to host',
};

/** Prints the packet that an error quotes. */
type PrintQuoted = (at: number, length: number) => void;

export function printIcmp(
  out: Printout,
  at: number,
  length: number,
  isFragment: boolean,
  printQuoted: PrintQuoted,
): void {
  out.protocol = 'icmp';
  const type = out.u8(at);
  out.print(`ICMP ${describe(out, at, type, out.u8(at + 1))}, length ${length}`);
  if (out.options.verbosity === 0) return;
  const isWhole = at + length <= out.bytes.length;
  if (!isFragment && isWhole && wordSum(out.bytes, at, at + length) !== SUM_OF_GOOD) {
    const held = out.u16(at + 2);
    const others = wordSum(out.bytes, at, at + 2);
    const right = complement(wordSum(out.bytes, at + 4, at + length, others));
    out.print(` (wrong icmp cksum ${held.toString(16)} (->${right.toString(16)})!)`);
  }
  if (INFORMATION_TYPES.has(type)) return;
  out.print('\n\t');
  printQuoted(at + HEADER_BYTES, length - HEADER_BYTES);
}

function describe(out: Printout, at: number, type: number, code: number): string {
  switch (type) {
    case ICMP.ECHO:
    case ICMP.ECHOREPLY: {
      const name = type === ICMP.ECHO ? 'request' : 'reply';
      return `echo ${name}, id ${out.u16(at + 4)}, seq ${out.u16(at + 6)}`;
    }
    case ICMP.DEST_UNREACH:
      return unreachable(out, at, code);
    case ICMP.REDIRECT: {
      const [what, to] = [out.ipv4(at + HEADER_BYTES + 16), out.ipv4(at + 4)];
      return `${(REDIRECTS[code] ?? `redirect-#${code} % to net`).replace('%', what)} ${to}`;
    }
    case ICMP.TIME_EXCEEDED:
      if (code === 0) return 'time exceeded in-transit';
      return code === 1 ? 'ip reassembly time exceeded' : `time exceeded-#${code}`;
    case ICMP.PARAMETERPROB:
      if (code !== 0) return `parameter problem - code ${code}`;
      return `parameter problem - octet ${out.u8(at + 4)}`;
    case ICMP.SOURCE_QUENCH:
      return 'source quench';
    default:
      return `type-#${type}`;
  }
}

function unreachable(out: Printout, at: number, code: number): string {
  const quoted = at + HEADER_BYTES;
  const destination = out.ipv4(quoted + 16);
  const protocol = out.u8(quoted + 9);
  if (code === 2) return `${destination} protocol ${protocol} unreachable`;
  if (code === 3) {
    const port = out.u16(quoted + (out.u8(quoted) & 15) * 4 + 2);
    const name = protocol === IPPROTO.TCP ? 'tcp' : protocol === IPPROTO.UDP ? 'udp' : undefined;
    if (name !== undefined) {
      return `${destination} ${name} port ${out.port(port, name)} unreachable`;
    }
    return `${destination} protocol ${protocol} port ${port} unreachable`;
  }
  if (code === 4) {
    const mtu = out.u16(at + 6);
    return `${destination} unreachable - need to frag${mtu === 0 ? '' : ` (mtu ${mtu})`}`;
  }
  return (UNREACHABLE[code] ?? `#${code} % unreachable`).replace('%', destination);
}
