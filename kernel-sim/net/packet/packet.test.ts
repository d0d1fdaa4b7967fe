// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { RawMachine, type RawProgram } from '../../../tests/support/raw-machine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { BPF_CLASS, BPF_JMP, BPF_MODE, BPF_SIZE } from '../../uapi/filter.ts';
import { ETH_P, PACKET } from '../../uapi/if-ether.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import { PACKET_MR, PACKET_OPTION } from '../../uapi/if-packet.ts';
import { AF, SO, SOCK, SOCKADDR_LL, SOL } from '../../uapi/socket.ts';

const LO = 1;
const TYPE = 0x88b5;
const FRAME_BYTES = 20;

/** A frame of our type, whose payload is numbered. */
function frame(...payload: number[]): Uint8Array {
  const bytes = new Uint8Array(Math.max(FRAME_BYTES, 14 + payload.length));
  new DataView(bytes.buffer).setUint16(12, TYPE);
  bytes.set(payload, 14);
  return bytes;
}

function link(protocol: number, ifindex: number, address: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_LL.SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF.PACKET, true);
  view.setUint16(SOCKADDR_LL.protocol, protocol);
  view.setInt32(SOCKADDR_LL.ifindex, ifindex, true);
  view.setUint8(SOCKADDR_LL.halen, address.length);
  bytes.set(address, SOCKADDR_LL.address);
  return bytes;
}

function ifreq(name: string): Uint8Array {
  const bytes = new Uint8Array(IFREQ.SIZE);
  bytes.set(new TextEncoder().encode(name));
  return bytes;
}

/** A packet socket, its protocol in network order as programs give it. */
function* open(p: RawProgram, type: number, protocol: number): Sleeping<number> {
  const network = ((protocol & 0xff) << 8) | (protocol >> 8);
  return yield* p.call('socket', AF.PACKET, type | 0o4000, network);
}

function* send(p: RawProgram, fd: number, bytes: Uint8Array, name?: Uint8Array) {
  const data = yield* p.put(bytes);
  const address = name === undefined ? 0 : yield* p.put(name);
  return yield* p.named('sendto', fd, data, bytes.length, 0, address, name?.length ?? 0);
}

/** A payload that begins with `first`, without a header. */
function sendCooked(p: RawProgram, fd: number, first: number) {
  return send(p, fd, frame(first).subarray(14), link(TYPE, LO, [0, 0, 0, 0, 0, 0]));
}

/** What came: who says he sent it, as [pkttype, protocol], and its bytes. */
function* receive(p: RawProgram, fd: number, size = 100) {
  const data = yield* p.take(size);
  const name = yield* p.take(SOCKADDR_LL.SIZE + 8);
  p.cpu.store32(name + 24, SOCKADDR_LL.SIZE);
  const count = yield* p.named('recvfrom', fd, data, size, 0, name, name + 24);
  if (typeof count !== 'number') return count;
  const from = p.cpu.loadBytes(name, SOCKADDR_LL.SIZE);
  const protocol = new DataView(from.buffer, from.byteOffset).getUint16(SOCKADDR_LL.protocol);
  return [from[SOCKADDR_LL.pkttype]!, protocol, [...p.cpu.loadBytes(data, count)]] as const;
}

function* setUp(p: RawProgram, isUp: boolean): Sleeping<string | number> {
  const fd = yield* p.call('socket', AF.UNIX, SOCK.DGRAM, 0);
  const request = ifreq('lo');
  new DataView(request.buffer).setUint16(IFREQ.flags, isUp ? 1 : 0, true);
  const answer = yield* p.named('ioctl', fd, SIOC.SIFFLAGS, yield* p.put(request));
  yield* p.call('close', fd);
  return answer;
}

/** Runs a program, and answers what it gathered. */
function gather(machine: RawMachine, body: (p: RawProgram) => Sleeping<readonly unknown[]>) {
  let answers: readonly unknown[] = ['it did not end'];
  machine.run(function* (p) {
    answers = yield* body(p);
  });
  return answers;
}

describe('packet sockets', () => {
  const machine = new RawMachine();
  const { core } = machine.kernel.net;
  const live = core.skbs.live;

  it('see what goes over the loopback, going and coming, but not what they send', () => {
    const answers = gather(machine, function* (p) {
      yield* setUp(p, true);
      const watcher = yield* open(p, SOCK.RAW, ETH_P.ALL);
      const sender = yield* open(p, SOCK.RAW, TYPE);
      const cooked = yield* open(p, SOCK.DGRAM, TYPE);
      return [
        yield* send(p, sender, frame(1, 2, 3)),
        yield* send(p, sender, frame(1, 2, 3), link(TYPE, LO)),
        yield* receive(p, watcher),
        yield* receive(p, watcher),
        yield* receive(p, watcher),
        yield* receive(p, sender),
        yield* receive(p, cooked),
        yield* receive(p, cooked, 3),
      ];
    });
    const bytes = [...frame(1, 2, 3)];
    expect(answers).toEqual([
      'ENXIO',
      FRAME_BYTES,
      [PACKET.OUTGOING, TYPE, bytes],
      [PACKET.HOST, TYPE, bytes],
      'EAGAIN',
      [PACKET.HOST, TYPE, bytes],
      [PACKET.HOST, TYPE, bytes.slice(14)],
      'EAGAIN',
    ]);
    expect(core.skbs.live).toBe(live);
  });

  it('are bound to an interface and a protocol, and hear of its end', () => {
    const answers = gather(machine, function* (p) {
      const bound = yield* open(p, SOCK.DGRAM, 0);
      const name = yield* p.put(link(TYPE, LO));
      const missing = yield* p.put(link(TYPE, 77));
      const heard = [
        yield* p.named('bind', bound, missing, SOCKADDR_LL.SIZE),
        yield* p.named('bind', bound, name, SOCKADDR_LL.SIZE),
        yield* send(p, bound, frame(9).subarray(14), link(TYPE, LO, [0, 0, 0, 0, 0, 0])),
        yield* receive(p, bound),
        yield* send(p, bound, new Uint8Array(65_541)),
        yield* setUp(p, false),
        yield* receive(p, bound),
        yield* send(p, bound, frame(9)),
        yield* setUp(p, true),
        yield* send(p, bound, new Uint8Array(6)),
        yield* receive(p, bound),
      ];
      return heard;
    });
    expect(answers).toEqual([
      'ENODEV',
      0,
      6,
      [PACKET.HOST, TYPE, [9, 0, 0, 0, 0, 0]],
      'EMSGSIZE',
      0,
      'ENETDOWN',
      'ENETDOWN',
      0,
      6,
      [PACKET.HOST, TYPE, [0, 0, 0, 0, 0, 0]],
    ]);
  });

  it('are for root', () => {
    const answers = gather(machine, function* (p) {
      const wrong = yield* p.named('socket', AF.PACKET, SOCK.STREAM, 0);
      yield* p.call('setuid', 1000);
      return [wrong, yield* p.named('socket', AF.PACKET, SOCK.RAW, 0)];
    });
    expect(answers).toEqual(['ESOCKTNOSUPPORT', 'EPERM']);
  });

  it('take what their filter lets through, and count what has no room', () => {
    const answers = gather(machine, function* (p) {
      const fd = yield* open(p, SOCK.DGRAM, TYPE);
      // Only what begins with a 7, and of that 4 bytes.
      const code = [
        [BPF_CLASS.LD | BPF_SIZE.B | BPF_MODE.ABS, 0, 0, 0],
        [BPF_CLASS.JMP | BPF_JMP.JEQ, 0, 1, 7],
        [BPF_CLASS.RET, 0, 0, 4],
        [BPF_CLASS.RET, 0, 0, 0],
      ] as const;
      const attach = function* (rows: readonly (readonly number[])[]) {
        const program = new Uint8Array(rows.length * 8);
        const view = new DataView(program.buffer);
        for (const [n, [op, jt, jf, k]] of rows.entries()) {
          view.setUint16(n * 8, op!, true);
          program.set([jt!, jf!], n * 8 + 2);
          view.setUint32(n * 8 + 4, k!, true);
        }
        const fprog = yield* p.words(rows.length, yield* p.put(program));
        return yield* p.named('setsockopt', fd, SOL.SOCKET, SO.ATTACH_FILTER, fprog, 16);
      };
      const answer = [yield* attach([[BPF_CLASS.JMP | BPF_JMP.JA, 0, 0, 9]]), yield* attach(code)];
      for (const first of [6, 7, 8]) yield* sendCooked(p, fd, first);
      answer.push(...[yield* receive(p, fd), yield* receive(p, fd)].map(String));
      yield* p.call('setsockopt', fd, SOL.SOCKET, SO.DETACH_FILTER, yield* p.words(0), 4);
      yield* p.call('setsockopt', fd, SOL.SOCKET, SO.RCVBUF, yield* p.words(0), 4);
      for (let n = 0; n < 10; n++) yield* sendCooked(p, fd, n);
      const statistics = yield* p.words(0, 8);
      yield* p.call(
        'getsockopt',
        fd,
        SOL.PACKET,
        PACKET_OPTION.STATISTICS,
        statistics,
        statistics + 8,
      );
      return [...answer, p.cpu.load32(statistics), p.cpu.load32(statistics + 4) > 0];
    });
    const from = `${PACKET.HOST},${TYPE}`;
    expect(answers).toEqual(['EINVAL', 0, `${from},7,0,0,0`, 'EAGAIN', 11, true]);
    expect(core.skbs.live).toBe(live);
  });

  it('ask an interface for all frames while they live', () => {
    const lo = core.byName('lo')!;
    const flags: number[] = [];
    const answers = gather(machine, function* (p) {
      const fd = yield* open(p, SOCK.RAW, ETH_P.ALL);
      const promiscuous = yield* p.words(LO + PACKET_MR.PROMISC * 2 ** 32, 0);
      const change = (option: number) =>
        p.named('setsockopt', fd, SOL.PACKET, option, promiscuous, 16);
      const answer = [yield* change(PACKET_OPTION.DROP_MEMBERSHIP)];
      answer.push(yield* change(PACKET_OPTION.ADD_MEMBERSHIP));
      flags.push(lo.promiscuity, lo.reportedFlags & 0x100);
      return answer;
    });
    expect(answers).toEqual(['EADDRNOTAVAIL', 0]);
    expect([...flags, lo.promiscuity]).toEqual([1, 0, 0]);
    expect(machine.guest.logText).toMatch(
      /lo: entered promiscuous mode[^]*lo: left promiscuous mode/,
    );
  });
});
