// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * net.ipv4.tcp_*: what of TCP can be set. Only what has an effect is here.
 *
 * Linux: ipv4_net_table of net/ipv4/sysctl_net_ipv4.c; Documentation/networking/ip-sysctl.rst.
 */
import { fieldValue, type SysctlValue } from '../sysctl-value.ts';
import type { TcpSettings } from './settings.ts';

const FLAG = { min: 0, max: 1 };
const BYTE = { min: 0, max: 255 };
const COUNT = { min: 0 };
const POSITIVE = { min: 1 };

type NumberKey = {
  [K in keyof TcpSettings]: TcpSettings[K] extends number ? K : never;
}[keyof TcpSettings];

export function tcpSysctls(settings: TcpSettings): SysctlValue[] {
  const setting = (
    name: string,
    key: NumberKey,
    range?: Parameters<typeof fieldValue>[3],
  ): SysctlValue => fieldValue<NumberKey>(`ipv4/tcp_${name}`, settings, key, range);
  return [
    setting('window_scaling', 'windowScaling', FLAG),
    setting('timestamps', 'timestamps', { min: 0, max: 2 }),
    setting('sack', 'sack', FLAG),
    setting('syn_retries', 'synRetries', { min: 1, max: 127 }),
    setting('synack_retries', 'synackRetries', BYTE),
    setting('retries1', 'retries1', BYTE),
    setting('retries2', 'retries2', BYTE),
    setting('orphan_retries', 'orphanRetries', BYTE),
    setting('fin_timeout', 'finTimeout', COUNT),
    setting('keepalive_time', 'keepaliveTime', COUNT),
    setting('keepalive_intvl', 'keepaliveIntvl', COUNT),
    setting('keepalive_probes', 'keepaliveProbes', BYTE),
    setting('max_syn_backlog', 'maxSynBacklog', COUNT),
    setting('syncookies', 'syncookies', { min: 0, max: 2 }),
    setting('abort_on_overflow', 'abortOnOverflow', FLAG),
    setting('max_tw_buckets', 'maxTwBuckets', COUNT),
    setting('max_orphans', 'maxOrphans', COUNT),
    setting('tw_reuse', 'twReuse', { min: 0, max: 2 }),
    setting('reordering', 'reordering', POSITIVE),
    setting('slow_start_after_idle', 'slowStartAfterIdle', FLAG),
    setting('moderate_rcvbuf', 'moderateRcvbuf', FLAG),
    setting('adv_win_scale', 'advWinScale', { min: -31, max: 31 }),
    setting('challenge_ack_limit', 'challengeAckLimit', COUNT),
    setting('rfc1337', 'rfc1337', FLAG),
    setting('stdurg', 'stdurg', FLAG),
    triple('rmem', settings),
    triple('wmem', settings),
  ];
}

/** Least, initial and greatest bytes of a buffer. */
function triple(name: 'rmem' | 'wmem', settings: TcpSettings): SysctlValue {
  return {
    path: `ipv4/tcp_${name}`,
    read: () => settings[name],
    write: ([min = 1, initial = 1, max = 1]) => (settings[name] = [min, initial, max]),
    min: 1,
  };
}
