// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The ioctls of AF_INET sockets: addresses of interfaces, routes, neighbours. ifconfig(8), route(8)
 * and arp(8) are made of them.
 *
 * Linux: inet_ioctl; devinet_ioctl of devinet.c, ip_rt_ioctl of fib_frontend.c, arp_ioctl of arp.c.
 */
import { getBytes, putBytes } from '../../fs/user-int.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import { ARPHRD, ETH_ALEN } from '../../uapi/if-ether.ts';
import { IFF } from '../../uapi/if.ts';
import { ARPREQ, ATF, RTENTRY } from '../../uapi/inet-ioctl.ts';
import { NUD, RT_SCOPE, RTF, RTN } from '../../uapi/rtnetlink.ts';
import { AF, SOCKADDR_IN } from '../../uapi/socket.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { Neighbour } from '../core/neighbour.ts';
import { classPrefixLength, isLoopback } from './address.ts';
import type { InetAddr } from './devinet.ts';
import { maskOf, prefixLengthOf } from './fib.ts';
import type { RouteConfig } from './fib-frontend.ts';
import type { Ipv4 } from './ipv4.ts';

const { EADDRNOTAVAIL, EAFNOSUPPORT, EFAULT, EINVAL, ENODEV, ENOTTY, ENXIO, EPERM } = ERRNO;
const NAME_BYTES = 16;

/** Those that tell an address of an interface, and what they tell. */
const READS = new Map<number, (address: InetAddr) => number>([
  [SIOC.GIFADDR, ({ local }) => local],
  [SIOC.GIFBRDADDR, ({ broadcast }) => broadcast],
  [SIOC.GIFDSTADDR, ({ peer }) => peer],
  [SIOC.GIFNETMASK, ({ prefixLength }) => maskOf(prefixLength)],
]);

type Change = (address: InetAddr, value: number) => Partial<InetAddr> | number;

/** Those that change the address that is there. */
const CHANGES = new Map<number, Change>([
  [SIOC.SIFBRDADDR, (_address, broadcast) => ({ broadcast })],
  [SIOC.SIFDSTADDR, (_address, peer) => ({ peer })],
  [SIOC.SIFNETMASK, changeMask],
]);

/** -ENOTTY for what is none of these. Context: process. */
export function inetIoctl(
  ipv4: Ipv4,
  isPrivileged: boolean,
  command: number,
  argument: number,
  memory: IoMemory,
): number {
  switch (command) {
    case SIOC.ADDRT:
    case SIOC.DELRT:
      return isPrivileged ? changeRoute(ipv4, command, argument, memory) : -EPERM;
    case SIOC.SARP:
    case SIOC.DARP:
      return isPrivileged ? neighbourIoctl(ipv4, command, argument, memory) : -EPERM;
    case SIOC.GARP:
      return neighbourIoctl(ipv4, command, argument, memory);
    default:
      return addressIoctl(ipv4, isPrivileged, command, argument, memory);
  }
}

// ---- Addresses -----------------------------------------------------------------------------

function addressIoctl(
  ipv4: Ipv4,
  isPrivileged: boolean,
  command: number,
  argument: number,
  memory: IoMemory,
): number {
  const read = READS.get(command);
  const change = CHANGES.get(command);
  if (read === undefined && change === undefined && command !== SIOC.SIFADDR) return -ENOTTY;
  const bytes = getBytes(memory, argument, IFREQ.SIZE);
  if (bytes === undefined) return -EFAULT;
  const view = new DataView(bytes.buffer);
  const label = textOf(bytes, IFREQ.name);
  if (read === undefined && !isPrivileged) return -EPERM;
  const isInet = view.getUint16(IFREQ.address, true) === AF.INET;
  if (read === undefined && !isInet) return -EINVAL;
  const device = ipv4.core.byName(label.split(':', 1)[0] ?? '');
  if (device === undefined) return -ENODEV;
  const known = ipv4.devinet.find(device, { label });
  if (read !== undefined) {
    if (known === undefined) return -EADDRNOTAVAIL;
    bytes.fill(0, IFREQ.address, IFREQ.address + SOCKADDR_IN.SIZE);
    view.setUint16(IFREQ.address, AF.INET, true);
    view.setUint32(IFREQ.address + SOCKADDR_IN.address, read(known));
    return putBytes(memory, argument, bytes);
  }
  const value = view.getUint32(IFREQ.address + SOCKADDR_IN.address);
  if (change === undefined) return setAddress(ipv4, device, label, value, known);
  if (known === undefined) return -EADDRNOTAVAIL;
  const changed = change(known, value);
  if (typeof changed === 'number') return changed;
  ipv4.devinet.delete(known);
  return ipv4.devinet.add(device, { ...known, ...changed });
}

function changeMask(address: InetAddr, mask: number): Partial<InetAddr> | number {
  const prefixLength = prefixLengthOf(mask);
  if (prefixLength < 0) return -EINVAL;
  const { local, broadcast } = address;
  const isUsual = broadcast === (local | ~maskOf(address.prefixLength)) >>> 0;
  // A broadcast address that followed from the mask follows from the new one.
  if (!isUsual || prefixLength >= 31) return { prefixLength };
  return { prefixLength, broadcast: (local | ~mask) >>> 0 };
}

/** With the mask of its class. 0.0.0.0 takes it away. Linux: SIOCSIFADDR of devinet_ioctl. */
function setAddress(
  ipv4: Ipv4,
  device: NetDevice,
  label: string,
  local: number,
  known: InetAddr | undefined,
): number {
  const prefixLength = classPrefixLength(local);
  if (prefixLength < 0) return -EINVAL;
  if (known !== undefined) ipv4.devinet.delete(known);
  if (local === 0) return 0;
  const hasBroadcast = (device.flags & IFF.BROADCAST) !== 0 && prefixLength < 31;
  const isPointToPoint = (device.flags & IFF.POINTOPOINT) !== 0;
  const length = isPointToPoint ? 32 : prefixLength;
  return ipv4.devinet.add(device, {
    local,
    prefixLength: length,
    broadcast: hasBroadcast ? (local | ~maskOf(length)) >>> 0 : 0,
    scope: isLoopback(local) ? RT_SCOPE.HOST : RT_SCOPE.UNIVERSE,
    label,
  });
}

// ---- Routes --------------------------------------------------------------------------------

/** Linux: rtentry_to_fib_config. */
function changeRoute(ipv4: Ipv4, command: number, argument: number, memory: IoMemory): number {
  const bytes = getBytes(memory, argument, RTENTRY.SIZE);
  if (bytes === undefined) return -EFAULT;
  const view = new DataView(bytes.buffer);
  if (view.getUint16(RTENTRY.dst, true) !== AF.INET) return -EAFNOSUPPORT;
  const word = (at: number): number => view.getUint32(at + SOCKADDR_IN.address);
  const flags = view.getUint16(RTENTRY.flags, true);
  const destination = word(RTENTRY.dst);
  const hasMask = (flags & RTF.HOST) === 0;
  const prefixLength = hasMask ? prefixLengthOf(word(RTENTRY.genmask)) : 32;
  if (prefixLength < 0 || (destination & ~maskOf(prefixLength)) !== 0) return -EINVAL;
  const name = deviceNameAt(Number(view.getBigUint64(RTENTRY.dev, true)), memory);
  if (typeof name === 'number') return name;
  const device = name === '' ? undefined : ipv4.core.byName(name);
  if (name !== '' && device === undefined) return -ENODEV;
  const isGateway = (flags & RTF.GATEWAY) !== 0;
  const metric = view.getInt16(RTENTRY.metric, true);
  const target: RouteConfig = {
    destination,
    prefixLength,
    priority: metric > 0 ? metric - 1 : 0,
    gateway: isGateway ? word(RTENTRY.gateway) : 0,
    ...(device !== undefined && { device }),
    ...((flags & RTF.REJECT) !== 0 && { type: RTN.UNREACHABLE, scope: RT_SCOPE.HOST }),
  };
  if (isGateway && target.gateway === 0) return -EINVAL;
  return command === SIOC.ADDRT
    ? ipv4.frontend.add(target, { isExclusive: true })
    : ipv4.frontend.delete(target);
}

function deviceNameAt(pointer: number, memory: IoMemory): string | number {
  if (pointer === 0) return '';
  const bytes = getBytes(memory, pointer, NAME_BYTES);
  return bytes === undefined ? -EFAULT : textOf(bytes, 0);
}

// ---- Neighbours ----------------------------------------------------------------------------

function neighbourIoctl(ipv4: Ipv4, command: number, argument: number, memory: IoMemory): number {
  const bytes = getBytes(memory, argument, ARPREQ.SIZE);
  if (bytes === undefined) return -EFAULT;
  const view = new DataView(bytes.buffer);
  if (view.getUint16(ARPREQ.pa, true) !== AF.INET) return -EAFNOSUPPORT;
  const address = view.getUint32(ARPREQ.pa + SOCKADDR_IN.address);
  const flags = view.getInt32(ARPREQ.flags, true);
  if ((flags & ATF.PUBL) !== 0) return -ERRNO.EOPNOTSUPP;
  const name = textOf(bytes, ARPREQ.dev);
  const device = name === '' ? deviceTo(ipv4, address) : ipv4.core.byName(name);
  if (device === undefined) return name === '' ? -EINVAL : -ENODEV;
  const known = ipv4.neighbours.find(address, device);
  if (command === SIOC.GARP) {
    if (known === undefined || (known.state & NUD.NOARP) !== 0) return -ENXIO;
    tell(bytes, known);
    return putBytes(memory, argument, bytes);
  }
  if (command === SIOC.DARP) {
    if (known === undefined || !known.isValid) return -ENXIO;
    ipv4.neighbours.update(known, undefined, NUD.FAILED, { isAdmin: true });
    ipv4.neighbours.remove(known);
    return 0;
  }
  const neighbour = ipv4.neighbours.findOrMake(address, device);
  if (neighbour === undefined) return -ERRNO.ENOBUFS;
  const mac = bytes.slice(ARPREQ.ha + 2, ARPREQ.ha + 2 + ETH_ALEN);
  const state = (flags & ATF.PERM) === 0 ? NUD.STALE : NUD.PERMANENT;
  return ipv4.neighbours.update(neighbour, mac, state, { isOverride: true, isAdmin: true });
}

function tell(bytes: Uint8Array, neighbour: Neighbour): void {
  const view = new DataView(bytes.buffer);
  view.setUint16(ARPREQ.ha, ARPHRD.ETHER, true);
  bytes.set(neighbour.hardwareAddress, ARPREQ.ha + 2);
  const isPermanent = (neighbour.state & NUD.PERMANENT) !== 0;
  const flags = neighbour.isValid ? ATF.COM | (isPermanent ? ATF.PERM : 0) : 0;
  view.setInt32(ARPREQ.flags, flags, true);
  bytes.set(new Uint8Array(NAME_BYTES), ARPREQ.dev);
  const name = encodeUtf8(neighbour.device.name);
  bytes.set(name.subarray(0, NAME_BYTES - 1), ARPREQ.dev);
}

function deviceTo({ routes }: Ipv4, address: number): NetDevice | undefined {
  const route = routes.output(address);
  return typeof route === 'number' ? undefined : route.device;
}

function textOf(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + NAME_BYTES);
  const nul = field.indexOf(0);
  return decodeUtf8(field.subarray(0, nul < 0 ? NAME_BYTES : nul));
}
