// SPDX-License-Identifier: GPL-2.0-or-later
/** arp: the table of hardware addresses, as net-tools show and change it. */
import { parseIpv4 } from '../lib/ip-address.ts';
import { parseMac } from '../lib/mac-address.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SIOC, SOCKADDR } from '../uapi/if-ioctl.ts';
import { AF } from '../uapi/socket.ts';
import { getopt, type OptionSpec, type ParsedCommandLine } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import {
  ARP_HEADING,
  ARPREQ,
  ATF_COM,
  ATF_PERM,
  ATF_PUBL,
  formatArp,
  formatArpBsd,
  parseArp,
} from './net-tools/arp-table.ts';
import { ARP_LISTS, ARP_USAGE } from './net-tools/help.ts';
import { ask, controlSocket, storeIpv4 } from './net-tools/ioctl.ts';
import { errorText, has, valueOf } from './support/command.ts';
import { GaiError, nameOf, resolve } from './support/resolve.ts';

const OPTIONS: OptionSpec = {
  short: 'aei:ndsvhV',
  long: {
    verbose: 'v',
    version: 'V',
    all: 'a',
    delete: 'd',
    set: 's',
    numeric: 'n',
    device: 'i:',
    help: 'h',
  },
};
const USAGE_STATUS = 3;
const FAILED = 255;
const ARPHRD_ETHER = 1;

export const arp = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) {
    yield* c.err(`${args.error}\n${ARP_USAGE}${ARP_LISTS}`);
    return USAGE_STATUS;
  }
  if (has(args, 'h')) {
    yield* c.err(ARP_LISTS);
    c.out(ARP_USAGE);
    return 0;
  }
  if (has(args, 'V')) {
    c.out('net-tools 2.10\n');
    return 0;
  }
  const [host, ...rest] = args.operands;
  if (has(args, 'd')) return yield* remove(c, args, host, rest);
  if (has(args, 's')) return yield* add(c, args, host, rest);
  return yield* show(c, args, host);
}, OPTIONS);

/** The address of a host; undefined when that has been told. */
function* lookUp(c: Libc, host: string): Sleeping<number | undefined> {
  const found = yield* resolve(c, host, AF.INET);
  const address = found instanceof GaiError ? undefined : found[0]?.address;
  if (address !== undefined) return parseIpv4(address);
  yield* c.err(`${host}: Unknown host\n`);
  return undefined;
}

function* show(c: Libc, args: ParsedCommandLine, host: string | undefined): Sleeping<number> {
  const wanted = host === undefined ? undefined : yield* lookUp(c, host);
  if (host !== undefined && wanted === undefined) return FAILED;
  const bytes = yield* c.read_file('/proc/net/arp');
  if (typeof bytes === 'number') {
    yield* c.err(`/proc/net/arp: ${errorText(bytes)}\n`);
    return FAILED;
  }
  const all = parseArp(decodeUtf8(bytes));
  const device = valueOf(args, 'i');
  const found = all.filter(
    (row) =>
      (wanted === undefined || parseIpv4(row.address) === wanted) &&
      (device === undefined || row.device === device),
  );
  const isBsd = has(args, 'a') && !has(args, 'e');
  if (found.length > 0 && !isBsd) c.out(ARP_HEADING);
  for (const row of found) {
    const name = has(args, 'n') ? undefined : yield* nameOf(c, row.address);
    c.out(isBsd ? formatArpBsd(row, name) : formatArp(row, name));
  }
  if (has(args, 'v')) {
    const skipped = all.length - found.length;
    c.out(`Entries: ${all.length}\tSkipped: ${skipped}\tFound: ${found.length}\n`);
  }
  if (found.length > 0 || (host === undefined && device === undefined)) return 0;
  if (host === undefined) c.out(`arp: in ${all.length} entries no match found.\n`);
  else {
    const address = (yield* resolve(c, host, AF.INET)) as readonly { address: string }[];
    c.out(`${host} (${address[0]?.address ?? host}) -- no entry\n`);
  }
  return 0;
}

function request(ip: number, flags: number, device: string | undefined): DataView {
  const view = new DataView(new ArrayBuffer(ARPREQ.SIZE));
  storeIpv4(view, ARPREQ.protocolAddress, ip);
  view.setUint32(ARPREQ.flags, flags, true);
  const name = encodeUtf8(device ?? '').subarray(0, ARPREQ.DEVICE_SIZE - 1);
  new Uint8Array(view.buffer).set(name, ARPREQ.device);
  return view;
}

function* remove(
  c: Libc,
  args: ParsedCommandLine,
  host: string | undefined,
  rest: readonly string[],
): Sleeping<number> {
  if (host === undefined) {
    yield* c.err('arp: need host name\n');
    return FAILED;
  }
  const ip = yield* lookUp(c, host);
  if (ip === undefined) return FAILED;
  const fd = yield* controlSocket(c);
  const flags = rest.includes('pub') ? ATF_PUBL : ATF_PERM;
  const result = fd < 0 ? fd : yield* ask(c, fd, SIOC.DARP, request(ip, flags, valueOf(args, 'i')));
  if (typeof result !== 'number') return 0;
  const isMissing = result === -ERRNO.ENXIO || result === -ERRNO.ENOENT;
  yield* c.err(
    isMissing ? `No ARP entry for ${host}\n` : `SIOCDARP(dontpub): ${errorText(result)}\n`,
  );
  return FAILED;
}

function* add(
  c: Libc,
  args: ParsedCommandLine,
  host: string | undefined,
  rest: readonly string[],
): Sleeping<number> {
  if (host === undefined) {
    yield* c.err('arp: need host name\n');
    return FAILED;
  }
  const ip = yield* lookUp(c, host);
  if (ip === undefined) return FAILED;
  const [hardware, ...words] = rest;
  if (hardware === undefined) {
    yield* c.err('arp: need hardware address\n');
    return FAILED;
  }
  const mac = parseMac(hardware);
  if (mac === undefined) {
    yield* c.err('arp: invalid hardware address\n');
    return FAILED;
  }
  const unknown = words.find((word) => word !== 'temp' && word !== 'pub');
  if (unknown !== undefined) {
    yield* c.err(ARP_USAGE + ARP_LISTS);
    return USAGE_STATUS;
  }
  let flags = words.includes('temp') ? ATF_COM : ATF_COM | ATF_PERM;
  if (words.includes('pub')) flags |= ATF_PUBL;
  const view = request(ip, flags, valueOf(args, 'i'));
  view.setUint16(ARPREQ.hardwareAddress, ARPHRD_ETHER, true);
  for (const [at, byte] of mac.entries()) {
    view.setUint8(ARPREQ.hardwareAddress + SOCKADDR.data + at, byte);
  }
  const fd = yield* controlSocket(c);
  const result = fd < 0 ? fd : yield* ask(c, fd, SIOC.SARP, view);
  if (typeof result !== 'number') return 0;
  yield* c.err(`SIOCSARP: ${errorText(result)}\n`);
  return FAILED;
}
