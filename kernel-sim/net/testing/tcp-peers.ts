// SPDX-License-Identifier: GPL-2.0-or-later
/** TCP of the rig's hosts, as tests use it: sockets in text, and what went over the cable. */
import { parseIpv4 } from '../../lib/ip-address.ts';
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

export function at(text: string): SockAddress {
  const [host = '', port = '0'] = text.split(':');
  return { family: AF.INET, address: parseIpv4(host)!, port: Number(port) };
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
  tcp.attach(host.ipv4);
  return tcp;
}

/** Two hosts and a cable, 10.0.0.1 and 10.0.0.2. */
export class TcpPeers {
  readonly rig: NetRig;
  readonly hosts: readonly [RigHost, RigHost];
  readonly client: Tcp;
  readonly server: Tcp;
  readonly cable: RigCable;

  constructor(seed = 1) {
    this.rig = new NetRig(seed);
    const { rig } = this;
    this.hosts = [rig.host('client'), rig.host('server')];
    const [one, other] = this.hosts;
    this.cable = rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
    this.client = addTcp(rig, one);
    this.server = addTcp(rig, other);
  }

  listen(port = 80, backlog = 16): TcpSock {
    const sock = this.server.create(AF.INET);
    expectZero(sock.bind(at(`0.0.0.0:${port}`)));
    expectZero(sock.listen(backlog));
    return sock;
  }

  /** Begins to connect. */
  dial(port = 80): TcpSock {
    const sock = this.client.create(AF.INET);
    const answer = nameOf(sock.connect(at(`10.0.0.2:${port}`), false));
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
