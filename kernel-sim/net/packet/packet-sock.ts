// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Packet sockets: frames as they are on the wire (SOCK_RAW), or without their link-layer header
 * (SOCK_DGRAM).
 *
 * A socket is a tap (core/packet-types.ts) while it has a protocol and its interface, if it is
 * bound to one, is up. What it sees is cloned, filtered, and waits in its queue.
 *
 * Linux: net/packet/af_packet.c, packet(7).
 */
import type { IoMemory } from '../../mm/io-memory.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { GFP } from '../../uapi/gfp.ts';
import { IFF } from '../../uapi/if.ts';
import { POLL } from '../../uapi/fs.ts';
import { ETH_P, PACKET } from '../../uapi/if-ether.ts';
import { putInt32 } from '../../fs/user-int.ts';
import { AF, MSG, SOCK, SOCKET_IOCTL, SOL } from '../../uapi/socket.ts';
import { PACKET_OPTION } from '../../uapi/if-packet.ts';
import { ethHeader, ethSource, ethType } from '../core/ethernet.ts';
import type { NetCore } from '../core/net-core.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { NetDeviceEvent } from '../core/net-devices.ts';
import { PacketQueue } from '../core/packet-queue.ts';
import type { PacketTap } from '../core/packet-types.ts';
import type { SkBuff, SkBuffOwner } from '../core/sk-buff.ts';
import type { Message } from '../message.ts';
import type { PacketAddress, SockAddress } from '../sock-address.ts';
import { Sock, type SockParts } from '../socket.ts';
import { Memberships } from './memberships.ts';
import { auxiliaryData, PacketOptions } from './packet-options.ts';

const { EINVAL, EMSGSIZE, ENETDOWN, ENODEV, ENOBUFS, ENXIO, EOPNOTSUPP } = ERRNO;
const KNOWN_FLAGS = MSG.PEEK | MSG.DONTWAIT | MSG.TRUNC | MSG.NOSIGNAL;
/** A frame with a VLAN's tag may be so much longer. */
const VLAN_HLEN = 4;

/** What is kept of a packet beside its bytes. Linux: struct packet_skb_cb. */
interface Seen {
  readonly from: PacketAddress;
  /** Bytes before the filter cut it. */
  readonly originalLength: number;
}

export class PacketSock extends Sock implements PacketTap {
  /** ETH_P of what it sees, in host order; 0: nothing. */
  tapped: number;
  /** Interface that it is bound to, 0 for all, -1 when that is gone. */
  ifindex = 0;
  readonly look: PacketTap['look'] = (skb, dev) => this.#receive(skb, dev);
  readonly packetOptions = new PacketOptions();
  readonly #core: NetCore;
  readonly #memberships: Memberships;
  readonly #queue = new PacketQueue();
  readonly #released: (sock: PacketSock) => void;
  #isHooked = false;
  readonly #received: SkBuffOwner = {
    released: (skb) => {
      this.rmemAlloc -= skb.truesize;
    },
  };
  /** Whom what it sends is charged to: as a tap it does not see that. */
  readonly owner: SkBuffOwner = {
    released: (skb) => {
      this.wmemAlloc -= skb.truesize;
      if (this.#hasRoom) this.writeSpace();
    },
  };

  /** `protocol` is ETH_P, in host order; `released` is told when the socket is gone. */
  constructor(
    parts: SockParts,
    core: NetCore,
    call: { readonly type: number; readonly protocol: number },
    released: (sock: PacketSock) => void,
  ) {
    const { type, protocol } = call;
    super(parts, AF.PACKET, type, protocol);
    this.#core = core;
    this.#released = released;
    this.#memberships = new Memberships(core);
    this.tapped = protocol;
    if (protocol !== 0) this.#hook();
  }

  /** As packet-types.ts and /proc/net/packet know it. */
  readonly functionName = 'packet_rcv';

  get isHooked(): boolean {
    return this.#isHooked;
  }

  // ---- Addresses -------------------------------------------------------------------------------

  /** Linux: packet_bind, packet_do_bind. */
  override bind(address: SockAddress): number {
    if (address.family !== AF.PACKET) return -EINVAL;
    const { ifindex } = address;
    const dev = ifindex === 0 ? undefined : this.#core.byIndex(ifindex);
    if (ifindex !== 0 && dev === undefined) return -ENODEV;
    this.#unhook();
    this.tapped = address.protocol === 0 ? this.tapped : address.protocol;
    this.ifindex = ifindex;
    if (this.tapped === 0) return 0;
    if (dev !== undefined && !dev.isUp) this.reportError(ENETDOWN);
    else this.#hook();
    return 0;
  }

  override name(isPeer: boolean): SockAddress | number {
    if (isPeer) return -EOPNOTSUPP;
    const dev = this.#core.byIndex(this.ifindex);
    return {
      family: AF.PACKET,
      protocol: this.tapped,
      ifindex: this.ifindex,
      hatype: dev?.type ?? 0,
      pkttype: 0,
      address: dev?.address ?? new Uint8Array(0),
    };
  }

  #hook(): void {
    if (this.#isHooked) return;
    this.#isHooked = true;
    this.#core.types.addTap(this);
  }

  #unhook(): void {
    if (!this.#isHooked) return;
    this.#isHooked = false;
    this.#core.types.removeTap(this);
  }

  /** What happens to interfaces. Linux: packet_notifier. */
  deviceChanged(event: NetDeviceEvent, dev: NetDevice): void {
    if (event === 'unregister') this.#memberships.dropAll(dev.ifindex);
    if (dev.ifindex !== this.ifindex) return;
    if (event === 'up') {
      if (this.tapped !== 0) this.#hook();
      return;
    }
    if (event !== 'down' && event !== 'unregister') return;
    if (this.#isHooked) {
      this.#unhook();
      this.reportError(ENETDOWN);
    }
    if (event === 'unregister') this.ifindex = -1;
  }

  // ---- Receiving -------------------------------------------------------------------------------

  /** Linux: packet_rcv. Context: any; the packet stays its giver's. */
  #receive(skb: SkBuff, dev: NetDevice): void {
    const { skbs } = this.#core;
    const isOutgoing = skb.pktType === PACKET.OUTGOING;
    if (isOutgoing && this.packetOptions.ignoresOutgoing) return;
    const header = skb.macHeader === 0 ? 0 : skb.data - skb.macHeader;
    const at = this.type === SOCK.DGRAM ? 0 : -header;
    const length = skb.length - at;
    const kept = this.filter === undefined ? length : Math.min(length, this.filter.run(skb, at));
    if (kept === 0) return;
    const isFull = this.rmemAlloc >= this.options.rcvbuf;
    const clone = isFull ? undefined : skbs.clone(skb);
    if (clone === undefined) {
      this.drops++;
      this.packetOptions.drops++;
      return;
    }
    if (at < 0) clone.push(-at);
    clone.trim(kept);
    const from = addressOf(skb, dev);
    const seen: Seen = { from, originalLength: length };
    clone.control = seen;
    clone.sock = this.#received;
    // It may stay longer than the interface.
    clone.dev = undefined;
    this.rmemAlloc += clone.truesize;
    this.packetOptions.packets++;
    this.#queue.push(clone);
    this.dataReady();
  }

  /** Linux: packet_recvmsg. */
  override receive(message: Message, flags: number): number {
    if ((flags & ~KNOWN_FLAGS) !== 0) return -EINVAL;
    const error = this.takeError();
    if (error !== 0) return error;
    const skb = this.#queue.peek();
    if (skb === undefined) return this.isReceiveShut ? 0 : WOULD_BLOCK;
    const { length } = skb;
    const count = Math.min(length, message.remaining);
    if (count < length) message.flags |= MSG.TRUNC;
    const bytes = skb.copyOut(0, count);
    const { from, originalLength } = skb.control as Seen;
    const isCopied = message.put(bytes, 0, count) === count;
    if (isCopied) {
      message.name = from;
      this.addTimestamp(message, this.#core.wallNs(skb.timestampNs));
      if (this.packetOptions.wantsAuxiliaryData) {
        const data = auxiliaryData(skb, originalLength);
        message.control.push({ level: SOL.PACKET, type: PACKET_OPTION.AUXDATA, data });
      }
    }
    if ((flags & MSG.PEEK) === 0) {
      this.#queue.shift();
      this.#core.skbs.consume(skb);
    }
    if (!isCopied) return -ERRNO.EFAULT;
    return (flags & MSG.TRUNC) === 0 ? count : originalLength;
  }

  /** Linux: sock_writeable. */
  get #hasRoom(): boolean {
    return this.wmemAlloc * 2 < this.options.sndbuf;
  }

  override poll(): number {
    let bits = 0;
    if (this.error !== 0) bits |= POLL.ERR;
    if (this.#queue.length > 0) bits |= POLL.IN | POLL.RDNORM;
    if (this.#hasRoom) bits |= POLL.OUT | POLL.WRNORM;
    return bits;
  }

  // ---- Sending ---------------------------------------------------------------------------------

  /** Linux: packet_snd. */
  override send(message: Message, flags: number): number {
    const error = this.takeError();
    if (error !== 0) return error;
    if ((flags & MSG.OOB) !== 0) return -EOPNOTSUPP;
    const { name } = message;
    if (name !== undefined && name.family !== AF.PACKET) return -EINVAL;
    const dev = this.#core.byIndex(name === undefined ? this.ifindex : name.ifindex);
    if (dev === undefined) return -ENXIO;
    if (!dev.isUp) return -ENETDOWN;
    const isRaw = this.type !== SOCK.DGRAM;
    const header = isRaw ? dev.hardHeaderBytes : 0;
    const length = message.remaining;
    if (length > dev.mtu + header + VLAN_HLEN) return -EMSGSIZE;
    const destination = isRaw ? undefined : destinationOf(name, dev);
    if (typeof destination === 'number') return destination;
    // Too short to have a header.
    if (length < header) return -EINVAL;
    if (this.wmemAlloc >= this.options.sndbuf) return WOULD_BLOCK;
    return this.#sendFrame(message, dev, name?.protocol ?? this.tapped, destination);
  }

  /** `destination` is whom a header has to be made for. */
  #sendFrame(
    message: Message,
    dev: NetDevice,
    protocol: number,
    destination: Uint8Array | undefined,
  ): number {
    const length = message.remaining;
    const { skbs } = this.#core;
    const skb = skbs.alloc(dev.hardHeaderBytes + length, GFP.GFP_KERNEL);
    if (skb === undefined) return -ENOBUFS;
    skb.reserve(destination === undefined ? 0 : dev.hardHeaderBytes);
    skb.put(length);
    const bytes = message.takeAll();
    if (bytes === undefined) {
      skbs.consume(skb);
      return -ERRNO.EFAULT;
    }
    skb.copyIn(0, bytes);
    if (destination !== undefined) ethHeader(skb, dev, protocol, destination);
    skb.dev = dev;
    skb.macHeader = skb.data;
    skb.networkHeader = skb.data + dev.hardHeaderBytes;
    const isUnknown = protocol === 0 || protocol === ETH_P.ALL;
    skb.protocol = isUnknown && destination === undefined ? ethType(skb) : protocol;
    skb.priority = this.options.priority;
    skb.mark = this.options.mark;
    skb.sock = this.owner;
    this.wmemAlloc += skb.truesize;
    const error = this.#core.xmit(skb);
    return error < 0 ? error : length;
  }

  // ---- The rest --------------------------------------------------------------------------------

  override setOption(level: number, name: number, value: Uint8Array): number {
    if (level !== SOL.PACKET) return -ERRNO.ENOPROTOOPT;
    if (name === PACKET_OPTION.ADD_MEMBERSHIP || name === PACKET_OPTION.DROP_MEMBERSHIP) {
      return this.#memberships.change(value, name === PACKET_OPTION.ADD_MEMBERSHIP);
    }
    return this.packetOptions.set(name, value);
  }

  override getOption(level: number, name: number, length: number): Uint8Array | number {
    if (level !== SOL.PACKET) return -ERRNO.ENOPROTOOPT;
    return this.packetOptions.get(name, length);
  }

  override ioctl(command: number, argument: number, memory: IoMemory): number {
    if (command === SOCKET_IOCTL.SIOCOUTQ) return putInt32(memory, argument, this.wmemAlloc);
    if (command === SOCKET_IOCTL.SIOCINQ) {
      return putInt32(memory, argument, this.#queue.peek()?.length ?? 0);
    }
    return -ERRNO.ENOTTY;
  }

  override shutdown(): number {
    return -EOPNOTSUPP;
  }

  override release(): number {
    this.#unhook();
    this.#memberships.dropAll();
    for (let skb = this.#queue.shift(); skb !== undefined; skb = this.#queue.shift()) {
      this.#core.skbs.consume(skb);
    }
    this.#released(this);
    return 0;
  }
}

function addressOf(skb: SkBuff, dev: NetDevice): PacketAddress {
  return {
    family: AF.PACKET,
    protocol: skb.protocol,
    ifindex: dev.ifindex,
    hatype: dev.type,
    pkttype: skb.pktType,
    address: ethSource(skb) ?? new Uint8Array(0),
  };
}

/** To whom a packet without a header goes, or a negative errno. Linux: eth_header. */
function destinationOf(name: PacketAddress | undefined, dev: NetDevice): Uint8Array | number {
  const { length } = dev.address;
  const given = name?.address ?? new Uint8Array(0);
  if (given.length > 0) return given.length < length ? -EINVAL : given.subarray(0, length);
  return dev.isLoopback || (dev.flags & IFF.NOARP) !== 0 ? new Uint8Array(length) : -EINVAL;
}
