// SPDX-License-Identifier: GPL-2.0-or-later
/** The command line of tcpdump. Linux: tcpdump's tcpdump.c, main. */
import { SNAPLEN_MAX } from '../../lib/packet/pcap.ts';
import { getopt, type OptionSpec, type ParsedOption } from '../libc/getopt.ts';
import type { FrameOptions } from './frame-printer.ts';
import type { TimeStyle } from './times.ts';

export interface TcpdumpOptions extends FrameOptions {
  /** A name, `any`, or the number that -D tells; undefined: the first one. */
  readonly device: string | undefined;
  /** Infinity: until somebody stops it. */
  readonly count: number;
  readonly writesTo: string | undefined;
  readonly readsFrom: string | undefined;
  readonly listsDevices: boolean;
  readonly isLineBuffered: boolean;
  readonly isPromiscuous: boolean;
  readonly snaplen: number;
  readonly filter: string;
}

/** What ends tcpdump before it begins. */
export interface Refusal {
  readonly error: string;
  readonly status: number;
}

export const TCPDUMP_OPTIONS: OptionSpec = {
  short: 'AXDc:ehi:lnpqr:s:StUvw:x',
  long: {
    help: 'h',
    version: 'V',
    interface: 'i:',
    'list-interfaces': 'D',
    'no-promiscuous-mode': 'p',
    'snapshot-length': 's:',
    'absolute-tcp-sequence-numbers': 'S',
    'packet-buffered': 'U',
  },
};

const VERSION = 'tcpdump version 4.99.3\nlibpcap version 1.10.3\n';
/** Of tcpdump's own, what of it is here. */
const USAGE = `${VERSION}Usage: tcpdump [-ADehlnpqStUvxX] [ -c count ] [ -i interface ]
\t\t[ -r file ] [ -s snaplen ] [ --version ] [ -w file ] [ expression ]
`;
const TIMES: readonly TimeStyle[] = ['clock', 'none', 'epoch', 'since-last', 'date', 'since-first'];

export function parseTcpdump(argv: readonly string[]): TcpdumpOptions | Refusal {
  const parsed = getopt(argv, { ...TCPDUMP_OPTIONS, posixly: true });
  if ('error' in parsed) return { error: `${parsed.error}\n${USAGE}`, status: 1 };
  const { options } = parsed;
  const times = (name: string): number => options.filter((option) => option.name === name).length;
  const valueOf = (name: string): string | undefined => {
    return options.findLast((option) => option.name === name)?.value;
  };
  if (times('h') > 0) return { error: USAGE, status: 0 };
  if (times('V') > 0) return { error: VERSION, status: 0 };
  const count = numberOf(valueOf('c'), Infinity);
  if (!(count > 0)) return failure(`invalid packet count ${valueOf('c')}`);
  const snaplen = numberOf(valueOf('s'), SNAPLEN_MAX);
  if (!(snaplen >= 0 && snaplen <= SNAPLEN_MAX)) {
    return failure(`invalid snaplen ${valueOf('s')} (must be >= 0 and <= ${SNAPLEN_MAX})`);
  }
  const style = TIMES[times('t')];
  if (style === undefined) return failure('only -t, -tt, -ttt, -tttt, and -ttttt are supported');
  return {
    device: valueOf('i'),
    count,
    writesTo: valueOf('w'),
    readsFrom: valueOf('r'),
    listsDevices: times('D') > 0,
    isLineBuffered: times('l') + times('U') > 0,
    isPromiscuous: times('p') === 0,
    snaplen: snaplen === 0 ? SNAPLEN_MAX : snaplen,
    filter: parsed.operands.join(' '),
    isNumeric: times('n') > 0,
    isQuiet: times('q') > 0,
    verbosity: times('v'),
    showsLink: times('e') > 0,
    isAbsolute: times('S') > 0,
    times: style,
    ...dumpOf(options),
  };
}

function dumpOf(options: readonly ParsedOption[]): Pick<FrameOptions, 'dump' | 'dumpsLink'> {
  const count = (name: string): number => options.filter((option) => option.name === name).length;
  const [hex, both, ascii] = [count('x'), count('X'), count('A')];
  const dump = both > 0 ? 'hex+ascii' : hex > 0 ? 'hex' : ascii > 0 ? 'ascii' : 'none';
  const most = { 'hex+ascii': both, hex, ascii, none: 0 }[dump];
  return { dump, dumpsLink: most > 1 };
}

/** NaN for what is no number. */
function numberOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function failure(message: string): Refusal {
  return { error: `tcpdump: ${message}\n`, status: 1 };
}
