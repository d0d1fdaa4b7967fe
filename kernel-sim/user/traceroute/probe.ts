// SPDX-License-Identifier: GPL-2.0-or-later
/** One packet on its way, and what became of it. Linux: traceroute's struct probe_struct. */
import { ICMP, ICMP_UNREACH, ICMPV6, ICMPV6_UNREACH } from '../../uapi/icmp.ts';
import { SO_EE_ORIGIN } from '../../uapi/in.ts';
import type { QueuedError } from '../support/error-queue.ts';

export interface Probe {
  /** Milliseconds of the monotonic clock; undefined: not yet. */
  sentMs: number | undefined;
  receivedMs: number | undefined;
  isDone: boolean;
  /** No probe with a larger TTL comes further. */
  isFinal: boolean;
  /** Who answered; '' when nobody has. */
  from: string;
  /** `!H` and the like; '' for what is usual. */
  remark: string;
  /** The TTL of the answer. */
  ttl: number | undefined;
  /** What the method knows it by: a descriptor, a sequence number, a port. */
  key: number;
}

export function newProbe(): Probe {
  return {
    sentMs: undefined,
    receivedMs: undefined,
    isDone: false,
    isFinal: false,
    from: '',
    remark: '',
    ttl: undefined,
    key: -1,
  };
}

export interface Answer {
  readonly from: string;
  readonly ttl: number | undefined;
  readonly isFinal: boolean;
  readonly remark: string;
}

export function answer(probe: Probe, nowMs: number, { from, ttl, isFinal, remark }: Answer): void {
  Object.assign(probe, { from, ttl, isFinal, remark, isDone: true, receivedMs: nowMs });
}

const REMARKS: ReadonlyMap<number, string> = new Map([
  [ICMP_UNREACH.NET, '!N'],
  [ICMP_UNREACH.NET_UNKNOWN, '!N'],
  [ICMP_UNREACH.HOST_ISOLATED, '!N'],
  [ICMP_UNREACH.NET_UNR_TOS, '!N'],
  [ICMP_UNREACH.HOST, '!H'],
  [ICMP_UNREACH.HOST_UNKNOWN, '!H'],
  [ICMP_UNREACH.HOST_UNR_TOS, '!H'],
  [ICMP_UNREACH.NET_ANO, '!X'],
  [ICMP_UNREACH.HOST_ANO, '!X'],
  [ICMP_UNREACH.PKT_FILTERED, '!X'],
  [ICMP_UNREACH.PORT, ''],
  [ICMP_UNREACH.PROT, '!P'],
  [ICMP_UNREACH.SR_FAILED, '!S'],
  [ICMP_UNREACH.PREC_VIOLATION, '!V'],
  [ICMP_UNREACH.PREC_CUTOFF, '!C'],
]);
const REMARKS_V6: ReadonlyMap<number, string> = new Map([
  [ICMPV6_UNREACH.NOROUTE, '!N'],
  [ICMPV6_UNREACH.NOT_NEIGHBOUR, '!S'],
  [ICMPV6_UNREACH.ADDR_UNREACH, '!H'],
  [ICMPV6_UNREACH.ADM_PROHIBITED, '!X'],
  [ICMPV6_UNREACH.PORT_UNREACH, ''],
]);

/** What an error message says of a probe; undefined for one that says nothing of it. */
export function readError(error: QueuedError, ownAddress: string): Answer | undefined {
  const { origin, type, code, info, ttl } = error;
  const isIpv6 = origin === SO_EE_ORIGIN.ICMP6;
  // A neighbour that does not answer: this machine itself complains.
  const from = error.from === '' ? ownAddress : error.from;
  if (origin === SO_EE_ORIGIN.LOCAL) return undefined;
  if (type === (isIpv6 ? ICMPV6.TIME_EXCEED : ICMP.TIME_EXCEEDED)) {
    return { from, ttl, isFinal: false, remark: '' };
  }
  if (isIpv6 && type === ICMPV6.PKT_TOOBIG) {
    return { from, ttl, isFinal: true, remark: `!F-${info}` };
  }
  if (type !== (isIpv6 ? ICMPV6.DEST_UNREACH : ICMP.DEST_UNREACH)) {
    return { from, ttl, isFinal: true, remark: `!<${type}-${code}>` };
  }
  if (!isIpv6 && code === ICMP_UNREACH.FRAG_NEEDED) {
    return { from, ttl, isFinal: true, remark: `!F-${info}` };
  }
  const remark = (isIpv6 ? REMARKS_V6 : REMARKS).get(code) ?? `!<${code}>`;
  return { from, ttl, isFinal: true, remark };
}
