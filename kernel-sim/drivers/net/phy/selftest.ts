// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `ethtool -t`: has the PHY send back what it is given, and looks whether frames come back.
 *
 * Linux: net/core/selftests.c.
 */
import type { Scheduler } from '../../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../../kernel/sched/wait-queue.ts';
import { foldChecksum, sumBytes } from '../../../net/core/checksum.ts';
import type { NetCore } from '../../../net/core/net-core.ts';
import type { NetDevice, SelfTestOps } from '../../../net/core/net-device.ts';
import { CHECKSUM, NET_SKB_PAD, type SkBuff } from '../../../net/core/sk-buff.ts';
import type { PacketTap } from '../../../net/core/packet-types.ts';
import type { Sim } from '../../../sim/sim.ts';
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { ETH_HLEN, ETH_P } from '../../../uapi/if-ether.ts';
import { IPPROTO } from '../../../uapi/in.ts';
import type { PhyDevice } from './phy-device.ts';

/** What is on its way has left by then. */
const DRAIN_NS = 200_000_000;
/** A frame that is not back by then is lost. */
const TIMEOUT_NS = 200_000_000;
const IP_BYTES = 20;
const TTL = 32;
/** A version, the magic number, and which frame it is. */
const PAYLOAD_BYTES = 13;
const MAGIC = [0xde, 0xad, 0xca, 0xfe, 0xca, 0xfe, 0xde, 0xad] as const;
const MAGIC_AT = 4;
const ID_AT = 12;
/** Headers, and where their checksums are. */
const TRANSPORT = {
  udp: { protocol: IPPROTO.UDP, bytes: 8, sumAt: 6 },
  tcp: { protocol: IPPROTO.TCP, bytes: 20, sumAt: 16 },
} as const;
type Transport = keyof typeof TRANSPORT;

export interface SelfTestParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly core: NetCore;
  readonly phy: () => PhyDevice | undefined;
}

type Test = (dev: NetDevice) => Sleeping<number>;

export class PhySelfTest implements SelfTestOps {
  readonly names: readonly string[];
  readonly #parts: SelfTestParts;
  readonly #tests: readonly (readonly [name: string, test: Test])[];
  readonly #back: WaitQueue;
  #nextId = 0;

  constructor(parts: SelfTestParts) {
    this.#parts = parts;
    this.#back = new WaitQueue(parts.scheduler, 'net_test_loopback');
    const loopback = (isOn: boolean): Sleeping<number> => this.#setLoopback(isOn);
    this.#tests = [
      ['Carrier', (dev) => answer(dev.hasCarrier ? 0 : -ERRNO.ENOLINK)],
      ['PHY dev is present', () => answer(parts.phy() === undefined ? -ERRNO.EOPNOTSUPP : 0)],
      ['PHY internal loopback, enable', () => loopback(true)],
      ['PHY internal loopback, UDP', (dev) => this.#frame(dev, 'udp')],
      ['PHY internal loopback, MTU', (dev) => this.#frame(dev, 'udp', dev.mtu)],
      ['PHY internal loopback, TCP', (dev) => this.#frame(dev, 'tcp')],
      ['PHY internal loopback, disable', () => loopback(false)],
    ];
    this.names = this.#tests.map(([name], n) => `${String(n + 1).padStart(2)}. ${name}`);
  }

  *run(dev: NetDevice): Sleeping<number[]> {
    yield* this.#parts.scheduler.sleepFor(DRAIN_NS, false);
    const answers: number[] = [];
    for (const [, test] of this.#tests) answers.push(Math.min(0, yield* test(dev)));
    return answers;
  }

  *#setLoopback(isOn: boolean): Sleeping<number> {
    const phy = this.#parts.phy();
    return phy === undefined ? -ERRNO.EOPNOTSUPP : yield* phy.setLoopback(isOn);
  }

  /** Sends a frame to the interface's own address. Linux: __net_test_loopback. */
  *#frame(dev: NetDevice, transport: Transport, bytes = 0): Sleeping<number> {
    const { core, sim } = this.#parts;
    if (!dev.isUp) return -ERRNO.ENETDOWN;
    const id = this.#nextId++ & 0xff;
    const skb = this.#make(dev, transport, bytes, id);
    if (skb === undefined) return -ERRNO.ENOMEM;
    const { bytes: header } = TRANSPORT[transport];
    let isBack = false;
    const tap: PacketTap = {
      tapped: ETH_P.IP,
      ifindex: dev.ifindex,
      functionName: 'net_test_loopback_validate',
      owner: undefined,
      look: (came) => {
        if (!isPayload(came, IP_BYTES + header, id)) return;
        isBack = true;
        this.#back.wakeAll();
      },
    };
    core.types.addTap(tap);
    const endNs = sim.now() + TIMEOUT_NS;
    core.xmit(skb);
    yield* core.flush();
    while (!isBack && sim.now() < endNs) yield* this.#back.sleepUntil(endNs);
    core.types.removeTap(tap);
    return isBack ? 0 : -ERRNO.ETIMEDOUT;
  }

  /** Linux: net_test_get_skb. */
  #make(dev: NetDevice, transport: Transport, bytes: number, id: number): SkBuff | undefined {
    const { protocol, bytes: headerBytes, sumAt } = TRANSPORT[transport];
    const shortest = ETH_HLEN + IP_BYTES + headerBytes + PAYLOAD_BYTES;
    const frame = new Uint8Array(Math.max(shortest, bytes));
    const view = new DataView(frame.buffer);
    const ip = ETH_HLEN;
    const header = ip + IP_BYTES;
    const payload = header + headerBytes;
    const segmentBytes = frame.length - header;
    frame.set(dev.address);
    view.setUint16(ETH_HLEN - 2, ETH_P.IP);
    view.setUint16(ip, 0x4500);
    view.setUint16(ip + 2, frame.length - ip);
    view.setUint8(ip + 8, TTL);
    view.setUint8(ip + 9, protocol);
    view.setUint16(ip + 10, foldChecksum(sumBytes(view, ip, IP_BYTES)));
    if (transport === 'udp') view.setUint16(header + 4, segmentBytes);
    else view.setUint8(header + 12, (headerBytes / 4) << 4);
    // Of the pseudo-header, whose addresses are nobody's.
    view.setUint16(header + sumAt, protocol + segmentBytes);
    frame.set(MAGIC, payload + MAGIC_AT);
    view.setUint8(payload + ID_AT, id);
    const skb = this.#parts.core.skbs.alloc(NET_SKB_PAD + frame.length);
    if (skb === undefined) return undefined;
    skb.reserve(NET_SKB_PAD);
    skb.put(frame.length);
    skb.copyIn(0, frame);
    skb.dev = dev;
    skb.protocol = ETH_P.IP;
    skb.ipSummed = CHECKSUM.PARTIAL;
    skb.csumStart = skb.data + header - skb.head;
    skb.csumOffset = sumAt;
    return skb;
  }
}

/** A frame of ours, beginning with its IP header. */
function isPayload(skb: SkBuff, at: number, id: number): boolean {
  if (skb.length < at + PAYLOAD_BYTES) return false;
  const bytes = skb.bytes().subarray(at, at + PAYLOAD_BYTES);
  return bytes[ID_AT] === id && MAGIC.every((byte, n) => bytes[MAGIC_AT + n] === byte);
}

function* answer(errno: number): Sleeping<number> {
  yield* [];
  return errno;
}
