// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * iperf3: how much goes over a network in a time. It speaks the real one's protocol.
 *
 * Counterpart: iperf 3.12.
 */
import { O } from '../uapi/fs.ts';
import { IperfClient, systemInfo } from './iperf3/client.ts';
import { IPERF3_VERSION } from './iperf3/help.ts';
import { IPERF3_OPTIONS, parseIperf } from './iperf3/options.ts';
import { IperfServer } from './iperf3/server.ts';
import { defineProgram } from './libc/libc.ts';

export const iperf3 = defineProgram(function* (c) {
  const options = parseIperf(c.argv);
  if ('text' in options) {
    if (options.status !== 0) yield* c.err(options.text);
    else if (options.text !== '') c.out(options.text);
    else c.out(`${IPERF3_VERSION}\n${yield* systemInfo(c)}\n`);
    return options.status;
  }
  if (options.host !== undefined) return yield* new IperfClient(c, options).run();
  if (!options.isDaemon) return yield* new IperfServer(c, options).run();
  const pid = yield* c.fork(function* (child) {
    yield* child.setsid();
    const fd = yield* child.open('/dev/null', O.RDWR);
    if (fd >= 0) for (const target of [0, 1, 2]) yield* child.dup2(fd, target);
    return yield* new IperfServer(child, options).run();
  });
  return pid < 0
    ? yield* c.die('iperf3', `error - unable to become a daemon: ${c.strerror(pid)}`)
    : 0;
}, IPERF3_OPTIONS);
