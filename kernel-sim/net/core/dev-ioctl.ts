// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The ioctls of interfaces, which any socket answers: ifconfig(8) is made of them.
 *
 * An ioctl that tells something is a plain function; one that changes something may sleep. Those
 * about IPv4 addresses are the family's own; ETHTOOL is in ethtool-ioctl.ts.
 *
 * Linux: net/core/dev_ioctl.c.
 */
import { getBytes, putBytes } from '../../fs/user-int.ts';
import { capable, type Credentials } from '../../kernel/credentials.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { MaySleep, Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { IFCONF, IFREQ, SIOC, SOCKADDR } from '../../uapi/if-ioctl.ts';
import { AF, SOCKADDR_IN } from '../../uapi/socket.ts';
import { runEthtool } from './ethtool-ioctl.ts';
import type { NetCore } from './net-core.ts';
import type { NetDevice } from './net-device.ts';

const { EFAULT, EINVAL, ENODEV, ENOTTY, EOPNOTSUPP, EPERM } = ERRNO;

/** An address of an interface, under the name that it was given. */
export interface LabelledAddress {
  readonly label: string;
  /** IPv4. */
  readonly address: number;
}

interface Request {
  readonly dev: NetDevice;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly memory: IoMemory;
}

type Read = (request: Request) => number;
type Write = (request: Request) => MaySleep<number>;

export class DeviceIoctls {
  /** The IPv4 addresses of an interface, for SIOCGIFCONF. Linux: inet_gifconf. */
  addressesOf: (dev: NetDevice) => readonly LabelledAddress[] = () => [];
  readonly #core: NetCore;
  readonly #credentials: () => Credentials;
  readonly #writes: ReadonlyMap<number, Write>;

  constructor(core: NetCore, credentials: () => Credentials) {
    this.#core = core;
    this.#credentials = credentials;
    this.#writes = writesOf(core);
  }

  /** -ENOTTY for what is none of these. Context: process. Linux: dev_ioctl. */
  run(command: number, argument: number, memory: IoMemory): MaySleep<number> {
    if (command === SIOC.GIFCONF) return this.#list(argument, memory);
    if (command === SIOC.GIFNAME) return this.#nameOf(argument, memory);
    if (!COMMANDS.has(command)) return -ENOTTY;
    const bytes = getBytes(memory, argument, IFREQ.SIZE);
    if (bytes === undefined) return -EFAULT;
    const write = this.#writes.get(command);
    if (write !== undefined && !capable(this.#credentials())) return -EPERM;
    const dev = this.#core.byName(deviceName(bytes));
    if (dev === undefined) return -ENODEV;
    const request = { dev, bytes, view: new DataView(bytes.buffer), memory };
    if (command === SIOC.ETHTOOL) return this.#runEthtool(request);
    if (write !== undefined) return write(request);
    const read = READS.get(command);
    if (read === undefined) return -EOPNOTSUPP;
    const error = read(request);
    return error < 0 ? error : putBytes(memory, argument, bytes);
  }

  #runEthtool({ dev, view, memory }: Request): MaySleep<number> {
    const pointer = Number(view.getBigUint64(IFREQ.data, true));
    return runEthtool({ dev, pointer, memory }, capable(this.#credentials()));
  }

  /** Linux: dev_ifname. */
  #nameOf(argument: number, memory: IoMemory): number {
    const bytes = getBytes(memory, argument, IFREQ.SIZE);
    if (bytes === undefined) return -EFAULT;
    const ifindex = new DataView(bytes.buffer).getInt32(IFREQ.value, true);
    const dev = this.#core.byIndex(ifindex);
    if (dev === undefined) return -ENODEV;
    putText(bytes, IFREQ.name, IFREQ.NAME_SIZE, dev.name);
    return putBytes(memory, argument, bytes);
  }

  /** What has an address, as far as there is room; all of their size where there is none. */
  #list(argument: number, memory: IoMemory): number {
    const head = getBytes(memory, argument, IFCONF.SIZE);
    if (head === undefined) return -EFAULT;
    const view = new DataView(head.buffer);
    const room = view.getInt32(IFCONF.len, true);
    const buffer = Number(view.getBigUint64(IFCONF.buf, true));
    const rows = this.#core.devices.flatMap((dev) => this.addressesOf(dev));
    let length = rows.length * IFREQ.SIZE;
    if (buffer !== 0) {
      if (room < 0) return -EINVAL;
      const shown = rows.slice(0, Math.floor(room / IFREQ.SIZE));
      length = shown.length * IFREQ.SIZE;
      for (const [n, row] of shown.entries()) {
        if (putBytes(memory, buffer + n * IFREQ.SIZE, ifreqOf(row)) < 0) return -EFAULT;
      }
    }
    view.setInt32(IFCONF.len, length, true);
    return putBytes(memory, argument, head);
  }
}

function ifreqOf({ label, address }: LabelledAddress): Uint8Array {
  const bytes = new Uint8Array(IFREQ.SIZE);
  const view = new DataView(bytes.buffer);
  putText(bytes, IFREQ.name, IFREQ.NAME_SIZE, label);
  view.setUint16(IFREQ.address + SOCKADDR_IN.family, AF.INET, true);
  view.setUint32(IFREQ.address + SOCKADDR_IN.address, address);
  return bytes;
}

/** A name that a program gave, without what follows a colon: an address's label begins with it. */
function deviceName(bytes: Uint8Array): string {
  const field = bytes.subarray(IFREQ.name, IFREQ.name + IFREQ.NAME_SIZE - 1);
  return textOf(field).split(':', 1)[0] ?? '';
}

function textOf(field: Uint8Array): string {
  const nul = field.indexOf(0);
  return decodeUtf8(field.subarray(0, nul < 0 ? field.length : nul));
}

function putText(bytes: Uint8Array, at: number, size: number, text: string): void {
  bytes.fill(0, at, at + size);
  bytes.set(encodeUtf8(text).subarray(0, size - 1), at);
}

const READS: ReadonlyMap<number, Read> = new Map<number, Read>([
  [SIOC.GIFFLAGS, number((dev) => dev.reportedFlags & 0xffff, 2)],
  [SIOC.GIFMETRIC, number(() => 0)],
  [SIOC.GIFMTU, number((dev) => dev.mtu)],
  [SIOC.GIFINDEX, number((dev) => dev.ifindex)],
  [SIOC.GIFTXQLEN, number((dev) => dev.txQueueLength)],
  [SIOC.GIFSLAVE, () => -EINVAL],
  [SIOC.GIFMEM, () => -ENOTTY],
  [SIOC.SIFMEM, () => -ENOTTY],
  // A card of ours has no memory, port or line that a program could set.
  [
    SIOC.GIFMAP,
    ({ bytes }) => {
      bytes.fill(0, IFREQ.value);
      return 0;
    },
  ],
  [
    SIOC.GIFHWADDR,
    ({ dev, bytes, view }) => {
      bytes.fill(0, IFREQ.address, IFREQ.address + SOCKADDR.SIZE);
      view.setUint16(IFREQ.address + SOCKADDR.family, dev.type, true);
      bytes.set(dev.address, IFREQ.address + SOCKADDR.data);
      return 0;
    },
  ],
]);

function number(get: (dev: NetDevice) => number, size = 4): Read {
  return ({ dev, view }) => {
    if (size === 2) view.setUint16(IFREQ.value, get(dev), true);
    else view.setInt32(IFREQ.value, get(dev), true);
    return 0;
  };
}

function writesOf(core: NetCore): ReadonlyMap<number, Write> {
  const value = ({ view }: Request): number => view.getInt32(IFREQ.value, true);
  const group =
    (count: 1 | -1): Write =>
    ({ dev, bytes, view }) =>
      changeGroup(core, dev, bytes, view, count);
  return new Map<number, Write>([
    [SIOC.SIFFLAGS, ({ dev, view }) => core.setFlags(dev, view.getUint16(IFREQ.flags, true))],
    [SIOC.SIFMETRIC, () => -EOPNOTSUPP],
    [SIOC.SIFMAP, () => -EOPNOTSUPP],
    [SIOC.SIFSLAVE, () => -EOPNOTSUPP],
    [SIOC.SIFMTU, (request) => core.setMtu(request.dev, value(request))],
    [SIOC.SIFTXQLEN, (request) => core.setTxQueueLength(request.dev, value(request))],
    [SIOC.ADDMULTI, group(1)],
    [SIOC.DELMULTI, group(-1)],
    [
      SIOC.SIFNAME,
      ({ dev, bytes }) =>
        core.rename(dev, textOf(bytes.subarray(IFREQ.newName, IFREQ.newName + IFREQ.NAME_SIZE))),
    ],
    [
      SIOC.SIFHWADDR,
      ({ dev, bytes, view }) => {
        if (view.getUint16(IFREQ.address, true) !== dev.type) return -EINVAL;
        return core.setMac(dev, hardwareAddress(dev, bytes));
      },
    ],
    [
      SIOC.SIFHWBROADCAST,
      ({ dev, bytes, view }) => {
        if (view.getUint16(IFREQ.address, true) !== dev.type) return -EINVAL;
        dev.broadcast = hardwareAddress(dev, bytes);
        return 0;
      },
    ],
  ]);
}

function* changeGroup(
  core: NetCore,
  dev: NetDevice,
  bytes: Uint8Array,
  view: DataView,
  count: 1 | -1,
): Sleeping<number> {
  if (view.getUint16(IFREQ.address, true) !== AF.UNSPEC) return -EINVAL;
  if (!dev.isRegistered) return -ENODEV;
  const group = hardwareAddress(dev, bytes);
  if (count < 0 && !dev.hasGroup(group)) return -ERRNO.ENOENT;
  core.addMulticast(dev, group, count);
  yield* core.setRxModes();
  return 0;
}

function hardwareAddress(dev: NetDevice, bytes: Uint8Array): Uint8Array {
  const at = IFREQ.address + SOCKADDR.data;
  return bytes.slice(at, at + dev.address.length);
}

/** Those that name an interface: an unknown name is said before anything else. */
const COMMANDS: ReadonlySet<number> = new Set([
  ...READS.keys(),
  SIOC.SIFFLAGS,
  SIOC.SIFMETRIC,
  SIOC.SIFMAP,
  SIOC.SIFSLAVE,
  SIOC.SIFMTU,
  SIOC.SIFTXQLEN,
  SIOC.ADDMULTI,
  SIOC.DELMULTI,
  SIOC.SIFNAME,
  SIOC.SIFHWADDR,
  SIOC.SIFHWBROADCAST,
  SIOC.ETHTOOL,
  SIOC.GMIIPHY,
  SIOC.GMIIREG,
  SIOC.SMIIREG,
]);
