// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * net.ipv4: what of IPv4 can be set. Only what has an effect is here.
 *
 * Linux: net/ipv4/sysctl_net_ipv4.c, devinet.c; Documentation/networking/ip-sysctl.rst.
 */
import { fieldValue, type SysctlValue } from '../sysctl-value.ts';
import type { Ipv4Settings } from './context.ts';
import type { DeviceConf } from './devinet.ts';
import type { Ipv4 } from './ipv4.ts';

const SECOND = 1_000_000_000;
const MS = 1_000_000;
const FLAG = { min: 0, max: 1 };
const PORT_MAX = 65_535;
const INT_MAX = 0x7fff_ffff;

export function ipv4Sysctls(ipv4: Ipv4): SysctlValue[] {
  const { settings } = ipv4;
  const setting = (
    name: string,
    key: NumberSetting,
    range?: Parameters<typeof fieldValue>[3],
  ): SysctlValue => fieldValue<NumberSetting>(`ipv4/${name}`, settings, key, range);
  return [
    forwarding(ipv4, 'ipv4/ip_forward'),
    setting('ip_default_ttl', 'defaultTtl', { min: 1, max: 255 }),
    setting('ip_no_pmtu_disc', 'noPmtuDisc', { min: 0, max: 3 }),
    setting('ip_nonlocal_bind', 'nonlocalBind', FLAG),
    setting('ip_unprivileged_port_start', 'unprivilegedPortStart', { min: 0, max: PORT_MAX }),
    setting('icmp_echo_ignore_all', 'icmpEchoIgnoreAll', FLAG),
    setting('icmp_echo_ignore_broadcasts', 'icmpEchoIgnoreBroadcasts', FLAG),
    setting('icmp_ignore_bogus_error_responses', 'icmpIgnoreBogusErrorResponses', FLAG),
    setting('icmp_ratelimit', 'icmpRatelimit', { min: 0 }),
    setting('icmp_ratemask', 'icmpRatemask'),
    setting('icmp_msgs_per_sec', 'icmpMsgsPerSec', { min: 0 }),
    setting('icmp_msgs_burst', 'icmpMsgsBurst', { min: 0 }),
    setting('ipfrag_high_thresh', 'ipfragHighThresh', { min: 0 }),
    setting('ipfrag_time', 'ipfragTimeNs', { min: 0, unit: SECOND }),
    setting('route/mtu_expires', 'mtuExpiresNs', { min: 0, unit: SECOND }),
    setting('route/min_pmtu', 'minPmtu', { min: 68 }),
    {
      path: 'ipv4/ip_local_port_range',
      read: () => settings.localPortRange,
      write([low = 0, high = 0]) {
        if (low >= 1 && low <= high) settings.localPortRange = [low, high];
      },
      min: 1,
      max: PORT_MAX,
    },
    {
      path: 'ipv4/ping_group_range',
      read: () => settings.pingGroupRange,
      // An empty range: nobody may.
      write: ([low = 1, high = 0]) => (settings.pingGroupRange = low > high ? [1, 0] : [low, high]),
      min: 0,
      max: INT_MAX,
    },
    ...confSysctls(ipv4, 'all', ipv4.devinet.confAll),
    ...confSysctls(ipv4, 'default', ipv4.devinet.confDefault),
    ...neighbourSysctls(ipv4),
  ];
}

type NumberSetting = {
  [K in keyof Ipv4Settings]: Ipv4Settings[K] extends number ? K : never;
}[keyof Ipv4Settings];

/** A router forwards on all devices. Linux: inet_forward_change. */
function forwarding(ipv4: Ipv4, path: string): SysctlValue {
  const { devinet } = ipv4;
  return {
    path,
    read: () => [devinet.confAll.forwarding],
    write([value = 0]) {
      if (value === devinet.confAll.forwarding) return;
      const confs = [...devinet.devices].map((device) => devinet.conf(device));
      for (const conf of [devinet.confAll, devinet.confDefault, ...confs]) conf.forwarding = value;
      ipv4.routes.flush();
    },
    ...FLAG,
  };
}

/** Of one device, or of all. */
export function confSysctls(ipv4: Ipv4, name: string, conf: DeviceConf): SysctlValue[] {
  const path = `ipv4/conf/${name}`;
  const value = (file: string, key: keyof DeviceConf, max = 1): SysctlValue =>
    fieldValue<keyof DeviceConf>(`${path}/${file}`, conf, key, { min: 0, max });
  return [
    name === 'all' ? forwarding(ipv4, `${path}/forwarding`) : value('forwarding', 'forwarding'),
    value('accept_redirects', 'acceptRedirects'),
    value('send_redirects', 'sendRedirects'),
    value('rp_filter', 'rpFilter', 2),
    value('accept_local', 'acceptLocal'),
    value('log_martians', 'logMartians'),
    value('arp_ignore', 'arpIgnore', 8),
    value('arp_accept', 'arpAccept', 2),
    value('promote_secondaries', 'promoteSecondaries'),
  ];
}

/** Differs from Linux: what is set holds for all devices. */
function neighbourSysctls({ neighbours: { settings } }: Ipv4): SysctlValue[] {
  const path = 'ipv4/neigh/default';
  const value = (
    file: string,
    key: keyof typeof settings,
    range: Parameters<typeof fieldValue>[3] = { min: 0 },
  ): SysctlValue => fieldValue<keyof typeof settings>(`${path}/${file}`, settings, key, range);
  return [
    value('mcast_solicit', 'mcastSolicit'),
    value('ucast_solicit', 'ucastSolicit'),
    value('retrans_time_ms', 'retransNs', { min: 0, unit: MS }),
    value('base_reachable_time_ms', 'baseReachableNs', { min: 0, unit: MS }),
    value('base_reachable_time', 'baseReachableNs', { min: 0, unit: SECOND }),
    value('delay_first_probe_time', 'delayFirstProbeNs', { min: 0, unit: SECOND }),
    value('gc_stale_time', 'gcStaleNs', { min: 0, unit: SECOND }),
    value('unres_qlen_bytes', 'unresQlenBytes'),
    value('gc_thresh1', 'gcThresh1'),
    value('gc_thresh2', 'gcThresh2'),
    value('gc_thresh3', 'gcThresh3'),
  ];
}
