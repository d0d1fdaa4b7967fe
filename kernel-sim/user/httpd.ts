// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * httpd: a web server of files.
 *
 * Each connection is served by a process of its own, for as long as the client keeps it.
 *
 * Counterpart: busybox, networking/httpd.c.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { SIG, SIGNAL } from '../uapi/signal.ts';
import { AF, SO, SOCK, SOL } from '../uapi/socket.ts';
import { HttpServer } from './httpd/server.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';

const OPTIONS: OptionSpec = { short: 'fh:p:v', long: { help: 'help' } };
const BACKLOG = 64;
const PORT_MAX = 65_535;

const USAGE = `Usage: httpd [-f] [-v] [-p [IP:]PORT] [-h HOME]

Serve the files of HOME over HTTP

\t-f\t\tRun in foreground
\t-v\t\tSay what is asked for
\t-p [IP:]PORT\tBind to IP:PORT (default *:80)
\t-h HOME\t\tThe folder (default .)
`;

export const httpd = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  const value = (wanted: string): string | undefined =>
    'error' in args ? undefined : args.options.findLast(({ name }) => name === wanted)?.value;
  const given = (wanted: string): boolean =>
    !('error' in args) && args.options.some(({ name }) => name === wanted);
  if ('error' in args || given('help') || args.operands.length > 0) {
    yield* c.err('error' in args ? `${args.error}\n${USAGE}` : USAGE);
    return 1;
  }
  const place = parsePlace(value('p') ?? '80');
  if (place === undefined) return yield* c.die('httpd', `invalid port '${value('p') ?? ''}'`);
  const home = value('h') ?? '.';
  const failure = yield* c.chdir(home);
  if (failure < 0) {
    return yield* c.die('httpd', `can't change directory to '${home}': ${c.strerror(failure)}`);
  }
  const listener = yield* listenAt(c, place.address, place.port);
  if (listener < 0) return yield* c.die('httpd', `bind: ${c.strerror(listener)}`);
  const isVerbose = given('v');
  if (given('f')) return yield* serve(c, listener, isVerbose);
  const pid = yield* c.fork(function* (child) {
    yield* child.setsid();
    const fd = yield* child.open('/dev/null', O.RDWR);
    if (fd >= 0) for (const target of [0, 1, 2]) yield* child.dup2(fd, target);
    return yield* serve(child, listener, isVerbose);
  });
  return pid < 0 ? yield* c.die('httpd', `fork: ${c.strerror(pid)}`) : 0;
}, OPTIONS);

function parsePlace(text: string): { readonly address: string; readonly port: number } | undefined {
  const colon = text.lastIndexOf(':');
  const digits = text.slice(colon + 1);
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  if (port === 0 || port > PORT_MAX) return undefined;
  // Of both families, unless there is no IPv6.
  const address = colon < 0 ? '::' : text.slice(0, colon).replace(/^\[(.*)\]$/u, '$1');
  return { address, port };
}

function* listenAt(c: Libc, address: string, port: number): Sleeping<number> {
  const family = address.includes(':') ? AF.INET6 : AF.INET;
  const fd = yield* c.socket(family, SOCK.STREAM);
  if (fd < 0) return fd;
  yield* c.setsockopt(fd, SOL.SOCKET, SO.REUSEADDR, 1);
  const bound = yield* c.bind(fd, { family, address, port });
  const failure = bound < 0 ? bound : yield* c.listen(fd, BACKLOG);
  return failure < 0 ? failure : fd;
}

function endpointText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function* serve(c: Libc, listener: number, isVerbose: boolean): Sleeping<number> {
  // Nobody waits for the children.
  yield* c.sigaction(SIGNAL.CHLD, SIG.IGN);
  for (;;) {
    const accepted = yield* c.accept(listener);
    if (typeof accepted === 'number') {
      if (accepted === -ERRNO.EINTR || accepted === -ERRNO.ECONNABORTED) continue;
      return yield* c.die('httpd', `accept: ${c.strerror(accepted)}`);
    }
    const { fd, address } = accepted;
    const peer = 'port' in address ? endpointText(address.address, address.port) : '';
    yield* c.fork(function* (child) {
      yield* child.close(listener);
      yield* new HttpServer(child, fd, isVerbose ? peer : undefined).run();
      return 0;
    });
    yield* c.close(fd);
  }
}
