// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * nc: joins standard input and output to a connection, or waits for one.
 *
 * Counterpart: netcat-openbsd.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { F, O, POLL } from '../uapi/fs.ts';
import { AF, MSG, SHUT, SO, SOCK, SOL } from '../uapi/socket.ts';
import { getopt, type OptionSpec, type ParsedCommandLine } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import type { InetSocketAddress } from './libc/socket-address.ts';
import { connectTo } from './support/connect.ts';
import { GaiError, nameOf, resolve } from './support/resolve.ts';
import { parsePorts, serviceName } from './support/services.ts';

const OPTIONS: OptionSpec = { short: '46dhi:klnNp:q:rs:uvw:z' };
const BUFFER_BYTES = 64 * 1024;
const MS_PER_S = 1000;
const NS_PER_S = 1_000_000_000;

const USAGE = `usage: nc [-46dhklNnruvz] [-i interval] [-p source_port] [-q seconds]
\t  [-s sourceaddr] [-w timeout] [destination] [port]
`;

const SUMMARY = `\tCommand Summary:
\t\t-4\t\tUse IPv4
\t\t-6\t\tUse IPv6
\t\t-d\t\tDo not read standard input
\t\t-h\t\tThis help text
\t\t-i interval\tPause between lines and between ports
\t\t-k\t\tWait for the next connection when one has ended
\t\t-l\t\tListen for a connection
\t\t-N\t\tShut the connection down after the end of standard input
\t\t-n\t\tNames are no names: addresses and numbers only
\t\t-p port\t\tThe local port
\t\t-q secs\t\tEnd so long after the end of standard input
\t\t-r\t\tTry ports in any order
\t\t-s sourceaddr\tThe local address
\t\t-u\t\tUDP instead of TCP
\t\t-v\t\tSay what happens
\t\t-w timeout\tHow long to wait for a connection, and for the last data
\t\t-z\t\tOnly look whether somebody listens
\tPorts are single ones or ranges: lo-hi [inclusive]
`;

interface NcOptions {
  readonly family: number;
  readonly isDeaf: boolean;
  readonly intervalNs: number;
  readonly keeps: boolean;
  readonly listens: boolean;
  readonly numeric: boolean;
  readonly shutsDown: boolean;
  readonly sourcePort: string | undefined;
  readonly quitSeconds: number;
  readonly sourceAddress: string | undefined;
  readonly isUdp: boolean;
  readonly isVerbose: boolean;
  readonly timeoutMs: number;
  readonly onlyLooks: boolean;
}

export const nc = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) {
    yield* c.err(`${args.error}\n${USAGE}`);
    return 1;
  }
  if (args.options.some(({ name }) => name === 'h')) {
    yield* c.err(`OpenBSD netcat (Ring Zero)\n${USAGE}${SUMMARY}`);
    return 0;
  }
  const options = parseOptions(args);
  if (typeof options === 'string') return yield* c.die('nc', options);
  const [host, port] = options.listens ? listenWords(options, args.operands) : args.operands;
  if (args.operands.length > 2 || (host === undefined && !options.listens)) {
    yield* c.err(USAGE);
    return 1;
  }
  if (port === undefined) {
    yield* c.err(options.listens ? 'nc: missing port number\n' : USAGE);
    return 1;
  }
  const netcat = new Netcat(c, options);
  return yield* options.listens ? netcat.listen(host, port) : netcat.connect(host ?? '', port);
}, OPTIONS);

/** `nc -l 80`, `nc -l 10.0.2.15 80`, `nc -l -p 80`. */
function listenWords(
  { sourcePort }: NcOptions,
  operands: readonly string[],
): readonly [string | undefined, string | undefined] {
  if (sourcePort !== undefined) return [operands[0], sourcePort];
  return operands.length === 1 ? [undefined, operands[0]] : [operands[0], operands[1]];
}

function parseOptions({ options }: ParsedCommandLine): NcOptions | string {
  const given = (wanted: string): boolean => options.some(({ name }) => name === wanted);
  const value = (wanted: string): string | undefined =>
    options.findLast(({ name }) => name === wanted)?.value;
  for (const [name, what] of [
    ['i', 'interval'],
    ['w', 'timeout'],
  ] as const) {
    const text = value(name);
    if (text !== undefined && !/^\d{1,6}$/.test(text)) return `${what} invalid: ${text}`;
  }
  const quit = value('q');
  if (quit !== undefined && !/^-?\d{1,6}$/.test(quit)) return `quit timer invalid: ${quit}`;
  if (given('l') && given('z')) return 'cannot use -z and -l';
  if (given('k') && !given('l')) return 'must use -l with -k';
  const timeout = value('w');
  return {
    family: given('4') ? AF.INET : given('6') ? AF.INET6 : AF.UNSPEC,
    isDeaf: given('d'),
    intervalNs: Number(value('i') ?? 0) * NS_PER_S,
    keeps: given('k'),
    listens: given('l'),
    numeric: given('n'),
    shutsDown: given('N'),
    sourcePort: value('p'),
    quitSeconds: Number(quit ?? -1),
    sourceAddress: value('s'),
    isUdp: given('u'),
    isVerbose: given('v'),
    timeoutMs: timeout === undefined ? Infinity : Number(timeout) * MS_PER_S,
    onlyLooks: given('z'),
  };
}

class Netcat {
  readonly #c: Libc;
  readonly #options: NcOptions;

  constructor(c: Libc, options: NcOptions) {
    this.#c = c;
    this.#options = options;
  }

  // ---- To somebody ----------------------------------------------------------------------------

  *connect(host: string, portText: string): Sleeping<number> {
    const c = this.#c;
    const ports = parsePorts(portText);
    if (typeof ports === 'string') return yield* c.die('nc', ports);
    let status = 1;
    for (const [index, port] of ports.entries()) {
      if (index > 0 && this.#options.intervalNs > 0) yield* c.nanosleep(this.#options.intervalNs);
      const found = yield* resolve(c, host, this.#options.family);
      if (found instanceof GaiError) {
        const what = `getaddrinfo for host "${host}" port ${port}: ${found.message}`;
        return yield* c.die('nc', what);
      }
      for (const place of found) {
        const fd = yield* this.#open({ ...place, port });
        if (fd < 0) {
          yield* this.#tellFailure(host, port, fd);
          continue;
        }
        status = 0;
        yield* this.#tellSuccess(host, place.address, port);
        if (this.#options.onlyLooks) yield* c.close(fd);
        else return yield* this.#transfer(fd);
        break;
      }
    }
    return status;
  }

  *#open(address: InetSocketAddress): Sleeping<number> {
    const c = this.#c;
    const { isUdp, timeoutMs, sourcePort, sourceAddress, onlyLooks } = this.#options;
    if (!isUdp && sourcePort === undefined && sourceAddress === undefined) {
      return yield* connectTo(c, address, timeoutMs);
    }
    const fd = yield* c.socket(address.family, isUdp ? SOCK.DGRAM : SOCK.STREAM);
    if (fd < 0) return fd;
    let failure = 0;
    if (sourcePort !== undefined || sourceAddress !== undefined) {
      const any = address.family === AF.INET ? '0.0.0.0' : '::';
      const port = Number(sourcePort ?? 0);
      yield* c.setsockopt(fd, SOL.SOCKET, SO.REUSEADDR, 1);
      failure = yield* c.bind(fd, { ...address, address: sourceAddress ?? any, port });
    }
    if (failure >= 0) failure = yield* c.connect(fd, address);
    if (failure >= 0 && isUdp && onlyLooks) failure = yield* this.#probeUdp(fd);
    if (failure >= 0) return fd;
    yield* c.close(fd);
    return failure;
  }

  /** A port that nobody has says so when something comes. */
  *#probeUdp(fd: number): Sleeping<number> {
    const c = this.#c;
    for (let n = 0; n < 4; n++) {
      const sent = yield* c.send(fd, Uint8Array.of(0x58), MSG.NOSIGNAL);
      if (sent < 0) return sent;
      yield* c.nanosleep(NS_PER_S / 4);
    }
    return 0;
  }

  *#tellFailure(host: string, port: number, failure: number): Sleeping<void> {
    const { isVerbose, isUdp } = this.#options;
    if (!isVerbose) return;
    const why = failure === -ERRNO.ETIMEDOUT ? 'Connection timed out' : this.#c.strerror(failure);
    const kind = isUdp ? 'udp' : 'tcp';
    yield* this.#c.err(`nc: connect to ${host} port ${port} (${kind}) failed: ${why}\n`);
  }

  *#tellSuccess(host: string, address: string, port: number): Sleeping<void> {
    const { isVerbose, isUdp, numeric } = this.#options;
    if (!isVerbose) return;
    const kind = isUdp ? 'udp' : 'tcp';
    const service = numeric ? '*' : serviceName(port, kind);
    const shown = host === address ? host : `${host} (${address})`;
    yield* this.#c.err(`Connection to ${shown} ${port} port [${kind}/${service}] succeeded!\n`);
  }

  // ---- From somebody --------------------------------------------------------------------------

  *listen(host: string | undefined, portText: string): Sleeping<number> {
    const c = this.#c;
    const { isUdp, family, keeps } = this.#options;
    const ports = parsePorts(portText);
    if (typeof ports === 'string') return yield* c.die('nc', ports);
    const [port = 0] = ports;
    const any = family === AF.INET6 ? '::' : '0.0.0.0';
    const found = yield* resolve(c, host ?? any, family);
    if (found instanceof GaiError) return yield* c.die('nc', `getaddrinfo: ${found.message}`);
    const [place] = found;
    if (place === undefined) return 1;
    const address = { ...place, port };
    const fd = yield* c.socket(place.family, isUdp ? SOCK.DGRAM : SOCK.STREAM);
    if (fd < 0) return yield* c.die('nc', c.strerror(fd));
    yield* c.setsockopt(fd, SOL.SOCKET, SO.REUSEADDR, 1);
    const failure = yield* c.bind(fd, address);
    if (failure < 0) return yield* c.die('nc', c.strerror(failure));
    const listening = isUdp ? 0 : yield* c.listen(fd, 1);
    if (listening < 0) return yield* c.die('nc', `listen: ${c.strerror(listening)}`);
    const verb = isUdp ? 'Bound' : 'Listening';
    if (this.#options.isVerbose) yield* c.err(`${verb} on ${place.address} ${port}\n`);
    for (;;) {
      const status = isUdp ? yield* this.#serveUdp(fd) : yield* this.#serveTcp(fd);
      if (status !== 0 || !keeps) return status;
    }
  }

  *#serveTcp(listener: number): Sleeping<number> {
    const c = this.#c;
    const accepted = yield* c.accept(listener);
    if (typeof accepted === 'number') return yield* c.die('nc', `accept: ${c.strerror(accepted)}`);
    const { fd, address } = accepted;
    if (!this.#options.keeps) yield* c.close(listener);
    if ('port' in address) yield* this.#tellPeer(address);
    const status = yield* this.#transfer(fd);
    yield* c.close(fd);
    return status;
  }

  /** Answers go to whoever speaks first. */
  *#serveUdp(fd: number): Sleeping<number> {
    const c = this.#c;
    const first = yield* c.recvfrom(fd, BUFFER_BYTES, MSG.PEEK);
    if (typeof first === 'number') return yield* c.die('nc', `recvfrom: ${c.strerror(first)}`);
    const failure = yield* c.connect(fd, first.address);
    if (failure < 0) return yield* c.die('nc', `connect: ${c.strerror(failure)}`);
    if ('port' in first.address) yield* this.#tellPeer(first.address);
    return yield* this.#transfer(fd);
  }

  *#tellPeer({ address, port }: InetSocketAddress): Sleeping<void> {
    const { isVerbose, numeric } = this.#options;
    if (!isVerbose) return;
    const name = numeric ? undefined : yield* nameOf(this.#c, address);
    yield* this.#c.err(`Connection received on ${name ?? address} ${port}\n`);
  }

  // ---- To and fro -----------------------------------------------------------------------------

  /** Until the other end is done, or both are: exit status. */
  *#transfer(fd: number): Sleeping<number> {
    const c = this.#c;
    const { isDeaf, isUdp, timeoutMs, quitSeconds, shutsDown } = this.#options;
    let isReading = !isDeaf;
    let quitMs = Infinity;
    const flags = yield* c.fcntl(fd, F.GETFL);
    yield* c.fcntl(fd, F.SETFL, flags & ~O.NONBLOCK);
    for (;;) {
      const requests = [{ fd, events: POLL.IN }];
      if (isReading) requests.push({ fd: 0, events: POLL.IN });
      const limitMs = Math.min(timeoutMs, quitMs);
      const ready = yield* c.poll(requests, limitMs === Infinity ? -1 : limitMs);
      if (typeof ready === 'number') return 1;
      const [network = 0, input = 0] = ready;
      if (network === 0 && input === 0) return 0;
      if (network !== 0) {
        const bytes = yield* c.recv(fd, BUFFER_BYTES);
        if (typeof bytes === 'number') {
          if (this.#options.isVerbose) yield* c.err(`nc: read failed: ${c.strerror(bytes)}\n`);
          return 1;
        }
        if (bytes.length === 0 && !isUdp) return 0;
        if ((yield* c.write_all(1, bytes)) < 0) return 1;
      }
      if (input === 0) continue;
      const bytes = yield* c.read(0, BUFFER_BYTES);
      if (typeof bytes === 'number' || bytes.length === 0) {
        isReading = false;
        if (shutsDown) yield* c.shutdown(fd, SHUT.WR);
        if (quitSeconds >= 0) quitMs = quitSeconds * MS_PER_S;
      } else if ((yield* this.#sendAll(fd, bytes)) < 0) return 1;
    }
  }

  *#sendAll(fd: number, bytes: Uint8Array): Sleeping<number> {
    for (let at = 0; at < bytes.length;) {
      const sent = yield* this.#c.send(fd, bytes.subarray(at), MSG.NOSIGNAL);
      if (sent < 0) return sent;
      at += sent;
    }
    return 0;
  }
}
