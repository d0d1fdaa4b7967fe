// SPDX-License-Identifier: GPL-2.0-or-later
/** The command line of ping. Linux: iputils' ping/ping.c, main. */
import { AF } from '../../uapi/socket.ts';
import { IP_PMTUDISC } from '../../uapi/in.ts';
import { getopt, type OptionSpec, type ParsedOption } from '../libc/getopt.ts';
import { PING_HELP } from './help.ts';

export interface PingOptions {
  family: number;
  isAdaptive: boolean;
  isAudible: boolean;
  /** The source stays that of the first request. */
  isSticky: boolean;
  mayBroadcast: boolean;
  /** Infinity: until somebody stops it. */
  count: number;
  hasTimestamps: boolean;
  isFlood: boolean;
  /** A device's name or an address. */
  from: string | undefined;
  intervalMs: number;
  preload: number;
  discovery: number | undefined;
  isNumeric: boolean;
  tellsOutstanding: boolean;
  pattern: readonly number[] | undefined;
  isQuiet: boolean;
  trafficClass: number | undefined;
  dataBytes: number;
  ttl: number | undefined;
  /** All ends after so long; Infinity without -w. */
  deadlineMs: number;
  /** How long the last answers are waited for. */
  lingerMs: number;
  target: string;
}

/** What ends ping before it begins. */
export interface PingFailure {
  readonly error: string;
  readonly status: number;
}

export const PING_OPTIONS: OptionSpec = {
  short: '46AaBbc:DfhI:i:l:M:nOp:qQ:s:t:UVw:W:',
};
const USAGE_STATUS = 2;
const DEFAULT_DATA_BYTES = 56;
const DEFAULT_INTERVAL_MS = 1000;
const DEFAULT_LINGER_MS = 10_000;
const INT_MAX = 2 ** 31 - 1;
const VERSION = 'ping from iputils 20221126\n';

function fail(message: string, status = 1): PingFailure {
  return { error: `ping: ${message}\n`, status };
}

/** A whole number between two bounds, with iputils' complaints. */
function integer(
  text: string,
  least: number,
  most: number,
  shownMost = String(most),
): number | PingFailure {
  if (!/^[ \t]*[-+]?(?:0[xX][\da-fA-F]+|\d+)$/.test(text)) {
    return fail(`invalid argument: '${text}'`);
  }
  const value = Number(text);
  if (value < least || value > most) {
    return fail(`invalid argument: '${text}': out of range: ${least} <= value <= ${shownMost}`);
  }
  return value;
}

function real(text: string): number | undefined {
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}

const DISCOVERIES: Readonly<Record<string, number>> = {
  do: IP_PMTUDISC.DO,
  dont: IP_PMTUDISC.DONT,
  want: IP_PMTUDISC.WANT,
};

/** Options that take nothing. */
const SWITCHES: Readonly<Record<string, (options: PingOptions) => void>> = {
  4: (options) => void (options.family = AF.INET),
  6: (options) => void (options.family = AF.INET6),
  A: (options) => void (options.isAdaptive = true),
  a: (options) => void (options.isAudible = true),
  B: (options) => void (options.isSticky = true),
  b: (options) => void (options.mayBroadcast = true),
  D: (options) => void (options.hasTimestamps = true),
  f: (options) => {
    options.isFlood = true;
    options.intervalMs = 0;
  },
  n: (options) => void (options.isNumeric = true),
  O: (options) => void (options.tellsOutstanding = true),
  q: (options) => void (options.isQuiet = true),
  // Times are always taken where the program is: there is no other.
  U: () => undefined,
};

export function parsePing(
  argv: readonly string[],
): PingOptions | PingFailure | { readonly text: string; readonly status: number } {
  const parsed = getopt(argv, PING_OPTIONS);
  if ('error' in parsed) return { error: `${parsed.error}\n${PING_HELP}`, status: USAGE_STATUS };
  const options: PingOptions = {
    family: AF.UNSPEC,
    isAdaptive: false,
    isAudible: false,
    isSticky: false,
    mayBroadcast: false,
    count: Infinity,
    hasTimestamps: false,
    isFlood: false,
    from: undefined,
    intervalMs: DEFAULT_INTERVAL_MS,
    preload: 1,
    discovery: undefined,
    isNumeric: false,
    tellsOutstanding: false,
    pattern: undefined,
    isQuiet: false,
    trafficClass: undefined,
    dataBytes: DEFAULT_DATA_BYTES,
    ttl: undefined,
    deadlineMs: Infinity,
    lingerMs: DEFAULT_LINGER_MS,
    target: '',
  };
  for (const option of parsed.options) {
    if (option.name === 'h') return { error: PING_HELP, status: USAGE_STATUS };
    if (option.name === 'V') return { text: VERSION, status: 0 };
    const simple = SWITCHES[option.name];
    const failure = simple === undefined ? takeValue(options, option) : simple(options);
    if (failure !== undefined) return failure;
  }
  const target = parsed.operands.at(-1);
  if (target === undefined) return fail('usage error: Destination address required');
  options.target = target;
  return options;
}

function takeValue(
  options: PingOptions,
  { name, value = '' }: ParsedOption,
): PingFailure | undefined {
  switch (name) {
    case 'c':
      return set(integer(value, 1, 2 ** 63, '9223372036854775807'), (it) => (options.count = it));
    case 'I':
      options.from = value;
      return undefined;
    case 'i': {
      const seconds = real(value);
      if (seconds === undefined || seconds < 0) {
        return fail(`bad timing interval: ${value}`, USAGE_STATUS);
      }
      options.intervalMs = seconds * 1000;
      return undefined;
    }
    case 'W': {
      const seconds = real(value);
      if (seconds === undefined || seconds < 0) {
        return fail(`bad linger time: ${value}`, USAGE_STATUS);
      }
      options.lingerMs = seconds === 0 ? DEFAULT_LINGER_MS : seconds * 1000;
      return undefined;
    }
    case 'w':
      return set(integer(value, 0, INT_MAX), (it) => {
        options.deadlineMs = it === 0 ? Infinity : it * 1000;
      });
    case 'l':
      return set(integer(value, 1, 65_536), (it) => (options.preload = it));
    case 'M':
      options.discovery = DISCOVERIES[value];
      return options.discovery === undefined
        ? fail(`invalid -M argument: ${value}`, USAGE_STATUS)
        : undefined;
    case 'p':
      return takePattern(options, value);
    case 'Q':
      return set(integer(value, 0, 255), (it) => (options.trafficClass = it));
    case 's':
      return set(integer(value, 0, INT_MAX), (it) => (options.dataBytes = it));
    default:
      return set(integer(value, 0, 255), (it) => (options.ttl = it));
  }
}

function set(value: number | PingFailure, store: (value: number) => void): PingFailure | undefined {
  if (typeof value !== 'number') return value;
  store(value);
  return undefined;
}

const PATTERN_BYTES = 16;

function takePattern(options: PingOptions, text: string): PingFailure | undefined {
  if (!/^[\da-fA-F]+$/.test(text)) {
    return fail(`patterns must be specified as hex digits: ${text}`, USAGE_STATUS);
  }
  const pairs = text.match(/[\da-fA-F]{1,2}/g) ?? [];
  options.pattern = pairs.slice(0, PATTERN_BYTES).map((pair) => Number.parseInt(pair, 16));
  return undefined;
}
