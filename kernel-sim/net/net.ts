// SPDX-License-Identifier: GPL-2.0-or-later
/** The network of one machine: its parts, as other rooms find them. */
import type { Inet } from './af-inet.ts';
import type { DeviceIoctls } from './core/dev-ioctl.ts';
import type { NetCore } from './core/net-core.ts';
import type { NetTimers } from './core/net-timers.ts';
import type { Ipv4 } from './ipv4/ipv4.ts';
import type { Ipv6 } from './ipv6/ipv6.ts';
import type { SockDiag } from './netlink/sock-diag.ts';
import type { PacketFamily } from './packet/packet-family.ts';
import type { NetStatistics } from './snmp.ts';
import type { Tcp } from './tcp/tcp.ts';

export interface Net {
  readonly core: NetCore;
  readonly ioctls: DeviceIoctls;
  readonly packet: PacketFamily;
  readonly timers: NetTimers;
  readonly statistics: NetStatistics;
  readonly ipv4: Ipv4;
  readonly ipv6: Ipv6;
  readonly inet: Inet;
  readonly tcp: Tcp;
  /** Where protocols say which sockets they have. */
  readonly sockDiag: SockDiag;
}
