// SPDX-License-Identifier: GPL-2.0-or-later
/** The command line of iperf3. Counterpart: iperf 3.12, iperf_parse_arguments. */
import { AF } from '../../uapi/socket.ts';
import { getopt, type OptionSpec } from '../libc/getopt.ts';
import { IPERF3_HELP } from './help.ts';
import { parseAmount } from './units.ts';

export const IPERF3_OPTIONS: OptionSpec = {
  short: 'p:f:i:B:VJvhsD1c:ub:t:n:k:l:P:Rw:C:M:N46S:',
  long: {
    port: 'p:',
    format: 'f:',
    interval: 'i:',
    bind: 'B:',
    verbose: 'V',
    json: 'J',
    forceflush: 'forceflush',
    version: 'v',
    help: 'h',
    server: 's',
    daemon: 'D',
    'one-off': '1',
    client: 'c:',
    udp: 'u',
    'connect-timeout': 'connect-timeout:',
    bitrate: 'b:',
    bandwidth: 'b:',
    time: 't:',
    bytes: 'n:',
    blockcount: 'k:',
    length: 'l:',
    cport: 'cport:',
    parallel: 'P:',
    reverse: 'R',
    window: 'w:',
    congestion: 'C:',
    'set-mss': 'M:',
    'no-delay': 'N',
    version4: '4',
    version6: '6',
    tos: 'S:',
  },
};

/** What a test is: the client says it, and sends it to the server. */
export interface TestSettings {
  isUdp: boolean;
  seconds: number;
  /** 0: as much as the time allows. */
  bytes: number;
  blocks: number;
  streams: number;
  isReverse: boolean;
  /** 0: by the connection's segments. */
  blockBytes: number;
  /** Bits per second; 0: as fast as it goes. */
  rate: number;
  windowBytes: number;
  mss: number;
  isNoDelay: boolean;
  congestion: string;
  tos: number;
}

export interface IperfOptions {
  readonly test: TestSettings;
  /** Undefined: this is the server. */
  host: string | undefined;
  port: number;
  family: number;
  bindAddress: string | undefined;
  clientPort: number;
  connectTimeoutMs: number;
  intervalSeconds: number;
  format: string | undefined;
  isVerbose: boolean;
  isJson: boolean;
  isDaemon: boolean;
  isOneOff: boolean;
}

export const TCP_BLOCK_BYTES = 128 * 1024;
const UDP_RATE = 1024 * 1024;
const BLOCK_BYTES_MAX = 1024 * 1024;
const UDP_BLOCK_BYTES_MAX = 65_507;
const UDP_BLOCK_BYTES_MIN = 16;
const WINDOW_BYTES_MAX = 512 * 1024 * 1024;
const SECONDS_MAX = 86_400;
const STREAMS_MAX = 128;
const MSS_MAX = 9216;
const PORT_MAX = 65_535;
const INTERVAL_MIN = 0.1;
const INTERVAL_MAX = 60;
/** Only the client may have these. */
const CLIENTS = new Set([...Array.from('ubtnklPRwCMNS'), 'cport', 'connect-timeout']);

/** What ends iperf3 before it begins. */
export interface IperfEnd {
  readonly text: string;
  readonly status: 0 | 1;
}

function complaint(text: string): IperfEnd {
  return { text: `iperf3: parameter error - ${text}\n\n${IPERF3_HELP}`, status: 1 };
}

export function newSettings(): TestSettings {
  return {
    isUdp: false,
    seconds: 10,
    bytes: 0,
    blocks: 0,
    streams: 1,
    isReverse: false,
    blockBytes: 0,
    rate: 0,
    windowBytes: 0,
    mss: 0,
    isNoDelay: false,
    congestion: '',
    tos: 0,
  };
}

/** Puts an option's value where it belongs; a text says what is wrong with it. */
type Take = (it: IperfOptions, value: string) => string | undefined | void;

const TAKERS: Readonly<Record<string, Take>> = {
  p: (it, value) => {
    it.port = Number.parseInt(value, 10) || 0;
    return it.port < 1 || it.port > PORT_MAX ? PORT_COMPLAINT : undefined;
  },
  cport: (it, value) => {
    it.clientPort = Number.parseInt(value, 10) || 0;
    return it.clientPort < 1 || it.clientPort > PORT_MAX ? PORT_COMPLAINT : undefined;
  },
  f: (it, value) => {
    it.format = value.charAt(0);
    return !/^[kmgtKMGT]/.test(value)
      ? 'bad format specifier (valid formats are in the set [kmgtKMGT])'
      : undefined;
  },
  i: (it, value) => {
    it.intervalSeconds = Number(value) || 0;
    const isWithin = it.intervalSeconds >= INTERVAL_MIN && it.intervalSeconds <= INTERVAL_MAX;
    return it.intervalSeconds !== 0 && !isWithin
      ? `invalid report interval (min = ${INTERVAL_MIN}, max = ${INTERVAL_MAX} seconds)`
      : undefined;
  },
  B: (it, value) => void (it.bindAddress = value),
  V: (it) => void (it.isVerbose = true),
  J: (it) => void (it.isJson = true),
  D: (it) => void (it.isDaemon = true),
  1: (it) => void (it.isOneOff = true),
  4: (it) => void (it.family = AF.INET),
  6: (it) => void (it.family = AF.INET6),
  'connect-timeout': (it, value) => void (it.connectTimeoutMs = parseAmount(value, 1000)),
  u: ({ test }) => void (test.isUdp = true),
  b: ({ test }, value) => void (test.rate = parseAmount(value.split('/')[0] ?? '', 1000)),
  t: ({ test }, value) => {
    test.seconds = Number.parseInt(value, 10) || 0;
    return test.seconds > SECONDS_MAX
      ? `test duration too long (maximum = ${SECONDS_MAX} seconds)`
      : undefined;
  },
  n: ({ test }, value) => void (test.bytes = parseAmount(value, 1024)),
  k: ({ test }, value) => void (test.blocks = parseAmount(value, 1024)),
  l: ({ test }, value) => void (test.blockBytes = parseAmount(value, 1024)),
  P: ({ test }, value) => {
    test.streams = Number.parseInt(value, 10) || 0;
    return test.streams > STREAMS_MAX
      ? `number of parallel streams too large (maximum = ${STREAMS_MAX})`
      : undefined;
  },
  R: ({ test }) => void (test.isReverse = true),
  w: ({ test }, value) => {
    test.windowBytes = parseAmount(value, 1024);
    return test.windowBytes > WINDOW_BYTES_MAX
      ? `socket buffer size too large (maximum = ${WINDOW_BYTES_MAX} bytes)`
      : undefined;
  },
  C: ({ test }, value) => void (test.congestion = value),
  M: ({ test }, value) => {
    test.mss = Number.parseInt(value, 10) || 0;
    return test.mss > MSS_MAX ? `TCP MSS too large (maximum = ${MSS_MAX} bytes)` : undefined;
  },
  N: ({ test }) => void (test.isNoDelay = true),
  S: ({ test }, value) => {
    test.tos = Number(value);
    return !(test.tos >= 0 && test.tos <= 255)
      ? 'bad TOS value (must be between 0 and 255 inclusive)'
      : undefined;
  },
};
const PORT_COMPLAINT = `port number must be between 1 and ${PORT_MAX} inclusive`;

export function parseIperf(argv: readonly string[]): IperfOptions | IperfEnd {
  const args = getopt(argv, IPERF3_OPTIONS);
  if ('error' in args) return { text: `${args.error}\n${IPERF3_HELP}`, status: 1 };
  const options: IperfOptions = {
    test: newSettings(),
    host: undefined,
    port: 5201,
    family: AF.UNSPEC,
    bindAddress: undefined,
    clientPort: 0,
    connectTimeoutMs: Infinity,
    intervalSeconds: 1,
    format: undefined,
    isVerbose: false,
    isJson: false,
    isDaemon: false,
    isOneOff: false,
  };
  let isServer = false;
  const given = new Set(args.options.map(({ name }) => name));
  for (const { name, value = '' } of args.options) {
    if (name === 'h') return { text: IPERF3_HELP, status: 0 };
    if (name === 'v') return { text: '', status: 0 };
    if (name === 's') isServer = true;
    if (name === 'c') options.host = value;
    if (isServer && options.host !== undefined) {
      return complaint('cannot be both server and client');
    }
    const wrong = TAKERS[name]?.(options, value);
    if (typeof wrong === 'string') return complaint(wrong);
  }
  if (!isServer && options.host === undefined) {
    return complaint('must either be a client (-c) or server (-s)');
  }
  const foreign = [...given].some((name) => CLIENTS.has(name));
  if (isServer && foreign) return complaint('some option you are trying to set is client only');
  if (!isServer && (options.isDaemon || options.isOneOff)) {
    return complaint('some option you are trying to set is server only');
  }
  const wrong = checkTest(options.test, given);
  return wrong === undefined ? options : complaint(wrong);
}

function checkTest(test: TestSettings, given: ReadonlySet<string>): string | undefined {
  const most = test.isUdp ? UDP_BLOCK_BYTES_MAX : BLOCK_BYTES_MAX;
  if (test.isUdp && !given.has('b')) test.rate = UDP_RATE;
  if (test.isUdp && test.blockBytes !== 0) {
    if (test.blockBytes > most || test.blockBytes < UDP_BLOCK_BYTES_MIN) {
      const range = `minimum = ${UDP_BLOCK_BYTES_MIN} bytes, maximum = ${most} bytes`;
      return `block size invalid (${range})`;
    }
  }
  if (test.blockBytes > most || test.blockBytes < 0) {
    return `block size too large (maximum = ${most} bytes)`;
  }
  if (!test.isUdp && test.blockBytes === 0) test.blockBytes = TCP_BLOCK_BYTES;
  if (['t', 'n', 'k'].filter((name) => given.has(name)).length > 1) {
    return 'only one test end condition (-t, -n, -k) may be specified';
  }
  if (given.has('n') || given.has('k')) test.seconds = 0;
  return undefined;
}
