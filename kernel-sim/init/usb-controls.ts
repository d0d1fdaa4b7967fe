// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files by which one has a say in the USB: whether a device may be used, how it is configured, when
 * it sleeps, and who drives it.
 *
 * Linux: drivers/usb/core/sysfs.c, drivers/base/power/sysfs.c, drivers/base/bus.c;
 * Documentation/ABI/testing/sysfs-bus-usb, sysfs-devices-power.
 */
import type { UsbCore } from '../drivers/usb/core.ts';
import type { PowerState } from '../drivers/usb/device-power.ts';
import type { UsbDriver } from '../drivers/usb/usb-driver.ts';
import type { UsbInterface, UsbNode } from '../drivers/usb/usb-node.ts';
import type { PseudoFile } from '../fs/pseudo-fs.ts';
import { AttributeFile } from '../fs/seq-file.ts';
import type { Sim } from '../sim/sim.ts';
import type { MaySleep, Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { USB_CLASS, USB_CONFIG_ATT } from '../uapi/usb.ts';

export type Files = readonly (readonly [name: string, file: PseudoFile])[];

const NS_PER_MS = 1_000_000;
const MS_PER_S = 1000;
const INT_MAX = 0x7fff_ffff;
/** What a machine keeps of devices that wake it: of ours none does. */
const WAKEUP_COUNTS = [
  'wakeup_abort_count',
  'wakeup_active',
  'wakeup_active_count',
  'wakeup_count',
  'wakeup_expire_count',
  'wakeup_last_time_ms',
  'wakeup_max_time_ms',
  'wakeup_total_time_ms',
] as const;

function shown(show: () => string | number): PseudoFile {
  return { show: () => `${show()}\n` };
}

function taken(
  show: (() => string) | undefined,
  store: (text: string) => MaySleep<number>,
): PseudoFile {
  return { ops: new AttributeFile(show, store), mode: show === undefined ? 0o200 : 0o644 };
}

/** A number as strtol takes it, if it is one and lies between the two. */
function parseNumber(text: string, from: number, to: number): number | undefined {
  if (!/^[+-]?(?:0x[\da-f]+|\d+)$/iu.test(text)) return undefined;
  const value = text.startsWith('-') ? -Number(text.slice(1)) : Number(text.replace('+', ''));
  return value >= from && value <= to ? value : undefined;
}

// ---- A device -----------------------------------------------------------------------------------

export function deviceControls(usb: UsbCore, node: UsbNode): Files {
  return [
    [
      'authorized',
      taken(
        () => (node.isAuthorized ? '1' : '0'),
        (text) => {
          const value = parseNumber(text, 0, 1);
          return value === undefined ? -ERRNO.EINVAL : usb.authorize(node, value === 1);
        },
      ),
    ],
    [
      'bConfigurationValue',
      taken(
        () => (node.active === undefined ? '' : String(node.active.value)),
        (text) => {
          const value = parseNumber(text, -1, 255);
          return value === undefined
            ? -ERRNO.EINVAL
            : usb.setConfiguration(node, Math.max(0, value));
        },
      ),
    ],
  ];
}

/** `power/` of a device. */
export function powerFiles(usb: UsbCore, node: UsbNode, sim: Sim): Files {
  const { power } = node;
  const ms = (ns: number): number => Math.floor(ns / NS_PER_MS);
  const control = taken(
    () => power.control,
    (text) => {
      if (text !== 'on' && text !== 'auto') return -ERRNO.EINVAL;
      return done(usb.power.control(node, text));
    },
  );
  const delay = (unitMs: number): PseudoFile =>
    taken(
      () => String(Math.trunc(power.delayMs / unitMs)),
      (text) => {
        const most = Math.floor(INT_MAX / unitMs);
        const value = parseNumber(text, -most, most);
        return value === undefined ? -ERRNO.EINVAL : done(usb.power.setDelay(node, value * unitMs));
      },
    );
  const canWake = (): boolean => ((node.active?.attributes ?? 0) & USB_CONFIG_ATT.WAKEUP) !== 0;
  return [
    ['active_duration', shown(() => ms(power.activeNs(sim.now())))],
    ['async', shown(() => 'enabled')],
    ['autosuspend', delay(MS_PER_S)],
    ['autosuspend_delay_ms', delay(1)],
    ['connected_duration', shown(() => ms(power.connectedNs(sim.now())))],
    ['control', control],
    ['level', control],
    ...(node.info.class === USB_CLASS.HUB ? [] : ([['persist', shown(() => 1)]] as const)),
    ['runtime_active_kids', shown(() => node.children.filter(isAwake).length)],
    ['runtime_active_time', shown(() => ms(power.activeNs(sim.now())))],
    ['runtime_enabled', shown(() => (power.control === 'on' ? 'forbidden' : 'enabled'))],
    ['runtime_status', shown(() => power.state)],
    ['runtime_suspended_time', shown(() => ms(power.suspendedNs(sim.now())))],
    // Whoever wants it awake is a user like others.
    ['runtime_usage', shown(() => power.users + (power.control === 'on' ? 1 : 0))],
    ['wakeup', shown(() => (canWake() ? 'disabled' : ''))],
    ...WAKEUP_COUNTS.map((name) => [name, shown(() => '')] as const),
  ];
}

function isAwake(node: UsbNode | undefined): boolean {
  return node !== undefined && node.power.state !== 'suspended';
}

function* done(what: Sleeping<void>): Sleeping<number> {
  yield* what;
  return 0;
}

/** `power/` of an interface: it is as idle as its driver lets it be. */
export function interfacePowerFiles(usbInterface: UsbInterface): Files {
  const { device } = usbInterface;
  const status = (): PowerState => (device.power.users > 0 ? 'active' : 'suspended');
  const isManaged = (): boolean => usbInterface.driver?.power !== undefined;
  return [
    ['async', shown(() => 'enabled')],
    ['runtime_active_kids', shown(() => 0)],
    ['runtime_enabled', shown(() => (isManaged() ? 'enabled' : 'disabled'))],
    ['runtime_status', shown(() => (isManaged() ? status() : 'unsupported'))],
    ['runtime_usage', shown(() => device.power.users)],
  ];
}

// ---- A driver -----------------------------------------------------------------------------------

/** `bind` and `unbind`, which take the name of an interface. */
export function driverControls(usb: UsbCore, driver: UsbDriver): Files {
  const find = (name: string): UsbInterface | undefined =>
    usb.devices.flatMap(({ interfaces }) => interfaces).find((each) => each.name === name);
  const control = (act: (of: UsbInterface) => Sleeping<number>): PseudoFile =>
    taken(undefined, (name) => {
      const usbInterface = find(name);
      return usbInterface === undefined ? -ERRNO.ENODEV : act(usbInterface);
    });
  return [
    ['bind', control((usbInterface) => usb.bind(driver, usbInterface))],
    ['unbind', control((usbInterface) => usb.unbind(driver, usbInterface))],
  ];
}
