// SPDX-License-Identifier: GPL-2.0-or-later
/** What this end has found out, for the other end and for itself. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { TCP } from '../../uapi/tcp.ts';
import type { Libc } from '../libc/libc.ts';
import type { TestResults } from './protocol.ts';
import type { Stream } from './stream.ts';
import type { TestRun } from './test-run.ts';

const NAME_BYTES = 16;

export function* resultsOf(
  c: Libc,
  run: TestRun,
  streams: readonly Stream[],
): Sleeping<TestResults> {
  const [first] = streams;
  const isTcpSender = first?.parts.isSender === true && !first.parts.isUdp;
  const endTime = run.duration;
  return {
    cpu: run.cpu,
    hasRetransmits: isTcpSender ? 1 : first?.parts.isSender === true ? 0 : -1,
    congestion: first === undefined ? '' : yield* congestionOf(c, first),
    streams: streams.map(({ parts, bytes, jitter, errors, packets, tcp }) => ({
      id: parts.id,
      bytes,
      retransmits: isTcpSender ? (tcp?.retransmits ?? 0) : -1,
      jitter,
      errors,
      packets: parts.isUdp ? packets : 0,
      startTime: 0,
      endTime,
    })),
  };
}

function* congestionOf(c: Libc, { parts: { fd, isUdp } }: Stream): Sleeping<string> {
  if (isUdp) return '';
  const name = yield* c.getsockopt(fd, IPPROTO.TCP, TCP.CONGESTION, NAME_BYTES);
  return typeof name === 'number' ? '' : decodeUtf8(name).replace(/\0.*/s, '');
}
