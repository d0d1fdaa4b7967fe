// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * udhcpc: gets an address from a DHCP server, and keeps it.
 *
 * What is done with the address is a script's business: /etc/udhcpc/default.script.
 *
 * Counterpart: busybox, networking/udhcp/dhcpc.c.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { getopt, type OptionSpec, type ParsedCommandLine } from './libc/getopt.ts';
import { DhcpClient, type DhcpClientOptions } from './udhcpc/client.ts';
import { parseIpv4 } from '../lib/ip-address.ts';

const OPTIONS: OptionSpec = {
  short: 'i:s:p:Bt:T:A:bnqRfSr:oO:V:F:x:C',
  long: {
    interface: 'i:',
    script: 's:',
    pidfile: 'p:',
    broadcast: 'B',
    retries: 't:',
    timeout: 'T:',
    tryagain: 'A:',
    background: 'b',
    now: 'n',
    quit: 'q',
    release: 'R',
    foreground: 'f',
    syslog: 'S',
    request: 'r:',
    'no-default-options': 'o',
    hostname: 'F:',
    vendorclass: 'V:',
    help: 'help',
  },
};

const USAGE = `Usage: udhcpc [-fbqRB] [-t N] [-T SEC] [-A SEC|-n]
\t[-i IFACE] [-s PROG] [-p PIDFILE]
\t[-C] [-r IP] [-V VENDOR] [-F NAME]

\t-i IFACE\tInterface to use (default eth0)
\t-s PROG\t\tRun PROG at DHCP events (default /etc/udhcpc/default.script)
\t-p FILE\t\tWrite the process's number there
\t-B\t\tAsk the server to answer by broadcast
\t-t N\t\tSend up to N discover packets (default 3)
\t-T SEC\t\tPause between packets (default 3)
\t-A SEC\t\tWait before trying again (default 20)
\t-b\t\tBackground if there is no lease
\t-n\t\tExit if there is no lease
\t-q\t\tExit after obtaining a lease
\t-R\t\tRelease the address on exit
\t-f\t\tRun in foreground
\t-r IP\t\tRequest this address
\t-F NAME\t\tTell the server this name
\t-V VENDOR\tVendor identifier (default 'udhcp 1.35.0')
\t-C\t\tDon't send the MAC address as client identifier
Signals:
\tUSR1\tRenew the lease
\tUSR2\tRelease the lease
`;

const VERSION = '1.35.0';
const DEFAULT_SCRIPT = '/etc/udhcpc/default.script';

export const udhcpc = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) return yield* misuse(c, `${args.error}\n`);
  if (args.options.some(({ name }) => name === 'help')) return yield* misuse(c, '');
  if (args.operands.length > 0) return yield* misuse(c, '');
  const unsupported = args.options.find(({ name }) => 'xOo'.includes(name));
  if (unsupported !== undefined) {
    return yield* misuse(c, `udhcpc: option -${unsupported.name} is not supported\n`);
  }
  const options = parseOptions(args);
  if (typeof options === 'string') return yield* misuse(c, `udhcpc: ${options}\n`);
  return yield* run(c, options);
}, OPTIONS);

function* misuse(c: Libc, complaint: string): Sleeping<number> {
  yield* c.err(complaint + USAGE);
  return 1;
}

/** A text says what is wrong. */
function parseOptions({ options }: ParsedCommandLine): DhcpClientOptions | string {
  const value = (wanted: string): string | undefined =>
    options.findLast(({ name }) => name === wanted)?.value;
  const given = (wanted: string): boolean => options.some(({ name }) => name === wanted);
  const numbers = { t: 3, T: 3, A: 20 };
  for (const name of ['t', 'T', 'A'] as const) {
    const text = value(name);
    if (text === undefined) continue;
    if (!/^\d{1,9}$/.test(text)) return `invalid number '${text}'`;
    numbers[name] = Number(text);
  }
  const requested = value('r');
  const requestedAddress = requested === undefined ? 0 : parseIpv4(requested);
  if (requestedAddress === undefined) return `bad address '${requested ?? ''}'`;
  return {
    interface: value('i') ?? 'eth0',
    script: value('s') ?? DEFAULT_SCRIPT,
    pidFile: value('p'),
    wantsBroadcast: given('B'),
    discoversMax: numbers.t,
    pauseSeconds: numbers.T,
    tryAgainSeconds: numbers.A,
    backgroundsWithoutLease: given('b'),
    exitsWithoutLease: given('n'),
    exitsWithLease: given('q'),
    releasesAtExit: given('R'),
    staysInForeground: given('f'),
    requestedAddress,
    hostname: value('F'),
    vendor: value('V') ?? `udhcp ${VERSION}`,
    sendsClientId: !given('C'),
  };
}

function* run(c: Libc, options: DhcpClientOptions): Sleeping<number> {
  const client = yield* DhcpClient.open(c, options);
  if (typeof client === 'number') return client;
  yield* c.err(`udhcpc: started, v${VERSION}\n`);
  if (options.pidFile !== undefined) yield* client.writePidFile(options.pidFile);
  return yield* client.run();
}
