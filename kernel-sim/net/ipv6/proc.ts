// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/net/if_inet6, /proc/net/ipv6_route, and net.ipv6.
 *
 * Linux: if6_seq_show and addrconf_sysctl of addrconf.c, ip6_fib.c.
 */
import { IN6ADDR_ANY } from '../../uapi/in.ts';
import { RT_SCOPE, RTF, RTN, RTPROT } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { SysctlValue } from '../sysctl-value.ts';
import type { Ipv6Conf } from './conf6.ts';
import { type Fib6Route, isRefusal } from './fib6.ts';
import type { Ipv6 } from './ipv6.ts';

/** Linux: IPV6_ADDR_LOOPBACK and IPV6_ADDR_LINKLOCAL. */
const SCOPE = { HOST: 0x10, LINK: 0x20 } as const;

export function ifInet6Text({ addrconf }: Ipv6): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  let text = '';
  for (const { address, device, prefixLength, scope, flags } of addrconf.all()) {
    const kind = scope === RT_SCOPE.HOST ? SCOPE.HOST : scope === RT_SCOPE.LINK ? SCOPE.LINK : 0;
    const numbers = [device.ifindex, prefixLength, kind, flags].map((value) => hex(value));
    text += `${address} ${numbers.join(' ')} ${device.name.padStart(8)}\n`;
  }
  return text;
}

export function ipv6Sysctls(ipv6: Ipv6): SysctlValue[] {
  const { confAll, confDefault } = ipv6;
  return [
    {
      path: 'ipv6/bindv6only',
      read: () => [ipv6.bindV6Only],
      write: ([value = 0]) => (ipv6.bindV6Only = value),
      min: 0,
      max: 1,
    },
    ...confSysctls6('all', confAll, (isDisabled) => ipv6.disable(isDisabled)),
    ...confSysctls6('default', confDefault),
  ];
}

export function deviceSysctls6(ipv6: Ipv6, device: NetDevice): SysctlValue[] {
  return confSysctls6(device.name, ipv6.conf(device), (isDisabled) => {
    if (isDisabled !== (ipv6.conf(device).disabled !== 0)) ipv6.disableOn(device, isDisabled);
  });
}

/** net.ipv6.conf.NAME. Differs: forwarding stays off, as nothing is passed on here. */
function confSysctls6(
  name: string,
  conf: Ipv6Conf,
  disable: (isDisabled: boolean) => void = (isDisabled) => (conf.disabled = Number(isDisabled)),
): SysctlValue[] {
  const number = (file: string, key: keyof FieldsOf, limits: Limits): SysctlValue => ({
    path: `ipv6/conf/${name}/${file}`,
    read: () => [conf[key]],
    write: ([value = 0]) => (conf[key] = value),
    ...limits,
  });
  return [
    {
      path: `ipv6/conf/${name}/disable_ipv6`,
      read: () => [conf.disabled],
      write: ([value]) => disable(value !== 0),
      min: 0,
      max: 1,
    },
    {
      path: `ipv6/conf/${name}/forwarding`,
      read: () => [0],
      write: () => undefined,
      min: 0,
      max: 0,
    },
    number('accept_ra', 'acceptRa', { min: 0, max: 2 }),
    number('autoconf', 'autoconf', { min: 0, max: 1 }),
    number('accept_dad', 'acceptDad', { min: 0, max: 2 }),
    number('dad_transmits', 'dadTransmits', { min: 0, max: 255 }),
    number('router_solicitations', 'routerSolicitations', { min: 0, max: 255 }),
    number('hop_limit', 'hopLimit', { min: 1, max: 255 }),
    number('max_addresses', 'maxAddresses', { min: 0, max: 1024 }),
  ];
}

type FieldsOf = Omit<Ipv6Conf, 'clone'>;
type Limits = Pick<SysctlValue, 'min' | 'max'>;

// ---- /proc/net/ipv6_route ------------------------------------------------------------------

/** Linux: RTF_* of include/uapi/linux/ipv6_route.h. */
// prettier-ignore
const RTF6 = {
  DEFAULT: 0x1_0000, ADDRCONF: 0x4_0000, PREFIX: 0x8_0000, NONEXTHOP: 0x20_0000, EXPIRES: 0x40_0000,
  LOCAL: 0x8000_0000,
} as const;
const NONE = IN6ADDR_ANY;
/** The route of who has none. Linux: fib6_null_entry. */
const NULL_ENTRY = 0xffff_ffff;

/** Linux: rt6_seq_show, ipv6_route_native_seq_show. */
export function ipv6RouteText({ fib, timers, core }: Ipv6): string {
  const rows = fib.shown(timers.now()).map((route) => routeRow(route));
  const loopback = core.devices[0]?.name ?? 'lo';
  const flags = RTF.REJECT | RTF6.NONEXTHOP;
  return [...rows, rowOf(NONE, 0, NONE, NULL_ENTRY, flags, loopback)].join('');
}

function routeRow(route: Fib6Route): string {
  const { destination, prefixLength, gateway, metric, device, type, expiresNs, protocol } = route;
  let flags: number = isRefusal(route) ? RTF.REJECT | RTF6.NONEXTHOP : RTF.UP;
  if (gateway !== undefined) flags |= RTF.GATEWAY;
  if (type === RTN.LOCAL) flags |= RTF6.NONEXTHOP | RTF6.LOCAL;
  if (expiresNs !== Infinity) flags |= RTF6.EXPIRES;
  if (route.isAdvertised === true) flags |= RTF6.ADDRCONF | RTF6.PREFIX;
  if (protocol === RTPROT.RA) flags |= RTF6.ADDRCONF | (prefixLength === 0 ? RTF6.DEFAULT : 0);
  return rowOf(destination, prefixLength, gateway ?? NONE, metric, flags >>> 0, device.name);
}

function rowOf(
  destination: string,
  prefixLength: number,
  gateway: string,
  metric: number,
  flags: number,
  device: string,
): string {
  const word = (value: number): string => value.toString(16).padStart(8, '0');
  const length = prefixLength.toString(16).padStart(2, '0');
  const counts = [metric, 1, 0, flags].map((value) => word(value)).join(' ');
  return `${destination} ${length} ${NONE} 00 ${gateway} ${counts} ${device.padStart(8)}\n`;
}
