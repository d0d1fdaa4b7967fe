// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The command line of traceroute. It has a parser of its own, with words of its own: a long option
 * takes its argument behind `=` only, and a complaint says which word of the line it means.
 *
 * Counterpart: traceroute 2.1, libsupp/clif.c and traceroute/traceroute.c.
 */
import { AF } from '../../uapi/socket.ts';
import { TRACEROUTE_HELP } from './help.ts';

export type MethodName = 'default' | 'icmp' | 'tcp' | 'udp';

export interface TraceOptions {
  family: number;
  method: MethodName;
  firstHop: number;
  maxHops: number;
  probesPerHop: number;
  /** Probes that are on their way at once. */
  atOnce: number;
  isNumeric: boolean;
  dontFragment: boolean;
  dontRoute: boolean;
  isDebug: boolean;
  showsWayBack: boolean;
  device: string | undefined;
  source: string | undefined;
  /** Undefined: what the method has. */
  port: number | undefined;
  sourcePort: number;
  tos: number | undefined;
  waitSeconds: number;
  hereFactor: number;
  nearFactor: number;
  gapSeconds: number;
  host: string;
  packetBytes: number | undefined;
}

/** What ends traceroute before it begins: help and version on standard output, or a complaint. */
export interface TraceEnd {
  readonly text: string;
  readonly status: 0 | 1 | 2;
}

const HOPS_MAX = 255;
const PROBES_MAX = 10;
const PACKET_BYTES_MAX = 65_000;
const STATUS_MISUSE = 2;
/** Larger values of -z are milliseconds. */
const GAP_SECONDS_MAX = 10;
const METHODS: ReadonlySet<string> = new Set(['default', 'icmp', 'tcp', 'udp']);
const VERSION = `Modern traceroute for Linux, version 2.1.2
Copyright (c) 2016  Dmitry Butskoy,   License: GPL v2 or any later
`;

function misuse(text: string): TraceEnd {
  return { text: `${text}\n`, status: STATUS_MISUSE };
}

/** `false`: the argument makes no sense. */
type Take = (options: TraceOptions, value: string) => boolean;

interface Option {
  readonly letter?: string;
  readonly word?: string;
  /** What its argument is called; without it there is none. */
  readonly argument?: string;
  readonly take: Take;
}

function flag(take: (options: TraceOptions) => void): Take {
  return (options) => {
    take(options);
    return true;
  };
}

function number(take: (options: TraceOptions, value: number) => void): Take {
  return (options, text) => {
    const isNumber = /^\s*[-+]?(0[xX][\da-fA-F]+|\d+)$/.test(text);
    if (isNumber) take(options, Number(text));
    return isNumber;
  };
}

function decimal(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined;
}

const OPTIONS: readonly Option[] = [
  { letter: '4', take: flag((it) => (it.family = AF.INET)) },
  { letter: '6', take: flag((it) => (it.family = AF.INET6)) },
  { letter: 'd', word: 'debug', take: flag((it) => (it.isDebug = true)) },
  { letter: 'F', word: 'dont-fragment', take: flag((it) => (it.dontFragment = true)) },
  {
    letter: 'f',
    word: 'first',
    argument: 'first_ttl',
    take: number((it, value) => (it.firstHop = value)),
  },
  { letter: 'I', word: 'icmp', take: flag((it) => (it.method = 'icmp')) },
  { letter: 'T', word: 'tcp', take: flag((it) => (it.method = 'tcp')) },
  { letter: 'U', word: 'udp', take: flag((it) => (it.method = 'udp')) },
  {
    letter: 'i',
    word: 'interface',
    argument: 'device',
    take: (it, value) => (it.device = value) !== '',
  },
  {
    letter: 'm',
    word: 'max-hops',
    argument: 'max_ttl',
    take: number((it, value) => (it.maxHops = value)),
  },
  {
    letter: 'N',
    word: 'sim-queries',
    argument: 'squeries',
    take: number((it, value) => (it.atOnce = Math.max(1, value))),
  },
  { letter: 'n', take: flag((it) => (it.isNumeric = true)) },
  { letter: 'p', word: 'port', argument: 'port', take: number((it, value) => (it.port = value)) },
  { letter: 't', word: 'tos', argument: 'tos', take: number((it, value) => (it.tos = value)) },
  { letter: 'w', word: 'wait', argument: 'MAX,HERE,NEAR', take: takeWait },
  {
    letter: 'q',
    word: 'queries',
    argument: 'nqueries',
    take: number((it, value) => (it.probesPerHop = value)),
  },
  { letter: 'r', take: flag((it) => (it.dontRoute = true)) },
  {
    letter: 's',
    word: 'source',
    argument: 'src_addr',
    take: (it, value) => (it.source = value) !== '',
  },
  {
    letter: 'z',
    word: 'sendwait',
    argument: 'sendwait',
    take: (it, text) => {
      const value = decimal(text);
      it.gapSeconds = value ?? 0;
      return value !== undefined;
    },
  },
  // No router here adds extensions.
  { letter: 'e', word: 'extensions', take: flag(() => undefined) },
  {
    letter: 'M',
    word: 'module',
    argument: 'name',
    take: (it, value) => (it.method = value as MethodName) !== undefined,
  },
  {
    word: 'sport',
    argument: 'num',
    take: number((it, value) => {
      it.sourcePort = value & 0xffff;
      it.atOnce = 1;
    }),
  },
  { word: 'back', take: flag((it) => (it.showsWayBack = true)) },
];

function takeWait(options: TraceOptions, text: string): boolean {
  const values = text.split(',').map(decimal);
  if (values.length > 3 || values.includes(undefined)) return false;
  const [most, here = 0, near = 0] = values as [number, ...number[]];
  Object.assign(options, { waitSeconds: most, hereFactor: here, nearFactor: near });
  return true;
}

export function parseTraceroute(argv: readonly string[]): TraceOptions | TraceEnd {
  if (argv.length === 1) return { text: TRACEROUTE_HELP, status: 0 };
  const options: TraceOptions = {
    family: argv[0]?.endsWith('6') === true ? AF.INET6 : AF.UNSPEC,
    method: 'default',
    firstHop: 1,
    maxHops: 30,
    probesPerHop: 3,
    atOnce: 16,
    isNumeric: false,
    dontFragment: false,
    dontRoute: false,
    isDebug: false,
    showsWayBack: false,
    device: undefined,
    source: undefined,
    port: undefined,
    sourcePort: 0,
    tos: undefined,
    waitSeconds: 5,
    hereFactor: 3,
    nearFactor: 10,
    gapSeconds: 0,
    host: '',
    packetBytes: undefined,
  };
  const words: string[] = [];
  let takesOptions = true;
  for (let index = 1; index < argv.length; index++) {
    const word = argv[index]!;
    if (takesOptions && word === '--') {
      takesOptions = false;
    } else if (takesOptions && word.startsWith('--')) {
      const end = takeLong(options, word, index);
      if (end !== undefined) return end;
    } else if (takesOptions && word.startsWith('-') && word !== '-') {
      const taken = takeLetters(options, argv, index);
      if (typeof taken !== 'number') return taken;
      index = taken;
    } else {
      const end = takeOperand(options, words.push(word), word, index);
      if (end !== undefined) return end;
    }
  }
  if (words.length === 0) return misuse('Specify "host" missing argument.');
  return check(options) ?? options;
}

function takeLong(options: TraceOptions, text: string, index: number): TraceEnd | undefined {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? undefined : text.slice(equals + 1);
  if (name === '--help') return { text: TRACEROUTE_HELP, status: 0 };
  if (name === '--version') return { text: VERSION, status: 0 };
  const option = OPTIONS.find(({ word }) => word !== undefined && `--${word}` === name);
  if (option === undefined || (option.argument === undefined && value !== undefined)) {
    const given = value === undefined ? '' : ` (with arg \`${value}')`;
    return misuse(`Bad option \`${text}'${given} (argc ${index})`);
  }
  if (option.argument !== undefined && value === undefined) {
    const shown = `${name}=${option.argument}`;
    return misuse(`Option \`${name}' (argc ${index}) requires an argument: \`${shown}'`);
  }
  if (option.take(options, value ?? '')) return undefined;
  return misuse(`Cannot handle \`${name}' option with arg \`${value}' (argc ${index})`);
}

/** Answers the index of the last word that it has used. */
function takeLetters(
  options: TraceOptions,
  argv: readonly string[],
  index: number,
): number | TraceEnd {
  const word = argv[index]!;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    if (letter === 'V') return { text: VERSION, status: 0 };
    const option = OPTIONS.find((it) => it.letter === letter);
    if (option === undefined) return misuse(`Bad option \`-${letter}' (argc ${index})`);
    if (option.argument === undefined) {
      option.take(options, '');
      continue;
    }
    const rest = word.slice(at + 1);
    const used = rest === '' ? index + 1 : index;
    const value = rest === '' ? argv[used] : rest;
    if (value === undefined) {
      const shown = `-${letter} ${option.argument}`;
      return misuse(`Option \`-${letter}' (argc ${index}) requires an argument: \`${shown}'`);
    }
    if (option.take(options, value)) return used;
    return misuse(`Cannot handle \`-${letter}' option with arg \`${value}' (argc ${used})`);
  }
  return index;
}

function takeOperand(
  options: TraceOptions,
  position: number,
  word: string,
  index: number,
): TraceEnd | undefined {
  if (position > 2) {
    return misuse(`Extra arg \`${word}' (position ${position}, argc ${index})`);
  }
  if (position === 1) {
    options.host = word;
    return undefined;
  }
  if (number((it, value) => (it.packetBytes = value))(options, word)) return undefined;
  const where = `cmdline arg \`${word}' on position 2 (argc ${index})`;
  return misuse(`Cannot handle "packetlen" ${where}`);
}

function check(options: TraceOptions): TraceEnd | undefined {
  const { firstHop, maxHops, probesPerHop, waitSeconds, hereFactor, nearFactor } = options;
  if (!METHODS.has(options.method)) {
    return misuse(`Unknown traceroute module ${options.method}`);
  }
  if (firstHop < 1 || firstHop > maxHops) return misuse('first hop out of range');
  if (maxHops > HOPS_MAX) return misuse(`max hops cannot be more than ${HOPS_MAX}`);
  if (probesPerHop < 1 || probesPerHop > PROBES_MAX) {
    return misuse(`no more than ${PROBES_MAX} probes per hop`);
  }
  if (waitSeconds < 0 || hereFactor < 0 || nearFactor < 0) {
    return misuse(`bad wait specifications \`${waitSeconds},${hereFactor},${nearFactor}' used`);
  }
  if ((options.packetBytes ?? 0) > PACKET_BYTES_MAX) {
    return misuse(`too big packetlen ${options.packetBytes} specified`);
  }
  if (options.gapSeconds < 0) return misuse(`bad sendtime \`${options.gapSeconds}' specified`);
  if (options.gapSeconds > GAP_SECONDS_MAX) options.gapSeconds /= 1000;
  return undefined;
}
