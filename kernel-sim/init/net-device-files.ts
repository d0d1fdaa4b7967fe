// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files of network interfaces: /proc/net/dev and its neighbours, /sys/class/net.
 *
 * Linux: net/core/net-procfs.c, net/core/net-sysfs.c, Documentation/ABI/testing/sysfs-class-net.
 */
import type { UsbCore } from '../drivers/usb/core.ts';
import type { PseudoFile, PseudoFs } from '../fs/pseudo-fs.ts';
import { AttributeFile, SleepingSeqFile } from '../fs/seq-file.ts';
import { formatMac } from '../lib/mac-address.ts';
import type { NetCore } from '../net/core/net-core.ts';
import { type NetDevice, NetDeviceStats } from '../net/core/net-device.ts';
import { devText, multicastText, packetTypesText, softnetText } from '../net/core/net-procfs.ts';
import type { MaySleep } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { OPERSTATE } from '../uapi/if.ts';
import type { Kernel } from './kernel.ts';
import { folderOfInterface } from './usb-files.ts';

export function registerNetDeviceFiles(kernel: Kernel, procfs: PseudoFs): void {
  const file = (name: string, show: () => string): void => procfs.register(`net/${name}`, show);
  file('dev', () => devText(kernel.net.core));
  file('dev_mcast', () => multicastText(kernel.net.core));
  file('ptype', () => packetTypesText(kernel.net.core));
  file('softnet_stat', () => softnetText(kernel.net.core));
  file('packet', () => kernel.net.packet.listing);
}

/** Keeps /sys/class/net as the interfaces are. */
export function mountNetDevices({ net: { core }, usb }: Kernel, sysfs: PseudoFs): void {
  const folders = new Map<NetDevice, string>();
  const remove = (dev: NetDevice): void => {
    const folder = folders.get(dev);
    if (folder === undefined) return;
    sysfs.remove(`class/net/${folder.slice(folder.lastIndexOf('/') + 1)}`);
    sysfs.remove(folder);
    folders.delete(dev);
  };
  const add = (dev: NetDevice): void => {
    remove(dev);
    const parent = parentOf(dev, usb);
    const folder = `${parent ?? 'devices/virtual'}/net/${dev.name}`;
    folders.set(dev, folder);
    if (parent !== undefined) {
      const parentName = parent.slice(parent.lastIndexOf('/') + 1);
      sysfs.registerSymlink(`${folder}/device`, () => `../../../${parentName}`);
    }
    for (const [name, file] of attributesOf(core, dev)) sysfs.register(`${folder}/${name}`, file);
    addStatistics(sysfs, folder, dev);
    sysfs.registerSymlink(`class/net/${dev.name}`, () => `../../${folder}`);
  };
  sysfs.registerDirectory('class/net');
  for (const dev of core.devices) add(dev);
  core.onEvent((event, dev) => {
    if (event === 'register' || event === 'change-name') add(dev);
    else if (event === 'unregister') remove(dev);
  });
}

/** The device that an interface belongs to; undefined for one that is only thought up. */
function parentOf({ parentName }: NetDevice, usb: UsbCore | undefined): string | undefined {
  if (parentName === '') return undefined;
  return folderOfInterface(usb, parentName) ?? `devices/platform/${parentName}`;
}

function addStatistics(sysfs: PseudoFs, folder: string, { stats }: NetDevice): void {
  const files: Record<string, () => PseudoFile> = {};
  for (const key of Object.keys(new NetDeviceStats()) as (keyof NetDeviceStats)[]) {
    const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    files[name] = () => ({ show: () => `${stats[key]}\n` });
  }
  sysfs.registerLazily(`${folder}/statistics`, files);
}

/** Linux: net_class_attrs. */
function attributesOf(core: NetCore, dev: NetDevice): [name: string, file: PseudoFile][] {
  const text = (show: () => number | string): PseudoFile => ({ show: () => `${show()}\n` });
  const link = (): { readonly speedMbps: number; readonly isFullDuplex: boolean } | undefined =>
    dev.isUp ? dev.ops.ethtool?.linkSettings?.(dev) : undefined;
  return [
    ['addr_len', text(() => dev.address.length)],
    ['address', text(() => formatMac(dev.address))],
    ['broadcast', text(() => formatMac(dev.broadcast))],
    ['carrier', mayFail(() => (dev.isUp ? (dev.hasCarrier ? '1' : '0') : undefined))],
    ['carrier_changes', text(() => dev.carrierChanges)],
    ['dev_id', text(() => '0x0')],
    ['dev_port', text(() => 0)],
    ['dormant', mayFail(() => (dev.isUp ? '0' : undefined))],
    ['duplex', mayFail(() => duplexOf(dev, link()))],
    [
      'flags',
      stored(
        () => `0x${dev.flags.toString(16)}`,
        (n) => core.setFlags(dev, n),
      ),
    ],
    ['ifindex', text(() => dev.ifindex)],
    ['iflink', text(() => dev.ifindex)],
    ['link_mode', text(() => 0)],
    [
      'mtu',
      stored(
        () => dev.mtu,
        (n) => core.setMtu(dev, n),
      ),
    ],
    ['operstate', text(() => operStateName(dev.operState))],
    ['speed', mayFail(() => speedOf(dev, link()))],
    [
      'tx_queue_len',
      stored(
        () => dev.txQueueLength,
        (n) => core.setTxQueueLength(dev, n),
      ),
    ],
    ['type', text(() => dev.type)],
    ['uevent', { show: () => `INTERFACE=${dev.name}\nIFINDEX=${dev.ifindex}\n` }],
  ];
}

type Link = { readonly speedMbps: number; readonly isFullDuplex: boolean } | undefined;

function duplexOf(dev: NetDevice, link: Link): string | undefined {
  if (link === undefined) return undefined;
  if (!dev.hasCarrier) return 'unknown';
  return link.isFullDuplex ? 'full' : 'half';
}

function speedOf(dev: NetDevice, link: Link): string | undefined {
  if (link === undefined) return undefined;
  return dev.hasCarrier ? String(link.speedMbps) : '-1';
}

function operStateName(state: number): string {
  const found = Object.entries(OPERSTATE).find(([, number]) => number === state);
  return (found?.[0] ?? 'UNKNOWN').toLowerCase();
}

/** A file that cannot be read while there is nothing to tell. */
function mayFail(show: () => string | undefined): PseudoFile {
  return {
    ops: new SleepingSeqFile(function* () {
      const shown = show();
      return shown === undefined ? -ERRNO.EINVAL : `${shown}\n`;
    }),
  };
}

/** A file that takes a number, which root writes. */
function stored(
  show: () => string | number,
  store: (value: number) => MaySleep<number>,
): PseudoFile {
  const take = (text: string): MaySleep<number> => {
    const value = parse(text);
    return value === undefined ? -ERRNO.EINVAL : store(value);
  };
  return { ops: new AttributeFile(() => String(show()), take), mode: 0o644 };
}

/** Linux: kstrtoul with any base. */
function parse(text: string): number | undefined {
  if (!/^(?:0x[\da-f]+|\d+)$/i.test(text)) return undefined;
  return /^0\d/.test(text) ? Number.parseInt(text, 8) : Number(text);
}
