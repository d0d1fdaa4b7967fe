// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A hundred thousand frames that are nearly right: whatever comes out of the wire, the kernel does
 * not fail, touches nothing that is not its own, keeps no packet, and still answers.
 *
 * A failure names its seed. That seed alone, for as many frames:
 *
 *     FUZZ_SEED=3 FUZZ_FRAMES=1000000 npx vitest run --project unit tests/fuzz/frames.test.ts
 */
import { describe, expect, it, vi } from 'vitest';

import { icmpEcho } from '../../kernel-sim/lib/packet/testing/frames.ts';
import { ethTypeTrans } from '../../kernel-sim/net/core/ethernet.ts';
import type { NetCore } from '../../kernel-sim/net/core/net-core.ts';
import { type NetDevice, NETDEV_TX } from '../../kernel-sim/net/core/net-device.ts';
import { parseIpv4 } from '../../kernel-sim/lib/ip-address.ts';
import type { Sleeping } from '../../kernel-sim/uapi/coroutine.ts';
import { ETH_P } from '../../kernel-sim/uapi/if-ether.ts';
import { AF, SOCK, SOCKADDR_IN } from '../../kernel-sim/uapi/socket.ts';
import { RawMachine, type RawProgram } from '../support/raw-machine.ts';
import { FrameFuzzer, TARGET, TRUSTING_TYPE } from './frame-fuzzer.ts';

vi.setConfig({ testTimeout: 600_000 });

const { FUZZ_SEED, FUZZ_FRAMES } = process.env;
const SEEDS = FUZZ_SEED === undefined ? [1, 2] : [Number(FUZZ_SEED)];
const FRAMES_PER_SEED = Number(FUZZ_FRAMES ?? 50_000);
/** Frames that come in one go. */
const BURST = 32;
/** What the kernel says when something is wrong with it. */
const REPORTS = /BUG|KASAN|Oops|WARNING|Call Trace|panic/;
/** Until the last piece of a packet that never came is given up. */
const PATIENCE_NS = 70_000_000_000;

/** A machine with an interface whose wire is a test. */
class FuzzedMachine {
  readonly machine = new RawMachine({ files: [] });
  readonly sent: Uint8Array[] = [];
  readonly #dev: NetDevice;
  readonly #before: number;

  constructor() {
    const { core, ipv4 } = this.machine.kernel.net;
    this.#before = core.skbs.live;
    const dev = core.allocDevice('wire%d', {
      open: () => 0,
      stop: () => 0,
      startXmit: (skb) => {
        this.sent.push(skb.bytes());
        core.skbs.consume(skb);
        return NETDEV_TX.OK;
      },
    });
    dev.address = Uint8Array.from(TARGET.mac);
    core.register(dev);
    this.#dev = dev;
    const local = parseIpv4(TARGET.address)!;
    this.machine.inThread(function* () {
      yield* core.open(core.byName('lo')!);
      yield* core.open(dev);
      ipv4.devinet.add(dev, { local, prefixLength: TARGET.prefix });
    });
  }

  get core(): NetCore {
    return this.machine.kernel.net.core;
  }

  /** Gives the kernel so many frames, in bursts, as an old driver would. */
  feed(count: number, next: () => Uint8Array): void {
    const { core, machine } = this;
    const dev = this.#dev;
    const { scheduler } = machine.kernel;
    machine.inThread(function* () {
      for (let done = 0; done < count; done++) {
        arrive(core, dev, next());
        if (done % BURST !== BURST - 1) continue;
        yield* core.flush();
        yield* scheduler.sleepFor(1000, false);
      }
      yield* core.flush();
    });
    this.sent.splice(0, this.sent.length - BURST);
  }

  /** Whether it answers a ping. */
  answersPing(): boolean {
    this.sent.length = 0;
    this.feed(1, () => icmpEcho(8, 99));
    const { machine } = this.machine.guest;
    machine.run(machine.nowNs + 10_000_000);
    return this.sent.some((frame) => frame[23] === 1 && frame[34] === 0 && frame[41] === 99);
  }

  /** Lets time pass until nothing waits for anything, and answers how many packets are left. */
  leftOver(): number {
    const { machine } = this.machine.guest;
    machine.run(machine.nowNs + PATIENCE_NS);
    return this.core.skbs.live - this.#before;
  }

  get reports(): string {
    return this.machine.guest.log
      .map(({ text }) => text)
      .filter((text) => REPORTS.test(text))
      .join('\n');
  }
}

function arrive(core: NetCore, dev: NetDevice, bytes: Uint8Array): void {
  const skb = core.skbs.alloc(Math.max(1, bytes.length) + 2);
  if (skb === undefined) return;
  skb.reserve(2);
  skb.put(bytes.length);
  skb.copyIn(0, bytes);
  ethTypeTrans(skb, dev);
  core.netifRx(skb);
}

/** A program that has a socket for everything that may come, and reads what the last one gets. */
function* listen(p: RawProgram): Sleeping<void> {
  const bound = function* (family: number, type: number, protocol: number, port: number) {
    const fd = yield* p.call('socket', family, type, protocol);
    const name = new Uint8Array(SOCKADDR_IN.SIZE);
    new DataView(name.buffer).setUint16(0, AF.INET, true);
    new DataView(name.buffer).setUint16(SOCKADDR_IN.port, port);
    if (port !== 0) yield* p.call('bind', fd, yield* p.put(name), name.length);
    return fd;
  };
  const stream = yield* bound(AF.INET, SOCK.STREAM, 0, 80);
  yield* p.call('listen', stream, 5);
  yield* bound(AF.INET, SOCK.RAW, 1, 0);
  yield* bound(AF.INET, SOCK.DGRAM, 0, 67);
  yield* bound(AF.PACKET, SOCK.RAW, ETH_P.ALL << 8, 0);
  const datagrams = yield* bound(AF.INET, SOCK.DGRAM, 0, 53);
  const buffer = yield* p.take(2000);
  for (;;) yield* p.call('recvfrom', datagrams, buffer, 2000, 0, 0, 0);
}

describe('frames that are nearly right', () => {
  it.each(SEEDS)('of seed %i do no harm', (seed) => {
    const fuzzed = new FuzzedMachine();
    const { machine } = fuzzed;
    const listener = machine.start(listen);
    const fuzzer = new FrameFuzzer(seed);
    fuzzed.feed(FRAMES_PER_SEED, () => fuzzer.next());
    expect(fuzzed.reports).toBe('');
    expect(fuzzed.answersPing()).toBe(true);
    machine.run(function* (p) {
      yield* p.call('kill', listener.task.pid, 9);
    });
    machine.wait(listener);
    expect(fuzzed.leftOver()).toBe(0);
    expect(fuzzed.reports).toBe('');
    const { statistics } = machine.kernel.net;
    // They got further than the first look.
    const { InDelivers, ReasmReqds } = statistics.ip;
    expect(InDelivers).toBeGreaterThan(FRAMES_PER_SEED / 10);
    expect(ReasmReqds).toBeGreaterThan(FRAMES_PER_SEED / 100);
  });
});

describe('a kernel that is broken', () => {
  it('is caught when a protocol trusts a length', () => {
    const fuzzed = new FuzzedMachine();
    const { core } = fuzzed;
    core.types.add(TRUSTING_TYPE, 'trusting_rcv', (skb) => {
      if (skb.length >= 2) skb.copyOut(2, skb.load16(0));
      core.skbs.consume(skb);
    });
    const fuzzer = new FrameFuzzer(1);
    fuzzed.feed(2000, () => fuzzer.next());
    expect(fuzzed.reports).toContain('KASAN: slab-out-of-bounds');
  });

  it('is caught when a protocol keeps packets', () => {
    const fuzzed = new FuzzedMachine();
    fuzzed.core.types.add(TRUSTING_TYPE, 'keeping_rcv', () => undefined);
    const fuzzer = new FrameFuzzer(1);
    fuzzed.feed(1000, () => fuzzer.next());
    expect(fuzzed.leftOver()).toBeGreaterThan(0);
  });
});
