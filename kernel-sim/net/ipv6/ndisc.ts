// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Neighbour discovery: who has an IPv6 address on the link, which addresses are taken, and what
 * routers have to say.
 *
 * Linux: net/ipv6/ndisc.c. RFC 4861, RFC 4862.
 */
import { formatIpv6, ipv6FromBytes, ipv6ToBytes } from '../../lib/ip-address.ts';
import { ETH_ALEN } from '../../uapi/if-ether.ts';
import { IFF } from '../../uapi/if.ts';
import { ICMPV6, ICMPV6_UNREACH } from '../../uapi/icmp.ts';
import { IN6ADDR_ANY, IPPROTO } from '../../uapi/in.ts';
import { IFA_F, NUD, RTN, RTPROT } from '../../uapi/rtnetlink.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { Neighbour, NeighbourOps } from '../core/neighbour.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import {
  ALL_NODES,
  ALL_ROUTERS,
  interfaceIdOf,
  isLinkLocal,
  isMulticast6,
  multicastMac6,
  networkOf,
  solicitedNode,
} from './address.ts';
import { type Inet6Addr, METRIC } from './addrconf.ts';
import type { Ipv6Context, Ipv6Route } from './context.ts';
import { ICMP6HDR } from './icmpv6.ts';
import { destinationOf6, IPV6_MIN_MTU, sourceOf6 } from './ipv6-header.ts';

const HOP_LIMIT = 255;
const SECOND = 1_000_000_000;
const INFINITE_SECONDS = 0xffff_ffff;
/** Kinds of options. */
const OPTION = { SOURCE_MAC: 1, TARGET_MAC: 2, PREFIX: 3, MTU: 5 } as const;
/** Flags of an advertisement. */
const NA = { ROUTER: 0x8000_0000, SOLICITED: 0x4000_0000, OVERRIDE: 0x2000_0000 } as const;
const TARGET_AT = 8;
const NA_OPTIONS_AT = 24;
/** Byte offsets of a router's advertisement and of a prefix in it. */
const RA = { HOP_LIMIT: 4, LIFETIME: 6, OPTIONS: 16 } as const;
const PREFIX = { LENGTH: 2, FLAGS: 3, VALID: 4, PREFERRED: 8, PREFIX: 16, SIZE: 32 } as const;
const ON_LINK = 0x80;
const AUTONOMOUS = 0x40;
/** More than so many routes are nothing that routers say in earnest. */
const ROUTES_MAX = 256;
/** An address that was heard to live this long is not cut short by who cannot prove himself. */
const TWO_HOURS_NS = 7200 * SECOND;

export class Ndisc implements NeighbourOps {
  readonly #net: Ipv6Context;

  constructor(net: Ipv6Context) {
    this.#net = net;
  }

  // ---- What the neighbour table wants ------------------------------------------------------

  /** Linux: ndisc_constructor. */
  known(address: string, device: NetDevice): Uint8Array | undefined {
    if ((device.flags & (IFF.NOARP | IFF.LOOPBACK)) !== 0) return device.address;
    if (isMulticast6(address)) return multicastMac6(address);
    return (device.flags & IFF.POINTOPOINT) === 0 ? undefined : device.broadcast;
  }

  /** Linux: ndisc_solicit. */
  solicit(neighbour: Neighbour, skb: SkBuff | undefined): void {
    const { device, state } = neighbour;
    const target = neighbour.address as string;
    const asked = skb === undefined || skb.networkHeader === 0 ? undefined : sourceOf6(skb);
    const isOwn = asked !== undefined && this.#net.addrconf.find(asked, device) !== undefined;
    const source = isOwn ? asked : this.#net.addrconf.selectSource(target, device);
    if (source === undefined) return;
    const destination = state === NUD.PROBE ? target : solicitedNode(target);
    this.#send(device, source, destination, ICMPV6.NEIGHBOUR_SOLICIT, 0, [
      ...ipv6ToBytes(target),
      ...macOption(OPTION.SOURCE_MAC, device.address),
    ]);
  }

  unreachable(skb: SkBuff): void {
    const { icmp, core } = this.#net;
    icmp.send(skb, ICMPV6.DEST_UNREACH, ICMPV6_UNREACH.ADDR_UNREACH, 0);
    core.skbs.free(skb, 'NEIGH_FAILED');
  }

  // ---- Questions of this machine -----------------------------------------------------------

  /** Does anybody have the address? It is asked from nowhere. */
  probe({ device, address }: Inet6Addr): void {
    const target = [...ipv6ToBytes(address)];
    const { NEIGHBOUR_SOLICIT } = ICMPV6;
    this.#send(device, IN6ADDR_ANY, solicitedNode(address), NEIGHBOUR_SOLICIT, 0, target);
  }

  /** Linux: ndisc_send_rs. */
  solicitRouters(device: NetDevice): void {
    const source = this.#net.addrconf.selectSource(ALL_ROUTERS, device);
    if (source === undefined) return;
    const option = macOption(OPTION.SOURCE_MAC, device.address);
    this.#send(device, source, ALL_ROUTERS, ICMPV6.ROUTER_SOLICIT, 0, option);
  }

  #advertise(address: string, device: NetDevice, to: string, isAsked: boolean): void {
    const flags = NA.OVERRIDE | (isAsked ? NA.SOLICITED : 0);
    this.#send(device, address, to, ICMPV6.NEIGHBOUR_ADVERT, flags, [
      ...ipv6ToBytes(address),
      ...macOption(OPTION.TARGET_MAC, device.address),
    ]);
  }

  #send(
    device: NetDevice,
    source: string,
    destination: string,
    type: number,
    info: number,
    data: readonly number[],
  ): void {
    const { icmp, fib, statistics } = this.#net;
    const bytes = Uint8Array.from(data);
    const skb = icmp.make(type, 0, info >>> 0, bytes, source, destination);
    if (skb === undefined) return;
    const route: Ipv6Route = {
      device,
      source,
      destination,
      gateway: undefined,
      nextHop: destination,
      isLocal: false,
      isBroadcast: false,
      isMulticast: isMulticast6(destination),
      generation: fib.generation,
    };
    statistics.icmp6.OutMsgs++;
    const how = { protocol: IPPROTO.ICMPV6, source, destination, ttl: HOP_LIMIT, isLoop: false };
    this.#net.output(skb, route, how);
  }

  // ---- What is heard -----------------------------------------------------------------------

  /** A message with a hop limit of 255 and a right sum; it stays its caller's. */
  receive(skb: SkBuff, type: number): void {
    const device = skb.dev;
    if (device === undefined) return;
    if (type === ICMPV6.NEIGHBOUR_SOLICIT) this.#solicited(skb, device);
    else if (type === ICMPV6.NEIGHBOUR_ADVERT) this.#advertised(skb, device);
    else if (type === ICMPV6.ROUTER_ADVERT) this.#router(skb, device);
  }

  /** Linux: ndisc_recv_ns. */
  #solicited(skb: SkBuff, device: NetDevice): void {
    const { addrconf, neighbours } = this.#net;
    const options = readOptions(skb, NA_OPTIONS_AT);
    if (options === undefined) return;
    const target = ipv6FromBytes(skb.copyOut(TARGET_AT, 16));
    const source = sourceOf6(skb);
    const isProbe = source === IN6ADDR_ANY;
    const own = addrconf.find(target, device);
    if (isMulticast6(target) || own === undefined) return;
    if ((own.flags & IFA_F.TENTATIVE) !== 0) {
      // Two who want the same at the same time: neither has it.
      if (isProbe) addrconf.claimed(own, formatIpv6(target));
      return;
    }
    if (isProbe) {
      this.#advertise(target, device, ALL_NODES, false);
      return;
    }
    const mac = options.get(OPTION.SOURCE_MAC)?.subarray(2, 2 + ETH_ALEN);
    // Asked by itself, it may leave its own address out.
    if (mac === undefined && isMulticast6(destinationOf6(skb))) return;
    const neighbour = mac === undefined ? undefined : neighbours.findOrMake(source, device);
    if (neighbour !== undefined) neighbours.update(neighbour, mac, NUD.STALE, { isOverride: true });
    this.#advertise(target, device, source, true);
  }

  /** Linux: ndisc_recv_na. */
  #advertised(skb: SkBuff, device: NetDevice): void {
    const { addrconf, neighbours, fib } = this.#net;
    const options = readOptions(skb, NA_OPTIONS_AT);
    if (options === undefined) return;
    const target = ipv6FromBytes(skb.copyOut(TARGET_AT, 16));
    const flags = skb.load32(ICMP6HDR.INFO);
    const isSolicited = (flags & NA.SOLICITED) !== 0;
    if (isMulticast6(target) || (isSolicited && isMulticast6(destinationOf6(skb)))) return;
    const own = addrconf.find(target, device);
    if (own !== undefined) {
      addrconf.claimed(own, formatIpv6(target));
      return;
    }
    const neighbour = neighbours.find(target, device);
    if (neighbour === undefined || neighbour.state === NUD.FAILED) return;
    const isRouter = (flags & NA.ROUTER) !== 0;
    const mac = options.get(OPTION.TARGET_MAC)?.subarray(2, 2 + ETH_ALEN);
    const isOverride = (flags & NA.OVERRIDE) !== 0;
    const state = isSolicited ? NUD.REACHABLE : NUD.STALE;
    neighbours.update(neighbour, mac, state, { isOverride, isWeakOverride: true, isRouter });
    // Who says that he is no router any more is none.
    if (!isRouter) {
      fib.removeWhere((route) => route.gateway === target && route.protocol === RTPROT.RA);
    }
  }

  /** Linux: ndisc_router_discovery. */
  #router(skb: SkBuff, device: NetDevice): void {
    const { addrconf, neighbours, fib, timers } = this.#net;
    const conf = this.#net.conf(device);
    const options = skb.length < RA.OPTIONS ? undefined : readOptions(skb, RA.OPTIONS);
    const source = sourceOf6(skb);
    if (options === undefined || !isLinkLocal(source) || conf.acceptRa === 0) return;
    addrconf.heardRouter(device);
    const lifetimeNs = skb.load16(RA.LIFETIME) * SECOND;
    const gateway = { destination: IN6ADDR_ANY, prefixLength: 0, gateway: source, device };
    if (lifetimeNs === 0 || fib.routes.length >= ROUTES_MAX) {
      fib.removeWhere((route) => route.gateway === source && route.protocol === RTPROT.RA);
    } else {
      const expiresNs = timers.now() + lifetimeNs;
      const kind = { type: RTN.UNICAST, protocol: RTPROT.RA, metric: METRIC.USER };
      fib.add({ ...gateway, ...kind, expiresNs });
    }
    const hopLimit = skb.load8(RA.HOP_LIMIT);
    if (hopLimit !== 0) conf.hopLimit = hopLimit;
    const mac = options.get(OPTION.SOURCE_MAC)?.subarray(2, 2 + ETH_ALEN);
    const neighbour = mac === undefined ? undefined : neighbours.findOrMake(source, device);
    if (neighbour !== undefined) {
      neighbours.update(neighbour, mac, NUD.STALE, { isOverride: true, isRouter: true });
    }
    const mtu = options.get(OPTION.MTU);
    if (mtu !== undefined) this.#setMtu(device, viewOf(mtu).getUint32(4));
    for (const prefix of options.prefixes) this.#prefix(device, prefix);
  }

  #setMtu(device: NetDevice, mtu: number): void {
    if (mtu >= IPV6_MIN_MTU && mtu <= device.mtu) this.#net.conf(device).mtu = mtu;
  }

  /** Linux: addrconf_prefix_rcv. */
  #prefix(device: NetDevice, option: Uint8Array): void {
    const { addrconf, timers } = this.#net;
    const view = viewOf(option);
    const length = option[PREFIX.LENGTH] ?? 0;
    const flags = option[PREFIX.FLAGS] ?? 0;
    const [valid, preferred] = [view.getUint32(PREFIX.VALID), view.getUint32(PREFIX.PREFERRED)];
    const given = ipv6FromBytes(option.subarray(PREFIX.PREFIX, PREFIX.PREFIX + 16));
    if (length > 128 || preferred > valid || isLinkLocal(given) || isMulticast6(given)) return;
    const nowNs = timers.now();
    const until = (seconds: number): number =>
      seconds === INFINITE_SECONDS ? Infinity : nowNs + seconds * SECOND;
    const destination = networkOf(given, length);
    if ((flags & ON_LINK) !== 0) this.#onLink(device, given, length, until(valid));
    const { autoconf, maxAddresses } = this.#net.conf(device);
    if ((flags & AUTONOMOUS) === 0 || length !== 64 || autoconf === 0) return;
    const address = destination.slice(0, 16) + interfaceIdOf(device.address);
    const known = addrconf.find(address, device);
    if (known === undefined) {
      if (valid === 0 || addrconf.of(device).length >= maxAddresses) return;
      const lifetimes = { validNs: until(valid), preferredNs: until(preferred) };
      // The prefix has its route from above, if it is one of the link.
      const kept = IFA_F.MANAGETEMPADDR | IFA_F.NOPREFIXROUTE;
      addrconf.add(device, address, length, { ...lifetimes, flags: kept });
      return;
    }
    const isTrusted = valid * SECOND > TWO_HOURS_NS || until(valid) > known.validNs;
    const validNs = isTrusted ? until(valid) : Math.min(known.validNs, nowNs + TWO_HOURS_NS);
    addrconf.renew(known, validNs, until(preferred));
  }

  /** The network can be reached without a router. What this machine was told stays as it is. */
  #onLink(device: NetDevice, prefix: string, prefixLength: number, expiresNs: number): void {
    const { fib, timers } = this.#net;
    const destination = networkOf(prefix, prefixLength);
    const known = fib.routes.find(
      (route) =>
        route.device === device &&
        route.destination === destination &&
        route.prefixLength === prefixLength &&
        route.protocol === RTPROT.KERNEL,
    );
    if (known !== undefined && known.isAdvertised !== true) return;
    if (expiresNs <= timers.now()) {
      fib.removeWhere((route) => route === known);
      return;
    }
    if (known === undefined && fib.routes.length >= ROUTES_MAX) return;
    const kind = { type: RTN.UNICAST, protocol: RTPROT.KERNEL, metric: METRIC.ADDRCONF };
    const place = { destination, prefixLength, device, gateway: undefined };
    fib.add({ ...place, ...kind, expiresNs, isAdvertised: true });
  }
}

/** Options by their kind; of prefixes all. */
class NdOptions extends Map<number, Uint8Array> {
  readonly prefixes: Uint8Array[] = [];
}

/** Undefined when one has no length, or goes on behind the end. */
function readOptions(skb: SkBuff, from: number): NdOptions | undefined {
  if (skb.length < from) return undefined;
  const options = new NdOptions();
  for (let at = from; at < skb.length;) {
    const bytes = at + 2 <= skb.length ? skb.load8(at + 1) * 8 : 0;
    if (bytes === 0 || at + bytes > skb.length) return undefined;
    const type = skb.load8(at);
    const option = skb.copyOut(at, bytes);
    if (type === OPTION.PREFIX && bytes === PREFIX.SIZE) options.prefixes.push(option);
    else if (!options.has(type)) options.set(type, option);
    at += bytes;
  }
  return options;
}

function macOption(kind: number, mac: Uint8Array): number[] {
  return [kind, 1, ...mac];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
