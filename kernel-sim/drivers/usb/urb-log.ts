// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The latest URBs of a machine, as they were submitted and as they came back, for who wants to look
 * at them. In the order in which they came back.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Execution } from '../../kernel/sched/execution.ts';
import type { Sim } from '../../sim/sim.ts';
import { USB_ENDPOINT, USB_SETUP_BYTES, USB_TYPE, USB_XFER } from '../../uapi/usb.ts';
import type { UrbWatcher } from './hcd.ts';
import type { Urb } from './urb.ts';

/** So much of a transfer's bytes is kept. */
const DATA_BYTES_MAX = 128;
/** So many functions of those that submitted it. */
const SITES_MAX = 12;
/** So many of the requests that are kept for longer. */
const REQUESTS_MAX = 1024;
const NOTHING = new Uint8Array(0);

export interface LoggedUrb {
  /** Counts from 0; older ones are gone. */
  readonly sequence: number;
  readonly submittedNs: number;
  readonly endedNs: number;
  /** `1-1.1`. */
  readonly device: string;
  /** Of the device on its bus. */
  readonly address: number;
  readonly vendor: number;
  readonly product: number;
  /** `bEndpointAddress`. */
  readonly endpoint: number;
  /** USB_XFER. */
  readonly kind: number;
  /** The eight bytes of a control transfer. */
  readonly setup: Uint8Array | undefined;
  /** Bytes that there was room for, or that were to be sent. */
  readonly wanted: number;
  readonly actual: number;
  /** 0 or a negative errno. */
  readonly status: number;
  /** The first bytes that went or came. */
  readonly data: Uint8Array;
  /** Where the functions stood that submitted it, innermost first. */
  readonly sites: readonly number[];
}

export interface UrbLogParts {
  readonly sim: Sim;
  readonly ram: Ram;
  readonly execution: Execution;
}

/** The last vendor request of its kind that went well, and the one before it. */
export interface LoggedRequest {
  readonly last: LoggedUrb;
  readonly before: LoggedUrb | undefined;
}

/** What is known of an URB on its way. */
type Begun = Pick<LoggedUrb, 'submittedNs' | 'setup' | 'data' | 'sites'>;

export class UrbLog implements UrbWatcher {
  readonly #sim: Sim;
  readonly #ram: Ram;
  readonly #execution: Execution;
  readonly #capacity: number;
  readonly #urbs: LoggedUrb[] = [];
  readonly #begun = new WeakMap<Urb, Begun>();
  /** By device and index: drivers reach registers so, most of which are touched once. */
  readonly #requests = new Map<string, LoggedRequest>();
  #next = 0;

  constructor({ sim, ram, execution }: UrbLogParts, capacity: number) {
    this.#sim = sim;
    this.#execution = execution;
    this.#ram = ram;
    this.#capacity = capacity;
  }

  /** How many there have ever been. */
  get count(): number {
    return this.#next;
  }

  /** Those from `sequence` on that are still there, oldest first. */
  since(sequence: number): LoggedUrb[] {
    const first = Math.max(sequence, this.#next - this.#capacity, 0);
    return Array.from(
      { length: Math.max(0, this.#next - first) },
      (_, n) => this.#urbs[(first + n) % this.#capacity]!,
    );
  }

  /** The last vendor request for each index of a device, since `sequence`, however long ago. */
  requestsSince(sequence: number): LoggedRequest[] {
    return [...this.#requests.values()].filter(({ last }) => last.sequence >= sequence);
  }

  submitted(urb: Urb): void {
    this.#begun.set(urb, {
      submittedNs: this.#sim.now(),
      setup: urb.setup === 0 ? undefined : this.#bytes(urb.setup, USB_SETUP_BYTES),
      data: urb.isIn ? NOTHING : this.#bytes(urb.buffer, urb.bufferBytes),
      sites: urb.site === 0 ? this.#stack() : [urb.site],
    });
  }

  refused(urb: Urb): void {
    this.#begun.delete(urb);
  }

  completed(urb: Urb): void {
    const begun = this.#begun.get(urb);
    const { device, endpoint } = urb;
    if (begun === undefined || device === undefined) return;
    const isControl = (endpoint & USB_ENDPOINT.NUMBER_MASK) === 0;
    const sequence = this.#next++;
    const logged: LoggedUrb = {
      ...begun,
      sequence,
      endedNs: this.#sim.now(),
      device: device.name,
      address: device.number,
      vendor: device.info.vendor,
      product: device.info.product,
      endpoint,
      kind: isControl ? USB_XFER.CONTROL : (device.endpoint(endpoint)?.kind ?? USB_XFER.BULK),
      wanted: urb.bufferBytes,
      actual: urb.actualBytes,
      status: urb.status,
      data: urb.isIn ? this.#bytes(urb.buffer, urb.actualBytes) : begun.data,
    };
    this.#urbs[sequence % this.#capacity] = logged;
    this.#keepRequest(logged);
  }

  #keepRequest(urb: LoggedUrb): void {
    const { setup, status, device } = urb;
    if (setup === undefined || status !== 0) return;
    if ((setup[0]! & USB_TYPE.MASK) !== USB_TYPE.VENDOR) return;
    const index = setup[4]! | (setup[5]! << 8);
    const key = `${device} ${index}`;
    const known = this.#requests.get(key);
    // A driver that tries all of them is not to fill the memory.
    if (known === undefined && this.#requests.size >= REQUESTS_MAX) return;
    this.#requests.set(key, { last: urb, before: known?.last });
  }

  #stack(): number[] {
    const { stack, sp } = this.#execution;
    const depth = Math.min(SITES_MAX, sp / 2);
    return Array.from({ length: depth }, (_, n) => stack[sp - 2 * (n + 1)] ?? 0);
  }

  #bytes(address: number, count: number): Uint8Array {
    if (count === 0) return NOTHING;
    const at = this.#ram.toPhysical(address);
    return this.#ram.bytes.slice(at, at + Math.min(count, DATA_BYTES_MAX));
  }
}
