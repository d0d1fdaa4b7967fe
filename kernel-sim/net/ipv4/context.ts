// SPDX-License-Identifier: GPL-2.0-or-later
/** What the parts of IPv4 have of each other, and what net.ipv4 lets be set. */
import type { Sim } from '../../sim/sim.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NeighbourTable } from '../core/neighbour.ts';
import type { NetTimers } from '../core/net-timers.ts';
import type { NetStatistics } from '../snmp.ts';
import type { Devinet } from './devinet.ts';
import type { Fib } from './fib.ts';
import type { FibFrontend } from './fib-frontend.ts';
import type { Icmp } from './icmp.ts';
import type { IpOutput } from './ip-output.ts';
import type { Protocols } from './ip-input.ts';
import type { Ipv4Routes } from './route.ts';

const SECOND = 1_000_000_000;

/** Linux: struct netns_ipv4. */
export interface Ipv4Settings {
  defaultTtl: number;
  /** Anybody may bind to an address that is not (yet) one of this machine's. */
  nonlocalBind: number;
  noPmtuDisc: number;
  localPortRange: readonly [number, number];
  unprivilegedPortStart: number;
  /** Groups whose processes may open ping sockets. */
  pingGroupRange: readonly [number, number];
  icmpEchoIgnoreAll: number;
  icmpEchoIgnoreBroadcasts: number;
  icmpIgnoreBogusErrorResponses: number;
  /** Milliseconds between two errors to one host, and which types that is for. */
  icmpRatelimit: number;
  icmpRatemask: number;
  icmpMsgsPerSec: number;
  icmpMsgsBurst: number;
  /** Bytes of fragments, by truesize, and how long they wait for each other. */
  ipfragHighThresh: number;
  ipfragTimeNs: number;
  /** Seconds that a path's MTU is believed, and the least that is. */
  mtuExpiresNs: number;
  minPmtu: number;
}

export function defaultIpv4Settings(): Ipv4Settings {
  return {
    defaultTtl: 64,
    nonlocalBind: 0,
    noPmtuDisc: 0,
    localPortRange: [32_768, 60_999],
    unprivilegedPortStart: 1024,
    pingGroupRange: [0, 0x7fff_ffff],
    icmpEchoIgnoreAll: 0,
    icmpEchoIgnoreBroadcasts: 1,
    icmpIgnoreBogusErrorResponses: 1,
    icmpRatelimit: 1000,
    icmpRatemask: 6168,
    icmpMsgsPerSec: 1000,
    icmpMsgsBurst: 50,
    ipfragHighThresh: 4 * 1024 * 1024,
    ipfragTimeNs: 30 * SECOND,
    mtuExpiresNs: 600 * SECOND,
    minPmtu: 552,
  };
}

export interface Ipv4Context {
  readonly sim: Sim;
  readonly core: NetCore;
  readonly timers: NetTimers;
  readonly statistics: NetStatistics;
  readonly settings: Ipv4Settings;
  /** 32 random bits. */
  readonly random: () => number;
  readonly devinet: Devinet;
  readonly fib: Fib;
  readonly frontend: FibFrontend;
  readonly routes: Ipv4Routes;
  readonly neighbours: NeighbourTable;
  readonly ipOutput: IpOutput;
  readonly icmp: Icmp;
  readonly protocols: Protocols;
  /** A source that cannot be is to be logged. */
  onMartian(source: number, destination: number, device: NetDevice): void;
}
