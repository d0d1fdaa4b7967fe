// SPDX-License-Identifier: GPL-2.0-or-later
/** The USB of a machine for a view of devices: its ports, the LAN9512, registers and URBs. */
import type { LoggedRequest, LoggedUrb } from '../drivers/usb/urb-log.ts';
import type { Lan9512 } from '../hw/lan9512/lan9512.ts';
import { registerAt } from '../hw/lan9512/register-file.ts';
import {
  type BitField,
  type RegisterName,
  REGISTERS,
  VENDOR_REQUEST,
} from '../hw/lan9512/registers.ts';
import type { Kernel } from '../init/kernel.ts';
import type { Machine } from '../init/machine.ts';
import type {
  AdapterView,
  RegisterAccessView,
  RegisterView,
  TimelinePlace,
  UrbView,
  UsbRequest,
  UsbView,
} from '../machine-types.ts';
import { formatMac } from '../lib/mac-address.ts';
import { errnoName } from '../uapi/errno.ts';
import { USB_DIR_IN, USB_ENDPOINT, USB_REQ, USB_TYPE } from '../uapi/usb.ts';
import { placeOf } from './place.ts';

/** What is asked for is answered in pieces. */
const URBS_MAX = 1000;
const KINDS = ['control', 'isochronous', 'bulk', 'interrupt'] as const;
const ADAPTER = { vendor: 0x0424, product: 0xec00 } as const;
const REQUEST_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(USB_REQ).map(([name, number]) => [number, name]),
);

/** undefined when the machine has no USB, or keeps no URBs. Context: between two slices. */
export function usbView(machine: Machine, { from }: UsbRequest): UsbView | undefined {
  const { kernel } = machine;
  const { usbSockets, urbs: log } = kernel;
  if (usbSockets === undefined || log === undefined) return undefined;
  const wanted = from > log.count ? 0 : from;
  const all = log.since(wanted);
  const shown = all.slice(0, URBS_MAX);
  const first = all[0]?.sequence ?? log.count;
  const lines = new DriverLines(kernel);
  const { adapter } = usbSockets;
  return {
    nowNs: kernel.scheduler.frontierNs,
    ports: usbSockets.plugged,
    isSoldered: kernel.board.name === 'rpi3',
    ...(adapter === undefined ? {} : { adapter: adapterView(machine, adapter) }),
    first,
    next: first + shown.length,
    urbs: shown.map((urb) => urbView(urb, lines.of(urb))),
    accesses: accessesOf(log.requestsSince(wanted), lines),
    places: lines.places,
  };
}

function adapterView({ kernel }: Machine, chip: Lan9512): AdapterView {
  const dev = kernel.net.core.devices.find(({ driverName }) => driverName.startsWith('smsc95xx'));
  return {
    isHighSpeed: chip.speed === 'high',
    ...chip.leds,
    isCablePlugged: kernel.usbSockets?.cables.get('lan9512')?.hasLink ?? false,
    ...(dev === undefined ? {} : { interface: dev.name, address: formatMac(dev.address) }),
    registers: (Object.keys(REGISTERS) as RegisterName[]).map((name) => registerView(name, chip)),
  };
}

function registerView(name: RegisterName, chip: Lan9512): RegisterView {
  const { offset, meaning, fields } = REGISTERS[name];
  const named: [string, BitField][] = Object.entries(fields);
  return {
    name,
    offset,
    meaning,
    value: chip.peek(name) >>> 0,
    fields: named.map(([field, { at, width, access, meaning: word }]) => ({
      name: field,
      at,
      width,
      access,
      meaning: word,
    })),
  };
}

function urbView(urb: LoggedUrb, site: number): UrbView {
  const { sequence: number, submittedNs, endedNs, device, setup, wanted, actual, data } = urb;
  return {
    number,
    submittedNs,
    endedNs,
    device,
    address: urb.address,
    kind: KINDS[urb.kind] ?? 'control',
    isIn: (urb.endpoint & USB_DIR_IN) !== 0,
    endpoint: urb.endpoint & USB_ENDPOINT.NUMBER_MASK,
    ...(setup === undefined ? {} : { setup }),
    meaning: meaningOf(urb),
    wanted,
    actual,
    status: urb.status,
    error: urb.status === 0 ? '' : (errnoName(-urb.status) ?? String(urb.status)),
    data,
    site,
  };
}

/**
 * Whose line an URB is. A driver has an object that talks to the device: who asked that object says
 * more than the object's own line, which is the same every time.
 */
class DriverLines {
  readonly #kernel: Kernel;
  readonly #places = new Map<number, TimelinePlace>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** 0 for none. */
  of({ sites }: LoggedUrb): number {
    const places = sites.map((site) => this.#placeOf(site));
    const first = places.find(({ source }) => source !== undefined);
    if (first === undefined) return 0;
    const asker = places.find(
      ({ source, where }) =>
        source !== undefined &&
        source.module === first.source?.module &&
        classOf(where) !== classOf(first.where),
    );
    return (asker ?? first).site;
  }

  /** All that lines were looked for in. */
  get places(): TimelinePlace[] {
    return [...this.#places.values()].filter(({ source }) => source !== undefined);
  }

  #placeOf(site: number): TimelinePlace {
    const known = this.#places.get(site) ?? placeOf(this.#kernel, site);
    this.#places.set(site, known);
    return known;
  }
}

/** Of `Chip.reset` the class; a function stands for itself. */
function classOf(where: string): string {
  const dot = where.indexOf('.');
  return dot < 0 ? where : where.slice(0, dot);
}

/** A read or a write of one of the LAN9512's registers. */
interface RegisterRequest {
  readonly offset: number;
  readonly isWrite: boolean;
}

function registerRequest({ vendor, product, setup }: LoggedUrb): RegisterRequest | undefined {
  if (vendor !== ADAPTER.vendor || product !== ADAPTER.product || setup === undefined) {
    return undefined;
  }
  const [type = 0, request] = setup;
  if ((type & USB_TYPE.MASK) !== USB_TYPE.VENDOR) return undefined;
  const offset = (setup[4] ?? 0) | ((setup[5] ?? 0) << 8);
  if (request === VENDOR_REQUEST.WRITE_REGISTER) return { offset, isWrite: true };
  return request === VENDOR_REQUEST.READ_REGISTER ? { offset, isWrite: false } : undefined;
}

function meaningOf(urb: LoggedUrb): string {
  const { setup } = urb;
  if (setup === undefined) return '';
  const register = registerRequest(urb);
  if (register !== undefined) {
    const { offset, isWrite } = register;
    const name = registerAt(offset) ?? `0x${offset.toString(16).padStart(3, '0')}`;
    return `${isWrite ? 'write' : 'read'} ${name}`;
  }
  const [type = 0, request = 0] = setup;
  const isStandard = (type & USB_TYPE.MASK) === USB_TYPE.STANDARD;
  const name = isStandard ? REQUEST_NAMES[request] : undefined;
  return name === undefined ? '' : name.toLowerCase().replaceAll('_', ' ');
}

/** The last access to each register, by offset. */
function accessesOf(requests: readonly LoggedRequest[], lines: DriverLines): RegisterAccessView[] {
  const found = requests.flatMap(({ last, before }) => {
    const request = registerRequest(last);
    const value = request === undefined ? undefined : registerValue(last);
    if (request === undefined || value === undefined) return [];
    const old = before === undefined ? undefined : registerValue(before);
    const was = old === undefined ? {} : { before: old };
    return [{ ...request, atNs: last.endedNs, value, ...was, site: lines.of(last) }];
  });
  return found.toSorted((a, b) => a.offset - b.offset);
}

function registerValue({ data }: LoggedUrb): number | undefined {
  if (data.length < 4) return undefined;
  return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
}
