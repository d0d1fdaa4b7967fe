// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { RawMachine, type RawProgram } from '../../../tests/support/raw-machine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ETH_SS, ETHTOOL, ETHTOOL_DRVINFO } from '../../uapi/ethtool.ts';
import { IFF } from '../../uapi/if.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import { ethHeader } from './ethernet.ts';
import { NETDEV_TX, type NetDevice, type NetDeviceOps } from './net-device.ts';
import type { SkBuff } from './sk-buff.ts';

const machine = new RawMachine();
const { core } = machine.kernel.net;

/** An interface that is up. */
function makeDevice(name: string, ops: Partial<NetDeviceOps> = {}): NetDevice {
  const dev = core.allocDevice(name, {
    open: () => 0,
    stop: () => 0,
    startXmit: (skb) => {
      core.skbs.consume(skb);
      return NETDEV_TX.OK;
    },
    ...ops,
  });
  dev.address = Uint8Array.of(2, 0, 0, 0, 0, 1);
  core.register(dev);
  machine.inThread(() => core.open(dev));
  return dev;
}

function packet(dev: NetDevice, mark = 0, priority = 0): SkBuff {
  const skb = core.skbs.alloc(64)!;
  skb.reserve(64);
  ethHeader(skb, dev, 0x88b5, dev.address);
  Object.assign(skb, { dev, mark, priority });
  return skb;
}

function send(...skbs: SkBuff[]): void {
  machine.inThread(function* () {
    for (const skb of skbs) core.xmit(skb);
    yield* core.flush();
  });
}

function later(ns: number): void {
  const { machine: guest } = machine.guest;
  guest.run(guest.nowNs + ns);
}

const said = (text: RegExp): number =>
  machine.guest.log.filter((line) => text.test(line.text)).length;

describe('an interface', () => {
  it('is reported when its driver stops the queue and sends nothing, and only then', () => {
    const timeouts: number[] = [];
    const options = { txTimeout: () => void timeouts.push(machine.guest.machine.nowNs) };
    const stuck = makeDevice('stuck%d', options);
    const well = makeDevice('well%d', options);
    send(packet(stuck), packet(well));
    core.stopQueue(stuck);
    core.stopQueue(well);
    later(4_000_000_000);
    core.wakeQueue(well);
    later(12_500_000_000);
    expect(said(/NETDEV WATCHDOG: stuck0 \(.*\): transmit queue 0 timed out 5\d\d\d ms/)).toBe(1);
    expect(said(/NETDEV WATCHDOG/)).toBe(1);
    expect([stuck.txTimeouts, well.txTimeouts, timeouts.length]).toEqual([3, 0, 3]);
    expect(said(/dev_watchdog\+0x/)).toBeGreaterThan(0);
    machine.inThread(() => core.unregister(stuck));
    machine.inThread(() => core.unregister(well));
  });

  it('is given back what its driver was too busy for, in order, urgent things first', () => {
    const sent: number[] = [];
    let busy = 3;
    const dev = makeDevice('busy%d', {
      startXmit: (skb) => {
        if (busy-- > 0) return NETDEV_TX.BUSY;
        sent.push(skb.mark);
        core.skbs.consume(skb);
        return NETDEV_TX.OK;
      },
    });
    send(packet(dev, 1), packet(dev, 2, 1), packet(dev, 3, 6), packet(dev, 4));
    expect(sent).toEqual([3, 1, 4, 2]);
    expect(dev.requeues).toBe(3);
    core.carrierOff(dev);
    send(packet(dev, 5));
    expect([sent.length, dev.stats.txDropped, dev.carrierChanges]).toEqual([4, 1, 1]);
    machine.inThread(() => core.unregister(dev));
    expect(core.skbs.live).toBe(0);
  });

  it('is waited for by who takes it away, until nobody refers to it', () => {
    const dev = makeDevice('held%d');
    dev.references = 1;
    let isGone = false;
    machine.kernel.kthreads.run('remover', function* () {
      yield* core.unregister(dev);
      isGone = true;
    });
    later(11_000_000_000);
    expect([isGone, core.byName('held0')]).toEqual([false, undefined]);
    const text = /unregister_netdevice: waiting for held0 to become free\. Usage count = 2/;
    expect(said(text)).toBe(1);
    dev.references = 0;
    later(1_000_000_000);
    expect(isGone).toBe(true);
  });

  it('is changed by one task at a time', () => {
    const order: string[] = [];
    const dev = makeDevice('slow%d', {
      *changeMtu(_, mtu): Sleeping<number> {
        order.push(`begin ${mtu}`);
        yield* machine.kernel.scheduler.sleepFor(1_000_000, false);
        order.push(`end ${mtu}`);
        return 0;
      },
    });
    for (const mtu of [100, 200]) {
      machine.kernel.kthreads.run('mtu', function* () {
        yield* core.setMtu(dev, mtu);
      });
    }
    later(10_000_000);
    const first = dev.mtu === 200 ? 100 : 200;
    const [one, two] = [first, 300 - first];
    expect(order).toEqual([`begin ${one}`, `end ${one}`, `begin ${two}`, `end ${two}`]);
    machine.inThread(() => core.unregister(dev));
  });
});

describe('ioctls', () => {
  const registers = Uint8Array.of(1, 2, 3, 4);
  const dev = makeDevice('eth%d', {
    setMacAddress: () => 0,
    ethtool: {
      driverInfo: () => ({ driver: 'test', version: '1.0', firmware: '', bus: 'bus-0' }),
      statistics: () => [
        ['good', 7],
        ['bad', 2 ** 33],
      ],
      registers: () => registers,
    },
  });

  function* request(
    p: RawProgram,
    command: number,
    fill: (view: DataView) => void = () => undefined,
  ) {
    const fd = yield* p.call('socket', AF.UNIX, SOCK.DGRAM, 0);
    const bytes = new Uint8Array(IFREQ.SIZE);
    bytes.set(new TextEncoder().encode('eth0'));
    fill(new DataView(bytes.buffer));
    const at = yield* p.put(bytes);
    const answer = yield* p.named('ioctl', fd, command, at);
    yield* p.call('close', fd);
    return answer === 0 ? new DataView(p.cpu.loadBytes(at, IFREQ.SIZE).slice().buffer) : answer;
  }

  const word = (view: DataView | string | number): unknown =>
    view instanceof DataView ? view.getInt32(IFREQ.value, true) : view;

  it('tell and change what an interface is', () => {
    const answers: unknown[] = [];
    machine.run(function* (p) {
      const set = (command: number, value: number) =>
        request(p, command, (view) => view.setInt32(IFREQ.value, value, true));
      answers.push(word(yield* set(SIOC.SIFMTU, 1400)), word(yield* set(SIOC.SIFMTU, 9000)));
      answers.push(word(yield* request(p, SIOC.GIFMTU)), word(yield* request(p, SIOC.GIFINDEX)));
      answers.push(word(yield* set(SIOC.SIFTXQLEN, 5)), word(yield* request(p, SIOC.GIFTXQLEN)));
      answers.push(word(yield* set(SIOC.SIFFLAGS, IFF.UP | IFF.PROMISC)));
      answers.push(dev.promiscuity, word(yield* set(SIOC.SIFFLAGS, IFF.UP)), dev.promiscuity);
      answers.push(word(yield* request(p, SIOC.GIFSLAVE)), word(yield* request(p, 0x89ff)));
      const missing = request(p, SIOC.GIFMTU, (view) => view.setUint8(3, 0x39));
      answers.push(word(yield* missing));
      const address = yield* request(p, SIOC.GIFHWADDR);
      if (address instanceof DataView) answers.push(address.getUint8(IFREQ.address + 2 + 5));
      yield* p.call('setuid', 1000);
      answers.push(word(yield* set(SIOC.SIFMTU, 1300)), word(yield* request(p, SIOC.GIFMTU)));
    });
    const changed = [1400, 'EINVAL', 1400, dev.ifindex, 5, 5, IFF.UP | IFF.PROMISC, 1, IFF.UP, 0];
    const refused = ['EINVAL', 'ENOTTY', 'ENODEV', 1, 'EPERM', 1400];
    expect(answers).toEqual([...changed, ...refused]);
  });

  it('ask a driver what ethtool wants to know', () => {
    const answers: unknown[] = [];
    machine.run(function* (p) {
      const buffer = yield* p.take(256);
      const ask = function* (command: number, ...words: number[]) {
        for (const [n, value] of [command, ...words].entries()) {
          p.cpu.store32(buffer + 4 * n, value);
        }
        const point = (view: DataView): void => view.setBigUint64(IFREQ.data, BigInt(buffer), true);
        const answer = yield* request(p, SIOC.ETHTOOL, point);
        return answer instanceof DataView ? 0 : answer;
      };
      const text = (at: number): string =>
        new TextDecoder().decode(p.cpu.loadBytes(buffer + at, 4));
      answers.push(yield* ask(ETHTOOL.GDRVINFO), text(ETHTOOL_DRVINFO.driver));
      answers.push(p.cpu.load32(buffer + ETHTOOL_DRVINFO.nStats));
      answers.push(yield* ask(ETHTOOL.GLINK), p.cpu.load32(buffer + 4));
      answers.push(
        yield* ask(ETHTOOL.GSSET_INFO, 0, 1 << ETH_SS.STATS, 0),
        p.cpu.load32(buffer + 16),
      );
      answers.push(yield* ask(ETHTOOL.GSTRINGS, ETH_SS.STATS, 2), text(12), text(44));
      answers.push(
        yield* ask(ETHTOOL.GSTATS, 2),
        p.cpu.load32(buffer + 8),
        p.cpu.load32(buffer + 20),
      );
      answers.push(
        yield* ask(ETHTOOL.GREGS, 0, 2),
        p.cpu.load32(buffer + 8),
        p.cpu.load32(buffer + 12) & 0xffff,
      );
      answers.push(yield* ask(ETHTOOL.GRINGPARAM), yield* ask(0x999));
    });
    const told = [0, 'test', 2, 0, 1, 0, 2, 0, 'good', 'bad\0', 0, 7, 2, 0, 4, 0x201];
    expect(answers).toEqual([...told, 'EOPNOTSUPP', 'EOPNOTSUPP']);
  });
});
