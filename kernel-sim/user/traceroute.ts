// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * traceroute: the way to a host, hop by hop. Each probe may pass one router more than the last, and
 * the router where it ends says so.
 *
 * Counterpart: traceroute 2.1 for Linux.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { AF, SOCK } from '../uapi/socket.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { errorText } from './support/command.ts';
import { GaiError, resolve, type FoundAddress } from './support/resolve.ts';
import { IcmpMethod, type Method, TcpMethod, UdpMethod } from './traceroute/methods.ts';
import { parseTraceroute, type TraceOptions } from './traceroute/options.ts';
import { Trace } from './traceroute/trace.ts';

const STATUS_MISUSE = 2;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const DATA_BYTES = 40;
/** Nobody is asked there: only the way to it is looked up. */
const PROBE_PORT = 33_434;

export const traceroute = defineProgram(function* (c) {
  const options = parseTraceroute(c.argv);
  if ('text' in options) {
    if (options.status === 0) c.out(options.text);
    else yield* c.err(options.text);
    return options.status;
  }
  const { host } = options;
  const found = yield* resolve(c, host, options.family);
  const place = found instanceof GaiError ? undefined : found[0];
  if (found instanceof GaiError || place === undefined) {
    const why = found instanceof GaiError ? found.message : 'Name or service not known';
    const position = c.argv.indexOf(host);
    const where = `cmdline arg \`${host}' on position 1 (argc ${position})`;
    yield* c.err(`${host}: ${why}\nCannot handle "host" ${where}\n`);
    return STATUS_MISUSE;
  }
  const from = options.source;
  const source = from === undefined ? undefined : yield* resolve(c, from, place.family);
  if (source instanceof GaiError) {
    const where = `option with arg \`${from}' (argc ${c.argv.indexOf(from ?? '')})`;
    yield* c.err(`${from}: ${source.message}\nCannot handle \`-s' ${where}\n`);
    return STATUS_MISUSE;
  }
  options.source = source?.[0]?.address;
  return yield* trace(c, options, place);
});

function* trace(c: Libc, options: TraceOptions, place: FoundAddress): Sleeping<number> {
  const headerBytes = place.family === AF.INET6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES;
  const Chosen = { default: UdpMethod, udp: UdpMethod, icmp: IcmpMethod, tcp: TcpMethod };
  const wanted = options.packetBytes ?? headerBytes + DATA_BYTES;
  const target = {
    address: { ...place, port: 0 },
    source: options.source ?? (yield* ownAddress(c, place)),
    payloadBytes: 0,
  };
  const least = new Chosen[options.method](c, options, target).headerBytes;
  const payloadBytes = options.method === 'tcp' ? least : Math.max(least, wanted - headerBytes);
  const method: Method = new Chosen[options.method](c, options, { ...target, payloadBytes });
  const isPrivileged = options.method === 'icmp' || options.method === 'tcp';
  let failure = isPrivileged ? yield* method.open() : undefined;
  if (failure?.errno === ERRNO.EPERM) {
    yield* c.err('You do not have enough privileges to use this traceroute method.');
  }
  if (failure === undefined) {
    const length = headerBytes + payloadBytes;
    const limits = `${options.maxHops} hops max, ${length} byte packets`;
    c.out(`traceroute to ${options.host} (${place.address}), ${limits}`);
    if (!isPrivileged) failure = yield* method.open();
  }
  failure ??= yield* new Trace(c, options, method).run();
  if (failure === undefined) return 0;
  yield* c.err(`\n${failure.what}: ${errorText(-failure.errno)}\n`);
  return 1;
}

/** Our own address towards a host. */
function* ownAddress(c: Libc, place: FoundAddress): Sleeping<string> {
  const fd = yield* c.socket(place.family, SOCK.DGRAM);
  if (fd < 0) return '';
  yield* c.connect(fd, { ...place, port: PROBE_PORT });
  const name = yield* c.getsockname(fd);
  yield* c.close(fd);
  return typeof name === 'object' && 'address' in name ? String(name.address) : '';
}
