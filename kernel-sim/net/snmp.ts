// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The counters of the network, and their files: /proc/net/snmp and /proc/net/netstat.
 *
 * Each protocol adds to its own; whoever drops a packet counts why.
 *
 * Linux: struct netns_mib, net/ipv4/proc.c.
 */
import {
  ICMP6_MIB,
  ICMP_MIB,
  IP6_MIB,
  IP_EXT_MIB,
  IP_MIB,
  TCP_EXT_MIB,
  TCP_MIB,
  UDP_MIB,
} from './snmp-names.ts';

export type Counters<Names extends readonly string[]> = Record<Names[number], number>;

/** What is no count, and stands before the counts. */
export interface SnmpSettings {
  readonly forwarding: boolean;
  readonly defaultTtl: number;
  /** Connections that are established, or wait for their other end to close. */
  readonly currEstab: number;
}

export class NetStatistics {
  readonly ip = zeros(IP_MIB);
  readonly ipExt = zeros(IP_EXT_MIB);
  readonly icmp = zeros(ICMP_MIB);
  /** By type: InTypeN and OutTypeN. */
  readonly icmpIn = new Map<number, number>();
  readonly icmpOut = new Map<number, number>();
  readonly tcp = zeros(TCP_MIB);
  readonly tcpExt = zeros(TCP_EXT_MIB);
  readonly udp = zeros(UDP_MIB);
  readonly ip6 = zeros(IP6_MIB);
  readonly icmp6 = zeros(ICMP6_MIB);
  readonly udp6 = zeros(UDP_MIB);

  /** /proc/net/snmp. */
  snmpText({ forwarding, defaultTtl, currEstab }: SnmpSettings): string {
    const { ip, icmp, udp, tcp } = this;
    const ipRow = { Forwarding: forwarding ? 1 : 2, DefaultTTL: defaultTtl, ...ip };
    const { ActiveOpens, PassiveOpens, AttemptFails, EstabResets, ...segments } = tcp;
    const opens = { ActiveOpens, PassiveOpens, AttemptFails, EstabResets };
    const limits = { RtoAlgorithm: 1, RtoMin: 200, RtoMax: 120_000, MaxConn: -1 };
    return (
      rows('Ip', ipRow) +
      rows('Icmp', icmp) +
      this.#icmpMessages() +
      rows('Tcp', { ...limits, ...opens, CurrEstab: currEstab, ...segments }) +
      rows('Udp', udp) +
      rows('UdpLite', zeros(UDP_MIB))
    );
  }

  /** /proc/net/snmp6. */
  snmp6Text(): string {
    const groups = [
      ['Ip6', this.ip6],
      ['Icmp6', this.icmp6],
      ['Udp6', this.udp6],
    ] as const;
    return groups
      .flatMap(([title, counts]) =>
        Object.entries(counts).map(([name, count]) => {
          return `${`${title}${name}`.padEnd(32)}\t${count}\n`;
        }),
      )
      .join('');
  }

  /** /proc/net/netstat. */
  netstatText(): string {
    return rows('TcpExt', this.tcpExt) + rows('IpExt', this.ipExt);
  }

  /** Only the types that occurred. Linux: icmpmsg_put. */
  #icmpMessages(): string {
    const counts: Record<string, number> = {};
    for (const [way, types] of [['In', this.icmpIn] as const, ['Out', this.icmpOut] as const]) {
      for (const type of [...types.keys()].toSorted((a, b) => a - b)) {
        counts[`${way}Type${type}`] = types.get(type) ?? 0;
      }
    }
    return Object.keys(counts).length === 0 ? '' : rows('IcmpMsg', counts);
  }
}

export function zeros<Names extends readonly string[]>(names: Names): Counters<Names> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Counters<Names>;
}

function rows(title: string, counts: Readonly<Record<string, number>>): string {
  const names = Object.keys(counts).join(' ');
  return `${title}: ${names}\n${title}: ${Object.values(counts).join(' ')}\n`;
}
