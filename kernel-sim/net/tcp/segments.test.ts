// SPDX-License-Identifier: GPL-2.0-or-later
/** Segments in, segments out: a peer that is no stack, but says exactly what a test wants. */
import { describe, expect, it } from 'vitest';

import { foldChecksum, sumBytes } from '../core/checksum.ts';
import { MS, nameOf, read, SECOND, stateName, TcpPeers, write } from '../testing/tcp-peers.ts';
import type { TcpSock } from './tcp-sock.ts';

const FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16 };
const IP_AT = 14;
const TCP_AT = 34;
const PEER_ISN = 1000;
const MSS_1460 = [2, 4, 5, 180];
const SACK_PERMITTED = [1, 1, 4, 2];

interface Heard {
  readonly flags: string;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly length: number;
  readonly atNs: number;
}

class RawPeer {
  readonly peers = new TcpPeers();
  readonly listener: TcpSock;
  readonly heard: Heard[] = [];
  port = 5000;
  /** Where the machine's numbers begin. */
  isn = 0;

  constructor(backlog = 16) {
    const { cable, hosts } = this.peers;
    this.listener = this.peers.listen(80, backlog);
    cable.tamper = ({ bytes, from, atNs }) => {
      if (bytes[12] === 8 && bytes[13] === 6) return [bytes];
      if (from === hosts[1].eth()) this.#hear(bytes, atNs);
      return [];
    };
  }

  #hear(bytes: Uint8Array, atNs: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const bits = view.getUint8(TCP_AT + 13);
    const flags = Object.keys(FLAGS).filter((letter) => (bits & FLAGS[letter]!) !== 0);
    const headerBytes = (view.getUint8(TCP_AT + 12) >>> 4) * 4;
    const seq = view.getUint32(TCP_AT + 4);
    if (flags.includes('S')) this.isn = seq;
    this.heard.push({
      flags: flags.join(''),
      seq: (seq - this.isn) >>> 0,
      ack: (view.getUint32(TCP_AT + 8) - PEER_ISN) >>> 0,
      window: view.getUint16(TCP_AT + 14),
      length: view.getUint16(IP_AT + 2) - 20 - headerBytes,
      atNs,
    });
  }

  /** Numbers count from both ends' first ones. */
  send(
    flags: string,
    seq: number,
    ack = 0,
    how: { data?: number; window?: number; options?: readonly number[] } = {},
  ): this {
    const { data = 0, window = 64_000, options = [] } = how;
    const headerBytes = 20 + options.length;
    const bytes = new Uint8Array(TCP_AT + headerBytes + data);
    const view = new DataView(bytes.buffer);
    bytes.set(this.peers.hosts[1].eth().address, 0);
    bytes.set(this.peers.hosts[0].eth().address, 6);
    view.setUint16(12, 0x800);
    view.setUint8(IP_AT, 0x45);
    view.setUint16(IP_AT + 2, 20 + headerBytes + data);
    view.setUint8(IP_AT + 8, 64);
    view.setUint8(IP_AT + 9, 6);
    view.setUint32(IP_AT + 12, 0x0a00_0001);
    view.setUint32(IP_AT + 16, 0x0a00_0002);
    view.setUint16(IP_AT + 10, foldChecksum(sumBytes(view, IP_AT, 20)));
    view.setUint16(TCP_AT, this.port);
    view.setUint16(TCP_AT + 2, 80);
    view.setUint32(TCP_AT + 4, (PEER_ISN + seq) >>> 0);
    const bits = Array.from(flags).reduce((sum, letter) => sum | FLAGS[letter]!, 0);
    if (flags.includes('.')) view.setUint32(TCP_AT + 8, (this.isn + ack) >>> 0);
    view.setUint8(TCP_AT + 12, (headerBytes / 4) << 4);
    view.setUint8(TCP_AT + 13, bits);
    view.setUint16(TCP_AT + 14, window);
    bytes.set(options, TCP_AT + 20);
    const pseudo = 0x0a00_0001 + 0x0a00_0002 + 6 + headerBytes + data;
    view.setUint16(TCP_AT + 16, foldChecksum(sumBytes(view, TCP_AT, headerBytes + data, pseudo)));
    this.peers.hosts[1].arrive(this.peers.hosts[1].eth(), bytes);
    this.peers.rig.wait(MS);
    return this;
  }

  /** What came since the last look: `flags seq:end ack`. */
  take(): string[] {
    return this.heard
      .splice(0)
      .map(({ flags, seq, ack, length }) => `${flags} ${seq}:${seq + length} ack ${ack}`);
  }

  connect(options: readonly number[] = MSS_1460): TcpSock {
    this.send('S', 0, 0, { options }).send('.', 1, 1);
    const sock = this.listener.accept();
    if (typeof sock === 'number') throw new Error(`accept: ${nameOf(sock)}`);
    this.take();
    return sock as TcpSock;
  }
}

describe('opening', () => {
  it('answers a SYN, repeats the answer, and takes the ACK', () => {
    const peer = new RawPeer();
    peer.send('S', 0, 0, { options: MSS_1460 });
    peer.peers.rig.wait(3500 * MS);
    expect(peer.take()).toEqual(Array.from({ length: 3 }, () => 'S. 0:0 ack 1'));
    peer.send('.', 1, 1);
    expect(stateName(peer.listener.accept() as TcpSock)).toBe('ESTABLISHED');
  });

  it('resets what nobody asked for', () => {
    const peer = new RawPeer();
    peer.send('.', 5, 77);
    expect(peer.take()).toEqual(['R 77:77 ack 4294966296']);
    peer.send('R', 5);
    expect(peer.take()).toEqual([]);
  });

  it('sends cookies when its queue is full, and knows them again', () => {
    const peer = new RawPeer(2);
    for (let port = 6000; port < 6010; port++) {
      peer.port = port;
      peer.send('S', 0, 0, { options: MSS_1460 });
    }
    expect(peer.peers.server.statistics.tcpExt.SyncookiesSent).toBe(8);
    expect(peer.peers.hosts[1].log.join('\n')).toMatch(
      /TCP: request_sock_TCP: Possible SYN flooding on port 0\.0\.0\.0:80\. Sending cookies\./,
    );
    peer.send('.', 1, 2);
    expect(peer.listener.poll()).toBe(0);
    peer.send('.', 1, 1);
    expect(stateName(peer.listener.accept() as TcpSock)).toBe('ESTABLISHED');
  });
});

describe('attacks', () => {
  it('believes only a reset with the very next number', () => {
    const peer = new RawPeer();
    const sock = peer.connect();
    peer.send('R', 100);
    expect([peer.take(), stateName(sock)]).toEqual([['. 1:1 ack 1'], 'ESTABLISHED']);
    peer.peers.rig.wait(SECOND);
    peer.send('S', 50);
    expect([peer.take(), stateName(sock)]).toEqual([['. 1:1 ack 1'], 'ESTABLISHED']);
    peer.send('R', 1_000_000);
    expect([peer.take(), stateName(sock)]).toEqual([[], 'ESTABLISHED']);
    peer.send('R', 1);
    expect([stateName(sock), read(sock)]).toEqual(['CLOSE', 'ECONNRESET']);
  });
});

/** SACK: from the second segment on, so many have arrived. */
function secondTo(peer: RawPeer, count: number): number[] {
  const start = peer.isn + 1 + 1460;
  const words = new DataView(new ArrayBuffer(8));
  words.setUint32(0, start >>> 0);
  words.setUint32(4, (start + count * 1460) >>> 0);
  return [1, 1, 5, 10, ...new Uint8Array(words.buffer)];
}

describe('sending', () => {
  it('waits twice as long after each timeout', () => {
    const peer = new RawPeer();
    write(peer.connect(), 'data');
    peer.peers.rig.wait(8 * SECOND);
    const times = peer.heard.filter(({ length }) => length > 0).map(({ atNs }) => atNs / MS);
    const gaps = times.slice(1).map((time, index) => Math.round(time - times[index]!));
    expect(gaps.slice(1).map((gap, index) => Math.round(gap / gaps[index]!))).toEqual(
      gaps.slice(1).map(() => 2),
    );
    expect(gaps.length).toBeGreaterThan(3);
  });

  it('sends again what SACK leaves out, at once', () => {
    const peer = new RawPeer();
    const sock = peer.connect([...MSS_1460, ...SACK_PERMITTED]);
    write(sock, new Uint8Array(6 * 1460));
    peer.peers.rig.wait(MS);
    expect(peer.take()).toHaveLength(6);
    for (let end = 1; end <= 3; end++) peer.send('.', 1, 1, { options: secondTo(peer, end) });
    expect(peer.take()).toEqual(['. 1:1461 ack 1']);
    expect(peer.peers.server.statistics.tcpExt.TCPFastRetrans).toBe(1);
  });

  it('sends all again to a peer that takes its SACKs back', () => {
    const peer = new RawPeer();
    const sock = peer.connect([...MSS_1460, ...SACK_PERMITTED]);
    write(sock, new Uint8Array(6 * 1460));
    peer.peers.rig.wait(MS);
    for (let end = 1; end <= 5; end++) peer.send('.', 1, 1, { options: secondTo(peer, end) });
    peer.take();
    const segment = (index: number): string =>
      `${index === 5 ? 'P.' : '.'} ${1 + index * 1460}:${1 + (index + 1) * 1460} ack 1`;

    // It has thrown away what it had, and says so by what it does not acknowledge.
    peer.send('.', 1, 1 + 1460);
    peer.peers.rig.wait(15 * MS);
    expect(peer.take()).toEqual([segment(1)]);
    expect(peer.peers.server.statistics.tcpExt.TCPSACKReneging).toBe(1);
    // Slow start: two for each that arrives, without a timer.
    peer.send('.', 1, 1 + 2 * 1460);
    expect(peer.take()).toEqual([segment(2), segment(3)]);
    peer.send('.', 1, 1 + 4 * 1460);
    expect(peer.take()).toEqual([segment(4), segment(5)]);
  });

  it('asks a closed window, and goes on when it opens', () => {
    const peer = new RawPeer();
    const sock = peer.connect();
    peer.send('.', 1, 1, { window: 0, data: 1 });
    peer.take();
    write(sock, 'waiting');
    peer.peers.rig.wait(SECOND);
    const probes = peer.take();
    expect(probes.length).toBeGreaterThan(0);
    expect(new Set(probes.map((probe) => probe.split(' ')[1]))).toEqual(new Set(['0:0']));
    peer.send('.', 2, 1, { window: 1000 });
    expect(peer.take()).toEqual(['P. 1:8 ack 2']);
  });
});

describe('closing', () => {
  it('waits for 60 seconds behind the last ACK', () => {
    const peer = new RawPeer();
    const sock = peer.connect();
    peer.peers.close(sock);
    peer.peers.rig.wait(MS);
    expect(peer.take()).toEqual(['F. 1:1 ack 1']);
    peer.send('F.', 1, 2);
    expect(peer.take()).toEqual(['. 2:2 ack 2']);
    expect(peer.peers.server.timeWaits).toBe(1);
    peer.peers.rig.wait(61 * SECOND);
    expect(peer.peers.server.timeWaits).toBe(0);
  });

  it('resets when data were not read', () => {
    const peer = new RawPeer();
    const sock = peer.connect();
    peer.send('P.', 1, 1, { data: 10 });
    peer.take();
    peer.peers.close(sock);
    peer.peers.rig.wait(MS);
    expect(peer.take()).toEqual(['R. 1:1 ack 11']);
    expect(peer.peers.finish()).toBe('');
  });
});
