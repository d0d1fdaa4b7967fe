// SPDX-License-Identifier: GPL-2.0-or-later
/** What all connections of a machine share. Linux: struct netns_ipv4, tcp_hashinfo. */
import type { IpAddress } from '../../lib/ip-address.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { NetTimers } from '../core/net-timers.ts';
import type { SkBuffs } from '../core/sk-buff.ts';
import type { PortOwner, Ports } from '../ports.ts';
import type { NetStatistics } from '../snmp.ts';
import type { CongestionControl, CongestionControlName } from './congestion.ts';
import type { Connection } from './connection.ts';
import type { TcpSecrets } from './secrets.ts';
import type { TcpSettings } from './settings.ts';
import type { ConnectionTable } from './table.ts';

export interface TcpContext {
  readonly settings: TcpSettings;
  readonly statistics: Pick<NetStatistics, 'tcp' | 'tcpExt'>;
  readonly skbs: SkBuffs;
  readonly timers: NetTimers;
  readonly table: ConnectionTable;
  readonly ports: Ports;
  readonly secrets: TcpSecrets;
  readonly printk: Pick<Printk, 'info'>;
  now(): number;
  /** 32 random bits. */
  random(): number;
  makeCongestion(name: CongestionControlName): CongestionControl;
  /** The connection has ended: its port is free, unless `heir` has it from now on. */
  forget(tp: Connection, heir?: PortOwner): void;
  /** The memory that a large receive buffer may have. Linux: sysctl_rmem_max. */
  readonly rmemMax: number;
  /** Closed connections that still have something to say. */
  orphans: number;
  /** Connections that are established, or wait for this end to close. RFC 1213: tcpCurrEstab. */
  established: number;
  /** Connections in TIME-WAIT, or in FIN-WAIT-2 without a socket. */
  timeWaits: number;
  /** Challenge ACKs of this second. RFC 5961, section 10. */
  readonly challenges: { sinceNs: number; count: number };
}

/** A connection's two ends. */
export interface FourTuple {
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
  readonly localPort: number;
  readonly remotePort: number;
}
