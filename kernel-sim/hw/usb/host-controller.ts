// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A USB 2.0 host controller: it carries transfers between memory and devices, in the time that the
 * bus needs, and interrupts when some have ended.
 *
 * Its side towards the driver is that of a paravirtual device: whole transfers with bus addresses,
 * where a real one reads lists of packets from memory. Everything else is as there: devices are
 * found by their address behind the ports of its root hub, a device that has nothing to say holds
 * up nobody, and interrupt endpoints are asked at their interval.
 */
import type { Sim } from '../../sim/sim.ts';
import { USB_DIR_IN, type UsbSpeed } from '../../uapi/usb.ts';
import type { DmaBus } from '../dma.ts';
import { HubDevice } from './hub.ts';
import { parseSetup, type TransferStatus, type UsbTransfer } from './transfer.ts';
import type { UsbDevice } from './usb-device.ts';

/** A transfer as the driver hands it over. Addresses are the bus's. */
export interface HostTransfer {
  readonly address: number;
  /** `bEndpointAddress`; of endpoint 0 bit 7 tells the direction of the data. */
  readonly endpoint: number;
  /** Where the setup packet lies; 0 for none. */
  readonly setup: number;
  readonly data: number;
  readonly bytes: number;
  /** How often an interrupt endpoint is asked; 0 for others. */
  readonly intervalNs: number;
  /** The line of a driver that it is for; 0 for none. */
  readonly site: number;

  // What came of it.
  status: TransferStatus;
  actualBytes: number;
}

export interface HostControllerParts {
  readonly sim: Sim;
  readonly dma: DmaBus;
  /** Its interrupt line, which is held raised while something has ended. */
  readonly setLine: (isRaised: boolean) => void;
  readonly ports: number;
}

/** A transfer on its way. */
interface Flight {
  readonly transfer: HostTransfer;
  readonly device: UsbDevice;
  /** What the device has, once it has it. */
  given: UsbTransfer | undefined;
  isOver: boolean;
}

const CPU = 0;
const SETUP_BYTES = 8;
/** Of a linear bus at each speed, after what packets cost beside their data. */
const BYTES_PER_SECOND = {
  low: 150_000,
  full: 1_200_000,
  high: 53_248_000,
} as const satisfies Record<UsbSpeed, number>;
const NS_PER_S = 1_000_000_000;
/** A transaction without data. */
const TOKEN_NS = { low: 100_000, full: 8000, high: 500 } as const satisfies Record<
  UsbSpeed,
  number
>;
/** Three tries that nobody answers. */
const GIVE_UP_NS = 20_000;
/** Linux's root hubs: of no vendor but Linux. */
const ROOT_HUB = { vendor: 0x1d6b, product: 0x0002, release: 0x0612 } as const;
const NOTHING = new Uint8Array(0);

export class HostController {
  readonly rootHub: HubDevice;
  readonly #parts: HostControllerParts;
  readonly #flights = new Map<HostTransfer, Flight>();
  readonly #ended: HostTransfer[] = [];
  /** Bit n for port n, which count from 1. */
  #changedPorts = 0;
  /** When the bus has carried all that it was given. */
  #busyUntilNs = 0;
  /** When endpoints may be asked again, by device and number. */
  readonly #nextPollNs = new WeakMap<UsbDevice, Map<number, number>>();

  constructor(parts: HostControllerParts) {
    this.#parts = parts;
    const { sim, ports } = parts;
    const strings = ['Ring Zero', 'Ring Zero host controller', 'pv-hcd.0'];
    this.rootHub = new HubDevice(sim, { ...ROOT_HUB, ports, strings, names: [1, 2, 3] });
    // Its ports are the controller's, which tells of them by its own interrupt.
    for (const [at, port] of this.rootHub.ports.entries()) {
      port.onChange = () => {
        this.#changedPorts |= 1 << (at + 1);
        parts.setLine(true);
      };
    }
  }

  /** Power for the bus. Context: boot. */
  start(): void {
    this.rootHub.attach('high');
  }

  /** Takes a transfer. Context: any. */
  submit(transfer: HostTransfer): void {
    const device = this.#find(transfer.address);
    if (device === undefined) {
      this.#at(this.#now + GIVE_UP_NS, () => this.#fail(transfer));
      return;
    }
    device.onDetached = () => this.#abandon(device);
    const flight: Flight = { transfer, device, given: undefined, isOver: false };
    this.#flights.set(transfer, flight);
    const isIn = (transfer.endpoint & USB_DIR_IN) !== 0;
    const outBytes = (transfer.setup === 0 ? 0 : SETUP_BYTES) + (isIn ? 0 : transfer.bytes);
    const carriedNs = outBytes === 0 ? this.#now : this.#carry(device, outBytes);
    const dueNs = Math.max(carriedNs, this.#pollOf(flight));
    if (dueNs > this.#now) this.#at(dueNs, () => this.#give(flight));
    else this.#give(flight);
  }

  /** Takes a transfer back. False when it has ended, and `takeEnded` tells or has told so. */
  cancel(transfer: HostTransfer): boolean {
    const flight = this.#flights.get(transfer);
    if (flight === undefined) return false;
    // One that the device has forgotten, since it was reset, ends here all the same.
    if (flight.given !== undefined) flight.device.cancel(flight.given);
    flight.isOver = true;
    this.#flights.delete(transfer);
    return true;
  }

  /** The next transfer that has ended; without any the line is lowered. Context: interrupt. */
  takeEnded(): HostTransfer | undefined {
    const transfer = this.#ended.shift();
    if (transfer === undefined && this.#changedPorts === 0) this.#parts.setLine(false);
    return transfer;
  }

  /** Ports of the root hub with something new, bit n for port n. Context: interrupt. */
  takeChangedPorts(): number {
    const ports = this.#changedPorts;
    this.#changedPorts = 0;
    return ports;
  }

  // ---- On the bus -------------------------------------------------------------------------------

  get #now(): number {
    return this.#parts.sim.now();
  }

  #at(atNs: number, then: () => void): void {
    this.#parts.sim.events.schedule(atNs, then, CPU);
  }

  /** When so many bytes will have been carried. */
  #carry({ speed }: UsbDevice, bytes: number): number {
    const takesNs = TOKEN_NS[speed] + Math.ceil((bytes * NS_PER_S) / BYTES_PER_SECOND[speed]);
    this.#busyUntilNs = Math.max(this.#now, this.#busyUntilNs) + takesNs;
    return this.#busyUntilNs;
  }

  #pollOf({ transfer, device }: Flight): number {
    if (transfer.intervalNs === 0) return 0;
    return this.#nextPollNs.get(device)?.get(transfer.endpoint) ?? 0;
  }

  #give(flight: Flight): void {
    const { transfer, device } = flight;
    if (flight.isOver) return;
    const isIn = (transfer.endpoint & USB_DIR_IN) !== 0;
    const setup = transfer.setup === 0 ? undefined : this.#load(transfer.setup, SETUP_BYTES);
    const out = isIn ? NOTHING : this.#load(transfer.data, transfer.bytes);
    if (out === undefined || (setup === undefined && transfer.setup !== 0)) {
      this.#end(flight, 'protocol-error', 0);
      return;
    }
    flight.given = {
      endpoint: transfer.setup === 0 ? transfer.endpoint : 0,
      setup: setup === undefined ? undefined : parseSetup(setup),
      out,
      room: isIn ? transfer.bytes : 0,
      site: transfer.site,
      complete: (status, data) => this.#answered(flight, status, data),
    };
    device.submit(flight.given);
  }

  #load(address: number, bytes: number): Uint8Array | undefined {
    return bytes === 0 ? NOTHING : this.#parts.dma.read(address, bytes);
  }

  #answered(flight: Flight, status: TransferStatus, data: Uint8Array): void {
    if (flight.isOver) return;
    // The device is done with it: nobody can take it back any more.
    this.#flights.delete(flight.transfer);
    const atNs = this.#carry(flight.device, data.length);
    this.#at(atNs, () => this.#land(flight, status, data));
  }

  #land(flight: Flight, status: TransferStatus, data: Uint8Array): void {
    const { transfer } = flight;
    const isIn = (transfer.endpoint & USB_DIR_IN) !== 0;
    if (!isIn) {
      this.#end(flight, status, status === 'done' ? transfer.bytes : 0);
      return;
    }
    const bytes = data.subarray(0, transfer.bytes);
    const isLost = bytes.length > 0 && !this.#parts.dma.write(transfer.data, bytes);
    this.#end(flight, isLost ? 'protocol-error' : status, isLost ? 0 : bytes.length);
  }

  #end(flight: Flight, status: TransferStatus, actualBytes: number): void {
    const { transfer, device } = flight;
    flight.isOver = true;
    this.#flights.delete(transfer);
    if (transfer.intervalNs > 0) {
      const polls = this.#nextPollNs.get(device) ?? new Map<number, number>();
      this.#nextPollNs.set(device, polls.set(transfer.endpoint, this.#now + transfer.intervalNs));
    }
    transfer.status = status;
    transfer.actualBytes = actualBytes;
    this.#ended.push(transfer);
    this.#parts.setLine(true);
  }

  #fail(transfer: HostTransfer): void {
    transfer.status = 'protocol-error';
    transfer.actualBytes = 0;
    this.#ended.push(transfer);
    this.#parts.setLine(true);
  }

  /** Nobody is there any more who could answer. */
  #abandon(device: UsbDevice): void {
    for (const flight of this.#flights.values()) {
      if (flight.device !== device) continue;
      this.#at(this.#now + GIVE_UP_NS, () => {
        if (!flight.isOver) this.#end(flight, 'protocol-error', 0);
      });
    }
  }

  // ---- Who listens ------------------------------------------------------------------------------

  /** The device that listens to an address, behind ports that let it through. */
  #find(address: number): UsbDevice | undefined {
    return this.rootHub.address === address ? this.rootHub : findBehind(this.rootHub, address);
  }
}

function findBehind(hub: HubDevice, address: number): UsbDevice | undefined {
  for (const { enabledDevice: device } of hub.ports) {
    if (device === undefined) continue;
    if (device.address === address) return device;
    const found = device instanceof HubDevice ? findBehind(device, address) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
