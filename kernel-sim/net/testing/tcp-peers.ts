// SPDX-License-Identifier: GPL-2.0-or-later
/** TCP of the rig's hosts, as tests use it: sockets in text, and what went over the cable. */
import { parseIpv4, parseIpv6 } from '../../lib/ip-address.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { KernelBuffer } from '../../mm/io-memory.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { errnoName } from '../../uapi/errno.ts';
import { AF } from '../../uapi/socket.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { Message } from '../message.ts';
import type { SockAddress } from '../sock-address.ts';
import { Tcp } from '../tcp/tcp.ts';
import type { TcpSock } from '../tcp/tcp-sock.ts';
import { NetRig, type RigCable, type RigHost } from './net-rig.ts';

export const MS = 1_000_000;
export const SECOND = 1_000_000_000;
const BUFFER_BYTES = 65_536;

/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function at(text: string): SockAddress {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon);
  const port = Number(text.slice(colon + 1));
  if (!host.startsWith('[')) return { family: AF.INET, address: parseIpv4(host)!, port };
  const address = parseIpv6(host.slice(1, -1))!;
  return { family: AF.INET6, address, port, flowinfo: 0, scopeId: 0 };
}

export function nameOf(answer: number): string | number {
  if (answer === WOULD_BLOCK) return 'WOULD_BLOCK';
  return answer < 0 ? (errnoName(-answer) ?? answer) : answer;
}

export function stateName(sock: TcpSock): string {
  const found = Object.entries(TCP_STATE).find(([, state]) => state === sock.tp.state);
  return found?.[0] ?? '?';
}

export function addTcp(rig: NetRig, host: RigHost): Tcp {
  const tcp = new Tcp({
    stack: host.inet.stack,
    timers: host.timers,
    printk: { info: (text: string) => void host.log.push(text) },
    portRange: () => [32_768, 60_999],
    random: () => rig.random.next(),
  });
  for (const layer of [host.ipv4, host.ipv6]) tcp.attach(layer);
  return tcp;
}

/** Of which families sockets and addresses are. */
export interface TcpFamilies {
  readonly client: number;
  readonly server: number;
  /** Where the server is dialled. */
  readonly to: string;
  readonly any: string;
}

export const OVER_IPV4: TcpFamilies = {
  client: AF.INET,
  server: AF.INET,
  to: '10.0.0.2',
  any: '0.0.0.0',
};
export const OVER_IPV6: TcpFamilies = {
  client: AF.INET6,
  server: AF.INET6,
  to: '[fd00::2]',
  any: '[::]',
};

/** Two hosts and a cable, 10.0.0.1 and 10.0.0.2; over IPv6 fd00::1 and fd00::2, too. */
export class TcpPeers {
  readonly rig: NetRig;
  readonly hosts: readonly [RigHost, RigHost];
  readonly client: Tcp;
  readonly server: Tcp;
  readonly cable: RigCable;
  readonly families: TcpFamilies;

  constructor(seed = 1, families = OVER_IPV4) {
    this.rig = new NetRig(seed);
    this.families = families;
    const { rig } = this;
    this.hosts = [rig.host('client'), rig.host('server')];
    const [one, other] = this.hosts;
    this.cable = rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
    this.client = addTcp(rig, one);
    this.server = addTcp(rig, other);
    if (families !== OVER_IPV4) this.#addIpv6();
  }

  #addIpv6(): void {
    for (const [index, host] of this.hosts.entries()) {
      host.ipv6.disable(false);
      const address = parseIpv6(`fd00::${index + 1}`)!;
      expectZero(host.ipv6.addrconf.add(host.eth(), address, 64));
    }
    // Until nobody asks for routers any more.
    this.rig.wait(20 * SECOND);
  }

  listen(port = 80, backlog = 16): TcpSock {
    const { server, any } = this.families;
    const sock = this.server.create(server);
    expectZero(sock.bind(at(`${any}:${port}`)));
    expectZero(sock.listen(backlog));
    return sock;
  }

  /** Begins to connect. */
  dial(port = 80): TcpSock {
    const { client, to } = this.families;
    const sock = this.client.create(client);
    const answer = nameOf(sock.connect(at(`${to}:${port}`), false));
    if (answer !== 'EINPROGRESS') throw new Error(`connect: ${answer}`);
    this.rig.settle();
    return sock;
  }

  /** A connection that both sides have. */
  connect(port = 80): { client: TcpSock; server: TcpSock; listener: TcpSock } {
    const listener = this.listen(port);
    const client = this.dial(port);
    this.rig.wait(100 * MS);
    const server = listener.accept() as TcpSock;
    if (typeof server === 'number') throw new Error(`accept: ${nameOf(server)}`);
    return { client, server, listener };
  }

  close(...socks: readonly TcpSock[]): void {
    for (const sock of socks) sock.release();
    this.rig.settle();
  }

  /** Lets all of it end. */
  finish(): string {
    this.rig.wait(400 * SECOND);
    this.rig.run();
    return this.rig.complaints();
  }
}

function expectZero(answer: number): void {
  if (answer !== 0) throw new Error(`${nameOf(answer)}`);
}

/** Writes what there is room for. */
export function write(sock: TcpSock, data: string | Uint8Array, flags = 0): string | number {
  const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
  return nameOf(sock.send(Message.of(new KernelBuffer(bytes), 0, bytes.length), flags));
}

/** What can be read: text, or why there is none. */
export function read(sock: TcpSock, room = BUFFER_BYTES, flags = 0): string {
  const bytes = readBytes(sock, room, flags);
  return typeof bytes === 'number' ? String(nameOf(bytes)) : decodeUtf8(bytes);
}

export function readBytes(sock: TcpSock, room = BUFFER_BYTES, flags = 0): Uint8Array | number {
  const buffer = new KernelBuffer(new Uint8Array(room));
  const answer = sock.receive(Message.of(buffer, 0, room), flags);
  return answer < 0 ? answer : buffer.bytes.slice(0, answer);
}
