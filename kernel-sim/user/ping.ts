// SPDX-License-Identifier: GPL-2.0-or-later
/** ping: asks a host for an echo, as iputils does it. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { parsePing, PING_OPTIONS, type PingOptions } from './ping/options.ts';
import { PingSession } from './ping/session.ts';
import { findTarget, openSocket, type PingTarget } from './ping/target.ts';

/** Who is not root must leave so much time between requests. */
const USER_INTERVAL_MS = 2;
/** Nor may such a one send more at once. */
const USER_PRELOAD = 3;
const ERROR_STATUS = 2;
const IPV4_HEADERS = 28;

export const ping = defineProgram(function* (c) {
  const options = parsePing(c.argv);
  if ('error' in options) {
    yield* c.err(options.error);
    return options.status;
  }
  if ('text' in options) {
    c.out(options.text);
    return options.status;
  }
  const refusal = yield* refuseHaste(c, options);
  if (refusal !== undefined) return yield* c.die('ping', refusal, ERROR_STATUS);
  const target = yield* findTarget(c, options);
  if ('error' in target) {
    yield* c.err(target.error);
    return target.status;
  }
  const socket = yield* openSocket(c, target, options);
  if ('error' in socket) {
    yield* c.err(socket.error);
    return socket.status;
  }
  c.out(heading(options, target));
  const session = new PingSession(c, options, target, socket);
  yield* session.run();
  const { statistics } = session;
  c.out(
    statistics.summary(
      options.target,
      options.isFlood || options.isAdaptive || options.intervalMs === 0,
    ),
  );
  const isShort = Number.isFinite(options.deadlineMs) && statistics.received < options.count;
  const wantsAll = isShort && Number.isFinite(options.count);
  return statistics.received === 0 || wantsAll ? 1 : 0;
}, PING_OPTIONS);

/** What only root may ask for; undefined when nothing is. */
function* refuseHaste(c: Libc, options: PingOptions): Sleeping<string | undefined> {
  if ((yield* c.getuid()) === 0) return undefined;
  if (options.preload > USER_PRELOAD) {
    return `cannot set preload to value greater than ${USER_PRELOAD}: ${options.preload}`;
  }
  if (options.intervalMs >= USER_INTERVAL_MS || options.isAdaptive) return undefined;
  return `cannot flood; minimal interval allowed for user is ${USER_INTERVAL_MS}ms`;
}

function heading(options: PingOptions, target: PingTarget): string {
  const { address, isIpv6, source, device, zone } = target;
  const showsSource = options.from !== undefined || options.isSticky;
  const from = showsSource ? ` from ${source} ${device}:` : '';
  let pattern = '';
  if (options.pattern !== undefined) {
    const digits = options.pattern.map((byte) => byte.toString(16).padStart(2, '0')).join('');
    pattern = `PATTERN: 0x${digits}\n`;
  }
  if (isIpv6) {
    const target = `${options.target}(${address.address}${zone})`;
    return `${pattern}PING ${target}${from} ${options.dataBytes} data bytes\n`;
  }
  const sizes = `${options.dataBytes}(${options.dataBytes + IPV4_HEADERS}) bytes of data.`;
  return `${pattern}PING ${options.target} (${address.address})${from} ${sizes}\n`;
}
