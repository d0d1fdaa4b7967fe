// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';

import { bootMachine, defaultImage } from '../../index.ts';
import type { Machine } from '../../init/machine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { ethHeader } from './ethernet.ts';
import { NETDEV_TX, type NetDevice, type NetDeviceOps } from './net-device.ts';
import type { NetCore } from './net-core.ts';
import type { SkBuff } from './sk-buff.ts';

const TEST_PROTOCOL = 0x88b5;

function boot(): Machine {
  const host = { evaluate: () => undefined, output() {}, compile() {}, fileChanged() {} };
  return bootMachine(defaultImage({ script: { text: 'sleep 1', user: 'root', args: [] } }), host);
}

/** Runs a coroutine as a kernel thread, to its end. */
function inThread(machine: Machine, body: () => Sleeping<void>): void {
  const { kernel } = machine;
  let isDone = false;
  kernel.kthreads.run('test', function* () {
    yield* body();
    isDone = true;
  });
  machine.run(machine.nowNs + 100_000_000);
  expect(isDone).toBe(true);
}

function frame(core: NetCore, dev: NetDevice, bytes: readonly number[]): SkBuff {
  const skb = core.skbs.alloc(64 + bytes.length)!;
  skb.reserve(64);
  skb.put(bytes.length);
  skb.copyIn(0, Uint8Array.from(bytes));
  ethHeader(skb, dev, TEST_PROTOCOL, dev.address);
  skb.dev = dev;
  return skb;
}

/** An interface that keeps what it is to send. */
function sink(
  core: NetCore,
  ops: Partial<NetDeviceOps> = {},
): { dev: NetDevice; sent: number[][] } {
  const sent: number[][] = [];
  const dev = core.allocDevice('eth%d', {
    open: () => 0,
    stop: () => 0,
    startXmit(skb) {
      sent.push([...skb.copyOut(14, skb.length - 14)]);
      core.skbs.consume(skb);
      return NETDEV_TX.OK;
    },
    ...ops,
  });
  dev.address = Uint8Array.of(2, 0, 0, 0, 0, 1);
  return { dev, sent };
}

describe('the loopback', () => {
  test('brings back what is sent there, to its protocol and to taps', () => {
    const machine = boot();
    const { core } = machine.kernel.net;
    const lo = core.byName('lo')!;
    const heard: number[][] = [];
    const tapped: number[] = [];
    core.types.add(TEST_PROTOCOL, 'test_rcv', (skb) => {
      heard.push([...skb.bytes()]);
      core.skbs.consume(skb);
    });
    const look = (skb: SkBuff): void => void tapped.push(skb.pktType);
    core.types.addTap({
      tapped: ETH_P.ALL,
      ifindex: 0,
      look,
      functionName: 'tap',
      owner: undefined,
    });
    inThread(machine, function* () {
      expect(core.xmit(frame(core, lo, [1]))).toBe(-ERRNO.ENETDOWN);
      expect(yield* core.open(lo)).toBe(0);
      expect(core.xmit(frame(core, lo, [1, 2, 3]))).toBe(0);
      expect(core.hasWork).toBe(true);
      yield* core.flush();
    });
    expect(heard).toEqual([[1, 2, 3]]);
    expect(tapped).toEqual([4, 0]);
    expect([lo.stats.txPackets, lo.stats.rxBytes]).toEqual([1, 17]);
    expect(core.skbs.live).toBe(0);
  });
});

describe('an interface', () => {
  test('sends in order, waits when its driver has no room, and goes on when woken', () => {
    const machine = boot();
    const { core } = machine.kernel.net;
    let room = 2;
    const { dev, sent } = sink(core);
    const ops = dev.ops as { startXmit: NetDeviceOps['startXmit'] };
    const take = ops.startXmit;
    ops.startXmit = (skb, device) => {
      if (room-- === 0) {
        core.stopQueue(device);
        return NETDEV_TX.BUSY;
      }
      return take(skb, device);
    };
    inThread(machine, function* () {
      expect(core.register(dev)).toBe(0);
      expect(dev.name).toBe('eth0');
      yield* core.open(dev);
      for (let n = 0; n < 4; n++) core.xmit(frame(core, dev, [n]));
      yield* core.flush();
      expect(sent).toEqual([[0], [1]]);
      room = 10;
      core.wakeQueue(dev);
      yield* core.flush();
    });
    expect(sent).toEqual([[0], [1], [2], [3]]);
    expect(core.skbs.live).toBe(0);
  });

  test('has a queue with an end, which goes with it', () => {
    const machine = boot();
    const { core } = machine.kernel.net;
    const { dev, sent } = sink(core);
    dev.txQueueLength = 2;
    inThread(machine, function* () {
      core.register(dev);
      yield* core.open(dev);
      core.stopQueue(dev);
      const answers = [0, 1, 2].map((n) => core.xmit(frame(core, dev, [n])));
      expect(answers).toEqual([0, 0, -ERRNO.ENOBUFS]);
      expect(dev.queue.drops).toBe(1);
      yield* core.unregister(dev);
    });
    expect(sent).toEqual([]);
    expect(core.byName('eth0')).toBeUndefined();
    expect(core.skbs.live).toBe(0);
  });

  test('gets a free name, and no wrong one', () => {
    const { core } = boot().kernel.net;
    const names = ['eth%d', 'eth%d', 'lo', 'a b', '', '..', 'x%s', 'longer-than-fifteen'];
    const answers = names.map((name) => {
      const dev = core.allocDevice(name, { open: () => 0, stop: () => 0, startXmit: () => 0 });
      const errno = core.register(dev);
      return errno === 0 ? dev.name : errno;
    });
    const { EEXIST, EINVAL } = ERRNO;
    expect(answers).toEqual(['eth0', 'eth1', -EEXIST, ...Array<number>(5).fill(-EINVAL)]);
  });

  test('is polled until it has nothing more', () => {
    const machine = boot();
    const { core } = machine.kernel.net;
    const { dev } = sink(core);
    let left = 150;
    const budgets: number[] = [];
    const napi = core.napiAdd(dev, (budget) => {
      budgets.push(budget);
      const count = Math.min(left, budget);
      left -= count;
      if (count < budget) napi.complete();
      return count;
    });
    inThread(machine, function* () {
      core.register(dev);
      yield* core.open(dev);
      expect(napi.schedule()).toBe(true);
      expect(napi.schedule()).toBe(false);
      yield* core.flush();
    });
    expect(budgets).toEqual([64, 64, 64]);
    expect(left).toBe(0);
  });
});
