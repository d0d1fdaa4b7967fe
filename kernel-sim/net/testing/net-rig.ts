// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Network stacks without machines around them, on one clock: any number of hosts, each with memory
 * of its own, joined by cables that a test may cut, slow down or tamper with.
 *
 *     const rig = new NetRig();
 *     const [one, other] = [rig.host('one'), rig.host('other')];
 *     rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
 *     one.udp…; rig.run();   // until nothing is left to do
 *     expect(rig.complaints()).toBe('');   // no bad access, no packet left over
 *
 * Calls into a stack are made as a system call would: plainly, followed by `settle`, `run` or
 * `advance`.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import { ROOT } from '../../kernel/credentials.ts';
import type { SoftirqAction, SoftirqVector } from '../../kernel/irq/softirq.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import { Execution } from '../../kernel/sched/execution.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { parseIpv4 } from '../../lib/ip-address.ts';
import { makeSlabRig, type SlabRig } from '../../mm/testing/slab-rig.ts';
import { fromSeed } from '../../sim/oracle.ts';
import { Prng } from '../../sim/prng.ts';
import { Sim } from '../../sim/sim.ts';
import { errnoName } from '../../uapi/errno.ts';
import { ethTypeTrans } from '../core/ethernet.ts';
import { addLoopback } from '../core/loopback.ts';
import { NetCore } from '../core/net-core.ts';
import { NETDEV_TX, type NetDevice } from '../core/net-device.ts';
import { NetTimers } from '../core/net-timers.ts';
import { Inet } from '../af-inet.ts';
import { InetStack } from '../inet-stack.ts';
import { Ipv4 } from '../ipv4/ipv4.ts';
import { Ipv6 } from '../ipv6/ipv6.ts';
import { NetStatistics } from '../snmp.ts';
import type { SockParts, SockSettings } from '../socket.ts';

const RAM_BYTES = 8 << 20;
/** How long a frame is on its way unless told. */
const WIRE_NS = 1000;
/** Events after which a test that never ends is given up. */
const EVENTS_MAX = 200_000;

/** A frame that was put on a cable. */
export interface RigFrame {
  readonly from: NetDevice;
  readonly bytes: Uint8Array;
  readonly atNs: number;
}

/** What arrives of a frame: itself, nothing, or something else. With a delay, later. */
export type Tamper = (
  frame: RigFrame,
  index: number,
) => readonly (Uint8Array | { readonly bytes: Uint8Array; readonly delayNs: number })[];

export class RigCable {
  readonly frames: RigFrame[] = [];
  tamper: Tamper = ({ bytes }) => [bytes];
  delayNs = WIRE_NS;

  /** Protocols of the frames so far: `arp`, `ip`, `ipv6` or the number. */
  get kinds(): readonly string[] {
    const names = new Map([
      [0x806, 'arp'],
      [0x800, 'ip'],
      [0x86dd, 'ipv6'],
    ]);
    return this.frames.map(({ bytes }) => {
      const type = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
      return names.get(type) ?? type.toString(16);
    });
  }
}

export class NetRig {
  readonly sim: Sim;
  readonly hosts: RigHost[] = [];
  readonly random: Prng;
  /** Timers of no host, for tests of timers. */
  readonly timers: NetTimers;
  readonly #softirqs: RigSoftirqs;
  #nextMac = 1;

  constructor(seed = 1) {
    this.sim = new Sim(fromSeed(seed));
    this.random = new Prng(seed);
    this.#softirqs = new RigSoftirqs();
    const scheduler = fakeScheduler();
    this.timers = new NetTimers({ sim: this.sim, scheduler, softirqs: this.#softirqs });
  }

  host(name: string): RigHost {
    const host = new RigHost(this, name);
    this.hosts.push(host);
    return host;
  }

  /** A cable between two hosts, each with a new interface that is up and has an address. */
  join(one: RigHost, address: string, other: RigHost, otherAddress: string): RigCable {
    const cable = new RigCable();
    const first = this.#plug(one);
    const second = this.#plug(other);
    this.#wire(cable, first, one, second, other);
    this.#wire(cable, second, other, first, one);
    one.start(first, address);
    other.start(second, otherAddress);
    return cable;
  }

  #plug(host: RigHost): NetDevice {
    const device = host.core.allocDevice('eth%d', {
      open: () => 0,
      stop: () => 0,
      startXmit: (skb) => {
        host.transmit(device, skb.bytes());
        host.core.skbs.consume(skb);
        return NETDEV_TX.OK;
      },
    });
    device.address = Uint8Array.of(2, 0, 0, 0, 0, this.#nextMac++);
    device.maxMtu = 65_535;
    return device;
  }

  #wire(cable: RigCable, from: NetDevice, host: RigHost, to: NetDevice, peer: RigHost): void {
    host.onTransmit(from, (bytes) => {
      const { sim } = this;
      const frame = { from, bytes, atNs: sim.now() };
      const index = cable.frames.push(frame) - 1;
      for (const piece of cable.tamper(frame, index)) {
        const [arrived, delayNs] =
          piece instanceof Uint8Array ? [piece, 0] : [piece.bytes, piece.delayNs];
        const atNs = sim.now() + cable.delayNs + delayNs;
        sim.events.schedule(atNs, () => peer.arrive(to, arrived));
      }
    });
  }

  /** Does what waits at this instant. */
  settle(): void {
    for (let isBusy = true; isBusy;) {
      isBusy = this.#softirqs.serve();
      for (const host of this.hosts) isBusy = host.serve() || isBusy;
    }
  }

  /** Lets time pass until `untilNs`. */
  advance(untilNs: number): void {
    const { sim } = this;
    this.settle();
    const isDue = (): boolean => sim.events.nextNs <= untilNs && sim.events.nextNs !== Infinity;
    for (let events = 0; isDue(); events++) {
      if (events > EVENTS_MAX) throw new Error('the network does not come to rest');
      sim.clock.moveTo(Math.max(sim.now(), sim.events.nextNs));
      sim.events.takeDue(sim.now())?.fire();
      this.settle();
    }
    if (untilNs !== Infinity) sim.clock.moveTo(Math.max(sim.now(), untilNs));
  }

  /** For so long. */
  wait(delayNs: number): void {
    this.advance(this.sim.now() + delayNs);
  }

  /** Until nothing is left to do, timers included. */
  run(): void {
    this.advance(Infinity);
  }

  /** Nobody touched what is not his, and no packet is left anywhere: '' if all is well. */
  complaints(): string {
    const counts = this.hosts.flatMap(({ name, slabRig, core }) => [
      [`${name}: bad accesses`, slabRig.badAccesses.length] as const,
      [`${name}: bad frees`, slabRig.badFrees.length] as const,
      [`${name}: packets left over`, core.skbs.live] as const,
    ]);
    return counts
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${what}: ${count}`)
      .join(', ');
  }
}

export class RigHost {
  readonly name: string;
  readonly slabRig: SlabRig;
  readonly core: NetCore;
  readonly timers: NetTimers;
  readonly statistics = new NetStatistics();
  readonly ipv4: Ipv4;
  readonly ipv6: Ipv6;
  readonly inet: Inet;
  /** What sockets are made with. */
  readonly sockParts: SockParts;
  /** What the kernel's log says. */
  readonly log: string[] = [];
  /** Who acts, for permissions. */
  credentials = ROOT;
  readonly #softirqs = new RigSoftirqs();
  readonly #transmitters = new Map<NetDevice, (bytes: Uint8Array) => void>();

  constructor(rig: NetRig, name: string) {
    this.name = name;
    const { sim } = rig;
    this.slabRig = makeSlabRig(true, {}, RAM_BYTES);
    const softirqs = this.#softirqs;
    const scheduler = fakeScheduler();
    const printk = this.#printk();
    this.core = new NetCore({
      sim,
      scheduler,
      execution: new Execution(),
      softirqs: softirqs as never,
      slabs: this.slabRig.slabs,
      printk,
    });
    this.timers = new NetTimers({ sim, scheduler, softirqs });
    addLoopback(this.core);
    const { core, timers, statistics } = this;
    const random = (): number => rig.random.next();
    this.ipv4 = new Ipv4({ sim, core, timers, statistics, printk, random });
    const { core: net } = this;
    this.sockParts = {
      sim,
      scheduler,
      settings: defaultSockSettings(),
      credentials: () => this.credentials,
      interfaces: {
        indexOf: (of) => net.byName(of)?.ifindex ?? 0,
        nameOf: (index) => net.byIndex(index)?.name,
      },
    };
    this.ipv6 = new Ipv6({ core, timers, statistics, printk, random, isDisabled: true });
    const { sockParts, ipv4, ipv6 } = this;
    this.inet = new Inet(
      new InetStack({ core, ipv4, ipv6, statistics, sockParts, wallClockNs: (atNs) => atNs }),
    );
    drive(core.open(core.devices[0]!));
  }

  get ram(): Ram {
    return this.slabRig.ram;
  }

  /** The interface that was plugged in as the n-th. */
  eth(index = 0): NetDevice {
    return this.core.byName(`eth${index}`)!;
  }

  /** Registers an interface, gives it an address and brings it up. */
  start(device: NetDevice, address: string): void {
    succeed(this.core.register(device));
    drive(this.core.open(device));
    if (address !== '') this.addAddress(device, address);
  }

  /** `10.0.0.1/24`, with the broadcast address that follows. */
  addAddress(device: NetDevice, text: string): void {
    const [quad = '', length = '32'] = text.split('/');
    const local = parseIpv4(quad)!;
    const prefixLength = Number(length);
    const broadcast = prefixLength < 31 ? (local | (0xffff_ffff >>> prefixLength)) >>> 0 : 0;
    succeed(this.ipv4.devinet.add(device, { local, prefixLength, broadcast }));
  }

  /** `default via 10.0.0.2`, as `ip route add` has it. */
  addRoute(destination: string, gateway: string): void {
    const [quad = '', length = '32'] =
      destination === 'default' ? ['0.0.0.0', '0'] : destination.split('/');
    const route = {
      destination: parseIpv4(quad)!,
      prefixLength: Number(length),
      gateway: parseIpv4(gateway)!,
    };
    succeed(this.ipv4.frontend.add(route));
  }

  down(device: NetDevice): void {
    drive(this.core.close(device));
  }

  onTransmit(device: NetDevice, send: (bytes: Uint8Array) => void): void {
    this.#transmitters.set(device, send);
  }

  transmit(device: NetDevice, bytes: Uint8Array): void {
    device.stats.txPackets++;
    this.#transmitters.get(device)?.(bytes);
  }

  /** A frame is there, as a driver would hand it over. */
  arrive(device: NetDevice, bytes: Uint8Array): void {
    const skb = this.core.skbs.alloc(bytes.length + 2);
    if (skb === undefined) return;
    skb.reserve(2);
    skb.put(bytes.length);
    skb.copyIn(0, bytes);
    ethTypeTrans(skb, device);
    device.stats.rxPackets++;
    this.core.netifRx(skb);
  }

  serve(): boolean {
    return this.#softirqs.serve();
  }

  #printk(): Printk {
    const say = (text: string): void => void this.log.push(text);
    return {
      info: say,
      warn: say,
      err: say,
      print: (_level: number, text: string) => say(text),
    } as unknown as Printk;
  }
}

/** Softirqs that are served when the rig says so. */
class RigSoftirqs {
  readonly #actions = new Map<SoftirqVector, SoftirqAction>();
  readonly #pending = new Set<SoftirqVector>();
  #onTimers: () => void = () => undefined;

  open(vector: SoftirqVector, action: SoftirqAction): void {
    this.#actions.set(vector, action);
  }

  onTimers(action: () => void): void {
    this.#onTimers = action;
  }

  raise(vector: SoftirqVector): void {
    this.#pending.add(vector);
  }

  /** Whether there was something to do. */
  serve(): boolean {
    const pending = [...this.#pending].toSorted((a, b) => a - b);
    this.#pending.clear();
    for (const vector of pending) {
      const action = this.#actions.get(vector);
      if (action !== undefined) drive(action());
      this.#onTimers();
    }
    return pending.length > 0;
  }
}

/** Everything runs as if in an interrupt, on the only CPU. */
function fakeScheduler(): Scheduler {
  const cpu = { id: 0, timerInterrupts: 0 };
  const preempt = { inInterrupt: true, disableSoftirqs() {}, enableSoftirqs: () => false };
  return { cpu, cpus: [cpu], preempt, wake() {} } as unknown as Scheduler;
}

function defaultSockSettings(): SockSettings {
  return {
    rmemDefault: 212_992,
    rmemMax: 212_992,
    wmemDefault: 212_992,
    wmemMax: 212_992,
    somaxconn: 4096,
    optmemMax: 131_072,
  };
}

/** Runs a coroutine that never has to wait. */
export function drive<T>(coroutine: Generator<void, T, void>): T {
  for (let turns = 0; turns < 1000; turns++) {
    const step = coroutine.next();
    if (step.done === true) return step.value;
  }
  throw new Error('a coroutine waits for something');
}

function succeed(answer: number): void {
  if (answer !== 0) throw new Error(`refused: ${errnoName(-answer)}`);
}
