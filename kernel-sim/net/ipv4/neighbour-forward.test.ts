// SPDX-License-Identifier: GPL-2.0-or-later
/** Neighbours that come and go, and a router between two networks. */
import { describe, expect, it } from 'vitest';

import { formatIpv4, parseIpv4 } from '../../lib/ip-address.ts';
import { IP, IP_PMTUDISC, IPPROTO } from '../../uapi/in.ts';
import { NUD } from '../../uapi/rtnetlink.ts';
import { AF, MSG } from '../../uapi/socket.ts';
import type { Neighbour } from '../core/neighbour.ts';
import { addressOf, heard, receive, send } from '../testing/datagrams.ts';
import { NetRig, type RigHost } from '../testing/net-rig.ts';
import type { UdpSock } from '../udp.ts';

const SECOND = 1_000_000_000;
const SOON_NS = 1_000_000;

function connected(host: RigHost, to: string): UdpSock {
  const sock = host.inet.udp.create(AF.INET);
  sock.connect(addressOf(to));
  return sock;
}

function neighbourOf(host: RigHost, address: string): Neighbour {
  return host.ipv4.neighbours.find(parseIpv4(address)!, host.eth())!;
}

function arp(operation: number, sender: string, mac: number, target: string): Uint8Array {
  const words = (address: string): number[] => address.split('.').map(Number);
  const from = [2, 0, 0, 0, 0, mac];
  // prettier-ignore
  return Uint8Array.of(
    ...Array.from({ length: 6 }, () => 0xff), ...from, 8, 6,
    0, 1, 8, 0, 6, 4, 0, operation, ...from, ...words(sender), 0, 0, 0, 0, 0, 0, ...words(target),
  );
}

describe('a neighbour', () => {
  it('that does not answer is asked three times, a second apart, and then given up', () => {
    const rig = new NetRig();
    const [one, other] = [rig.host('one'), rig.host('other')];
    const cable = rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
    const sock = connected(one, '10.0.0.9:7');
    sock.setOption(IPPROTO.IP, IP.RECVERR, Uint8Array.of(1, 0, 0, 0));
    for (let n = 0; n < 4; n++) send(sock, 'waits');
    rig.wait(10 * SECOND);
    const asked = cable.frames.map(({ atNs }) => Math.round(atNs / SECOND));
    expect([cable.kinds, asked]).toEqual([
      ['arp', 'arp', 'arp'],
      [0, 1, 2],
    ]);
    expect(neighbourOf(one, '10.0.0.9').state).toBe(NUD.FAILED);
    expect(heard(sock)).toBe('EHOSTUNREACH');
    // Sent to again, it is asked again.
    while (sock.errors.length > 0) receive(sock, 9, MSG.ERRQUEUE);
    send(sock, 'again');
    expect(neighbourOf(one, '10.0.0.9').state).toBe(NUD.INCOMPLETE);
    sock.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('is trusted, doubted, asked and trusted again; or forgotten when it is silent', () => {
    const rig = new NetRig();
    const [one, other] = [rig.host('one'), rig.host('other')];
    const cable = rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
    const sock = connected(one, '10.0.0.2:7');
    const server = other.inet.udp.create(AF.INET);
    server.bind(addressOf('0.0.0.0:7'));
    const states: number[] = [];
    one.ipv4.onNeighbour = ({ state }) => states.push(state);
    send(sock, 'x');
    rig.wait(60 * SECOND);
    send(sock, 'y');
    rig.wait(10 * SECOND);
    const { NONE, INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, FAILED } = NUD;
    const first = [NONE, INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, REACHABLE];
    expect(states).toEqual(first);
    cable.tamper = () => [];
    rig.wait(60 * SECOND);
    send(sock, 'z');
    rig.wait(60 * SECOND);
    expect(states.slice(first.length)).toEqual([STALE, DELAY, PROBE, FAILED]);
    // Asked itself, by its own address, before it was given up.
    expect(cable.frames.at(-1)!.bytes[0]).toBe(2);
    sock.release();
    server.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('that moves is believed, unless somebody else has just answered', () => {
    const rig = new NetRig();
    const [one, other] = [rig.host('one'), rig.host('other')];
    rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
    const sock = connected(one, '10.0.0.2:7');
    send(sock, 'x');
    rig.wait(SOON_NS);
    const neighbour = neighbourOf(one, '10.0.0.2');
    const say = (operation: number, mac: number, target: string): number => {
      one.arrive(one.eth(), arp(operation, '10.0.0.2', mac, target));
      rig.wait(SOON_NS);
      return neighbour.hardwareAddress[5]!;
    };
    expect(neighbour.hardwareAddress[5]).toBe(2);
    expect(say(2, 66, '10.0.0.1')).toBe(2);
    expect(say(1, 67, '10.0.0.2')).toBe(67);
    rig.wait(2 * SECOND);
    expect(say(2, 68, '10.0.0.1')).toBe(68);
    one.ipv4.neighbours.update(neighbour, Uint8Array.of(2, 0, 0, 0, 0, 9), NUD.PERMANENT, {
      isAdmin: true,
      isOverride: true,
    });
    expect(say(1, 70, '10.0.0.2')).toBe(9);
    sock.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('is one of a bounded number, however many ask', () => {
    const rig = new NetRig();
    const [one, other] = [rig.host('one'), rig.host('other')];
    rig.join(one, '10.0.0.1/16', other, '10.0.0.2/16');
    for (let n = 0; n < 1500; n++) {
      one.arrive(one.eth(), arp(1, formatIpv4(0x0a00_1000 + n), n & 0xff, '10.0.0.1'));
      if (n % 100 === 0) rig.settle();
    }
    rig.wait(SOON_NS);
    const count = [...one.ipv4.neighbours.all()].length;
    expect(count).toBeGreaterThan(100);
    expect(count).toBeLessThanOrEqual(one.ipv4.neighbours.settings.gcThresh3);
    rig.run();
    expect(rig.complaints()).toBe('');
  });
});

describe('a router', () => {
  function network(): { rig: NetRig; one: RigHost; router: RigHost; other: RigHost } {
    const rig = new NetRig();
    const [one, router, other] = [rig.host('one'), rig.host('router'), rig.host('other')];
    rig.join(one, '10.0.0.1/24', router, '10.0.0.254/24');
    rig.join(other, '10.9.0.1/24', router, '10.9.0.254/24');
    one.addRoute('default', '10.0.0.254');
    other.addRoute('default', '10.9.0.254');
    for (const device of router.core.devices) router.ipv4.devinet.conf(device).forwarding = 1;
    return { rig, one, router, other };
  }

  it('passes on what is for others, and says so when it does not', () => {
    const { rig, one, router, other } = network();
    const [client, server] = [one, other].map((host) => host.inet.udp.create(AF.INET));
    server!.bind(addressOf('0.0.0.0:7'));
    send(client!, 'far', '10.9.0.1:7');
    rig.wait(SOON_NS);
    expect(heard(server!)).toMatch(/^far from 10\.0\.0\.1:/);
    for (const [name, value] of [
      [IP.RECVERR, 1],
      [IP.TTL, 1],
    ] as const) {
      client!.setOption(IPPROTO.IP, name, Uint8Array.of(value, 0, 0, 0));
    }
    send(client!, 'near', '10.9.0.1:7');
    rig.wait(SOON_NS);
    // How traceroute(8) finds routers.
    expect(heard(client!)).toBe('EHOSTUNREACH');
    const offender = receive(client!, 100, MSG.ERRQUEUE).control[0]!.data.subarray(20, 24);
    expect([...offender]).toEqual([10, 0, 0, 254]);
    client!.setOption(IPPROTO.IP, IP.TTL, Uint8Array.of(9, 0, 0, 0));
    send(client!, 'nowhere', '192.0.2.1:7');
    rig.wait(SOON_NS);
    expect(heard(client!)).toBe('ENETUNREACH');
    expect(router.statistics.ip).toMatchObject({ ForwDatagrams: 1, InHdrErrors: 1 });
    client!.release();
    server!.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('tells how much passes, which is remembered for a while', () => {
    const { rig, one, router, other } = network();
    router.eth(1).mtu = 1000;
    const client = connected(one, '10.9.0.1:7');
    const server = other.inet.udp.create(AF.INET);
    server.bind(addressOf('0.0.0.0:7'));
    client.setOption(IPPROTO.IP, IP.MTU_DISCOVER, Uint8Array.of(IP_PMTUDISC.DO, 0, 0, 0));
    send(client, new Uint8Array(1400));
    rig.wait(SOON_NS);
    expect(heard(client)).toBe('EMSGSIZE');
    expect(client.pathMtu).toBe(1000);
    expect(send(client, new Uint8Array(1400))).toBe('EMSGSIZE');
    expect(send(client, new Uint8Array(972))).toBe(972);
    client.setOption(IPPROTO.IP, IP.MTU_DISCOVER, Uint8Array.of(IP_PMTUDISC.WANT, 0, 0, 0));
    send(client, new Uint8Array(1400));
    rig.wait(SOON_NS);
    expect([receive(server).answer, receive(server).answer]).toEqual([972, 1400]);
    rig.wait(601 * SECOND);
    expect(client.pathMtu).toBe(1500);
    client.release();
    server.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });

  it('that is no router keeps what is for others', () => {
    const { rig, one, router, other } = network();
    for (const device of router.core.devices) router.ipv4.devinet.conf(device).forwarding = 0;
    const client = connected(one, '10.9.0.1:7');
    send(client, 'far');
    rig.wait(SOON_NS);
    expect(heard(client)).toBe('WOULD_BLOCK');
    expect([router.statistics.ip.InAddrErrors, other.statistics.ip.InReceives]).toEqual([1, 0]);
    client.release();
    rig.run();
    expect(rig.complaints()).toBe('');
  });
});
