// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * udhcpd: a DHCP server.
 *
 * Counterpart: busybox, networking/udhcp/dhcpd.c; its file is udhcpd.conf(5) as far as config.ts
 * goes.
 */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram } from './libc/libc.ts';
import { parseConfig } from './udhcpd/config.ts';
import { DhcpServer } from './udhcpd/server.ts';

const OPTIONS: OptionSpec = { short: 'f', long: { help: 'help' } };
const DEFAULT_FILE = '/etc/udhcpd.conf';

const USAGE = `Usage: udhcpd [-f] [CONFFILE]

Give addresses to machines that ask for them

\t-f\tRun in foreground
`;

export const udhcpd = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args || args.operands.length > 1 || args.options.some((o) => o.name === 'help')) {
    yield* c.err('error' in args ? `${args.error}\n${USAGE}` : USAGE);
    return 1;
  }
  const file = args.operands[0] ?? DEFAULT_FILE;
  const text = yield* c.read_file(file);
  if (typeof text === 'number') return yield* c.die('udhcpd', `${file}: ${c.strerror(text)}`);
  const config = parseConfig(decodeUtf8(text));
  if (typeof config === 'string') return yield* c.die('udhcpd', `${file}: ${config}`);
  const server = yield* DhcpServer.open(c, config);
  if (typeof server === 'number') return server;
  yield* c.err('udhcpd: started, v1.35.0\n');
  if (args.options.some(({ name }) => name === 'f')) return yield* server.serve();
  const pid = yield* c.fork(function* (child): Sleeping<number> {
    yield* child.setsid();
    return yield* server.in(child).serve();
  });
  return pid < 0 ? yield* c.die('udhcpd', `fork: ${c.strerror(pid)}`) : 0;
}, OPTIONS);
