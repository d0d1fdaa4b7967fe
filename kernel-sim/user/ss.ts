// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ss: which sockets there are.
 *
 * Counterpart: iproute2, misc/ss.c.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { parseFilter, type SocketFilter } from './ss/filter.ts';
import { render } from './ss/render.ts';
import { listSockets, type Listed, type Wanted } from './ss/sockets.ts';
import { summaryText } from './ss/summary.ts';
import { getopt, type OptionSpec, type ParsedCommandLine } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { socketOwners } from './support/socket-owners.ts';

const OPTIONS: OptionSpec = {
  short: 'hVnaloempis46tuwxHO',
  long: {
    help: 'h',
    version: 'V',
    numeric: 'n',
    all: 'a',
    listening: 'l',
    options: 'o',
    extended: 'e',
    memory: 'm',
    processes: 'p',
    info: 'i',
    summary: 's',
    ipv4: '4',
    ipv6: '6',
    tcp: 't',
    udp: 'u',
    raw: 'w',
    unix: 'x',
    'no-header': 'H',
    oneline: 'O',
  },
};

const USAGE = `Usage: ss [ OPTIONS ]
       ss [ OPTIONS ] [ FILTER ]
   -h, --help          this message
   -V, --version       output version information
   -n, --numeric       don't resolve service names
   -a, --all           display all sockets
   -l, --listening     display listening sockets
   -o, --options       show timer information
   -e, --extended      show detailed socket information
   -m, --memory        show socket memory usage
   -p, --processes     show process using socket
   -i, --info          show internal TCP information
   -s, --summary       show socket usage summary

   -4, --ipv4          display only IP version 4 sockets
   -6, --ipv6          display only IP version 6 sockets
   -t, --tcp           display only TCP sockets
   -u, --udp           display only UDP sockets
   -w, --raw           display only RAW sockets
   -x, --unix          display only Unix domain sockets

   -H, --no-header     Suppress header line
   -O, --oneline       socket's data printed on a single line

       FILTER := [ state STATE ] [ sport = :PORT ] [ dport = :PORT ] [ src ADDR ] [ dst ADDR ]
`;
/** What ss ends with when it does not understand. */
const MISUSE = 255;
/** The kinds in the order in which they are listed. */
const KINDS = ['x', 'w', 'u', 't'] as const;

export const ss = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) return yield* misuse(c, args.error);
  const given = (name: string): boolean => args.options.some((option) => option.name === name);
  if (given('h')) {
    c.out(USAGE);
    return 0;
  }
  if (given('V')) {
    c.out('ss utility, iproute2-6.1.0\n');
    return 0;
  }
  if (given('s')) {
    c.out(yield* summaryText(c));
    return 0;
  }
  const filter = parseFilter(args.operands);
  if (typeof filter === 'string') return yield* c.die('ss', filter, MISUSE);
  return yield* show(c, args, filter);
}, OPTIONS);

function* misuse(c: Libc, error: string): Sleeping<number> {
  yield* c.err(`${error}\n${USAGE}`);
  return MISUSE;
}

function* show(c: Libc, { options }: ParsedCommandLine, filter: SocketFilter): Sleeping<number> {
  const given = (name: string): boolean => options.some((option) => option.name === name);
  const asked = KINDS.filter((kind) => given(kind));
  const families = given('4') === given('6') ? 'both' : given('4') ? 'v4' : 'v6';
  const isInetOnly = families !== 'both' && asked.length === 0;
  const usual = isInetOnly ? KINDS.filter((kind) => kind !== 'x') : KINDS;
  const kinds = asked.length > 0 ? asked : usual;
  const which = given('a') ? 'all' : given('l') ? 'listening' : 'connected';
  const details = {
    timers: given('o') || given('e'),
    extended: given('e'),
    memory: given('m'),
    info: given('i'),
    isOneLine: given('O'),
  };
  const sockets: Listed[] = [];
  for (const kind of kinds) {
    const wanted: Wanted = { families, which: filter.states ?? which, details };
    const found = yield* listSockets(c, kind, wanted);
    if (typeof found === 'number') {
      return yield* c.die('ss', `Cannot open netlink socket: ${c.strerror(found)}`, MISUSE);
    }
    sockets.push(...found.filter((socket) => filter.holds(socket)));
  }
  const owners = given('p') ? yield* socketOwners(c) : undefined;
  c.out(
    render(sockets, {
      hasHeader: !given('H'),
      showsKind: kinds.length > 1,
      isNumeric: given('n'),
      owners,
    }),
  );
  return 0;
}
