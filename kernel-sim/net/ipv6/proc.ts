// SPDX-License-Identifier: GPL-2.0-or-later
/** /proc/net/if_inet6, and net.ipv6. Linux: if6_seq_show and addrconf_sysctl of addrconf.c. */
import { RT_SCOPE } from '../../uapi/rtnetlink.ts';
import type { SysctlValue } from '../sysctl-value.ts';
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
  return ['all', 'default'].map((name) => ({
    path: `ipv6/conf/${name}/disable_ipv6`,
    read: () => [Number(ipv6.isDisabled)],
    write: ([value]) => ipv6.disable(value !== 0),
    min: 0,
    max: 1,
  }));
}
