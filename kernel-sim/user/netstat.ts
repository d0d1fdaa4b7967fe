// SPDX-License-Identifier: GPL-2.0-or-later
/** netstat: sockets, routes and interfaces, as net-tools read them from /proc/net. */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { getopt, type OptionSpec, type ParsedCommandLine } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { read_passwd } from './libc/passwd.ts';
import { NETSTAT_LISTS, NETSTAT_USAGE } from './net-tools/help.ts';
import {
  formatInterface,
  formatShort,
  KERNEL_TABLE_HEADING,
  parseNetDev,
  readInterface,
} from './net-tools/interface.ts';
import { controlSocket } from './net-tools/ioctl.ts';
import { showRoutes } from './net-tools/routes.ts';
import { showRoutes6 } from './net-tools/routes6.ts';
import {
  formatSocket,
  isServer,
  parseSocketTable,
  socketHeading,
  type SocketRow,
} from './net-tools/sockets.ts';
import { errorText, has } from './support/command.ts';
import { nameOf } from './support/resolve.ts';
import { socketOwners, type SocketOwner } from './support/socket-owners.ts';

const OPTIONS: OptionSpec = {
  short: 'aeilnoprtuwxvVWh46',
  long: {
    all: 'a',
    extend: 'e',
    interfaces: 'i',
    listening: 'l',
    numeric: 'n',
    timers: 'o',
    programs: 'p',
    route: 'r',
    tcp: 't',
    udp: 'u',
    raw: 'w',
    unix: 'x',
    verbose: 'v',
    version: 'V',
    wide: 'W',
    help: 'h',
    inet: '4',
    inet6: '6',
  },
};
const USAGE_STATUS = 3;
const IFF_UP = 1;

export const netstat = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) {
    yield* c.err(`${args.error}\n${NETSTAT_USAGE}${NETSTAT_LISTS}`);
    return USAGE_STATUS;
  }
  if (has(args, 'h')) {
    yield* c.err(NETSTAT_LISTS);
    c.out(NETSTAT_USAGE);
    return 0;
  }
  if (has(args, 'V')) {
    c.out('net-tools 2.10\n');
    return 0;
  }
  if (has(args, 'r')) {
    if (has(args, '6')) return yield* showRoutes6(c, has(args, 'n'));
    const extended = args.options.filter(({ name }) => name === 'e').length;
    const columns = extended === 0 ? 'netstat' : extended === 1 ? 'fib' : 'all';
    return yield* showRoutes(c, columns, has(args, 'n'));
  }
  if (has(args, 'i')) return yield* showInterfaces(c, args);
  const families = ['t', 'u', 'w', 'x'].filter((name) => has(args, name));
  const wants = (name: string): boolean => families.length === 0 || families.includes(name);
  if (wants('t') || wants('u') || wants('w')) {
    const status = yield* showInternet(c, args, wants);
    if (status !== 0) return status;
  }
  return wants('x') ? yield* showUnix(c, args) : 0;
}, OPTIONS);

function* showInterfaces(c: Libc, args: ParsedCommandLine): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/net/dev');
  const fd = yield* controlSocket(c);
  if (typeof bytes === 'number' || fd < 0) {
    yield* c.err(`netstat: ${errorText(typeof bytes === 'number' ? bytes : fd)}\n`);
    return 1;
  }
  const isExtended = has(args, 'e');
  c.out(isExtended ? 'Kernel Interface table\n' : KERNEL_TABLE_HEADING);
  for (const name of [...parseNetDev(decodeUtf8(bytes)).keys()].toSorted()) {
    const found = yield* readInterface(c, fd, name);
    if (typeof found === 'number' || (!has(args, 'a') && (found.flags & IFF_UP) === 0)) continue;
    c.out(isExtended ? formatInterface(found) : formatShort(found));
  }
  return 0;
}

/** Which sockets: `-l` the servers, `-a` all, and otherwise those that are connected. */
function whichOf(args: ParsedCommandLine, hasEstablished: string): string {
  if (has(args, 'a')) return `servers and ${hasEstablished}`;
  return has(args, 'l') ? 'only servers' : 'w/o servers';
}

function* showInternet(
  c: Libc,
  args: ParsedCommandLine,
  wants: (name: string) => boolean,
): Sleeping<number> {
  const names = [
    ...(wants('t') ? ['tcp', 'tcp6'] : []),
    ...(wants('u') ? ['udp', 'udp6'] : []),
    ...(wants('w') ? ['raw', 'raw6'] : []),
  ].filter(
    (name) => !(has(args, '4') && name.endsWith('6')) && !(has(args, '6') && !name.endsWith('6')),
  );
  const columns = {
    isExtended: has(args, 'e'),
    hasPrograms: has(args, 'p'),
    hasTimers: has(args, 'o'),
    isWide: has(args, 'W'),
  };
  const users = new Map((yield* read_passwd(c)).map(({ uid, name }) => [uid, name]));
  const owners = columns.hasPrograms ? yield* socketOwners(c) : new Map<number, SocketOwner[]>();
  c.out(socketHeading(whichOf(args, 'established'), columns));
  for (const name of names) {
    const bytes = yield* c.read_file(`/proc/net/${name}`);
    if (typeof bytes === 'number') continue;
    for (const row of parseSocketTable(name, decodeUtf8(bytes))) {
      if (!has(args, 'a') && isServer(row) !== has(args, 'l')) continue;
      const [owner] = owners.get(row.inode) ?? [];
      const texts = {
        local: yield* endpointText(c, row.local, has(args, 'n')),
        remote: yield* endpointText(c, row.remote, has(args, 'n')),
        user: has(args, 'n') ? String(row.uid) : (users.get(row.uid) ?? String(row.uid)),
        program: owner === undefined ? '-' : `${owner.pid}/${owner.name}`,
      };
      c.out(formatSocket(row, texts, columns));
    }
  }
  return 0;
}

function* endpointText(
  c: Libc,
  { address, port }: SocketRow['local'],
  isNumeric: boolean,
): Sleeping<string> {
  const isAny = address === '0.0.0.0' || address === '::';
  const name = isNumeric || isAny ? address : ((yield* nameOf(c, address)) ?? address);
  return `${name}:${port === 0 ? '*' : port}`;
}

const UNIX_TYPES: Readonly<Record<number, string>> = { 1: 'STREAM', 2: 'DGRAM', 5: 'SEQPACKET' };
const UNIX_ACCEPTS = 0x10000;
const UNIX_STATES: Readonly<Record<number, string>> = {
  0: 'FREE',
  1: '',
  2: 'CONNECTING',
  3: 'CONNECTED',
  4: 'DISCONNECTING',
};

function* showUnix(c: Libc, args: ParsedCommandLine): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/net/unix');
  if (typeof bytes === 'number') return 0;
  const hasPrograms = has(args, 'p');
  const owners = hasPrograms ? yield* socketOwners(c) : new Map<number, SocketOwner[]>();
  c.out(`Active UNIX domain sockets (${whichOf(args, 'established')})\n`);
  const program = hasPrograms ? 'PID/Program name     ' : '';
  c.out(`Proto RefCnt Flags       Type       State         I-Node   ${program}Path\n`);
  for (const line of decodeUtf8(bytes).split('\n').slice(1)) {
    const [, references, , flags, type, state, inode, path = ''] = line.trim().split(/\s+/);
    if (references === undefined || inode === undefined) continue;
    const accepts = (Number.parseInt(flags ?? '0', 16) & UNIX_ACCEPTS) !== 0;
    const isUnconnected = Number.parseInt(state ?? '0', 16) === 1;
    if (!has(args, 'a') && (accepts || isUnconnected) !== has(args, 'l')) continue;
    const [owner] = owners.get(Number(inode)) ?? [];
    const cells = [
      'unix ',
      String(Number.parseInt(references, 16)).padEnd(6),
      `[ ${accepts ? 'ACC ' : ''}]`.padEnd(11),
      (UNIX_TYPES[Number.parseInt(type ?? '0', 16)] ?? 'UNKNOWN').padEnd(10),
      (accepts ? 'LISTENING' : (UNIX_STATES[Number.parseInt(state ?? '0', 16)] ?? '')).padEnd(13),
      inode.padEnd(8),
    ];
    if (hasPrograms) {
      cells.push((owner === undefined ? '-' : `${owner.pid}/${owner.name}`).padEnd(20));
    }
    c.out(`${cells.join(' ')} ${path}\n`);
  }
  return 0;
}
