// SPDX-License-Identifier: GPL-2.0-or-later
/** The chip on a bench: a host that asks what a test wants, a cable, and time that one moves. */
import { USB_REQ } from '../../../uapi/usb.ts';
import { fromSeed } from '../../../sim/oracle.ts';
import { Sim } from '../../../sim/sim.ts';
import { CableEnd } from '../../cable.ts';
import type { TransferStatus, UsbTransfer } from '../../usb/transfer.ts';
import { LAN9512_ENDPOINT } from '../descriptors.ts';
import { Lan9512 } from '../lan9512.ts';
import { type RegisterName, REGISTERS, VENDOR_REQUEST } from '../registers.ts';

export const OWN_MAC = Uint8Array.of(0xb8, 0x27, 0xeb, 0x12, 0x34, 0x56);
const NS_PER_MS = 1_000_000;
const PHY_AT = 1 << 11;
const PHY_INT_MASK = 30;
const NOTHING = new Uint8Array(0);

export interface Asked {
  readonly transfer: UsbTransfer;
  status: TransferStatus | undefined;
  data: Uint8Array;
}

export interface BenchOptions {
  readonly mac?: Uint8Array | undefined;
  readonly speed?: 'high' | 'full';
  /** Bits per second of what is at the other end; 0: no cable. */
  readonly rate?: number;
}

export class Bench {
  readonly sim = new Sim(fromSeed(1));
  readonly port = new CableEnd(this.sim);
  /** What went over the cable. */
  readonly sent: Uint8Array[] = [];
  /** What it said that it sends. */
  readonly noted: Uint8Array[] = [];
  readonly accesses: string[] = [];
  readonly device: Lan9512;

  constructor(options: BenchOptions = {}) {
    const { mac = OWN_MAC, speed = 'high', rate = 100_000_000 } = options;
    this.device = new Lan9512({
      sim: this.sim,
      port: this.port,
      mac: 'mac' in options ? options.mac : mac,
      onTransmit: (frame) => void this.noted.push(frame),
      onRegister: (offset, value, isWrite) => {
        this.accesses.push(`${isWrite ? 'w' : 'r'} ${offset.toString(16)} ${value.toString(16)}`);
      },
      onPhyRegister: (number, value, isWrite) => {
        this.accesses.push(`${isWrite ? 'q' : 'p'} ${number} ${value.toString(16)}`);
      },
    });
    if (rate > 0) this.plugCable(rate);
    this.device.attach(speed);
    this.configure();
  }

  configure(): void {
    this.control(0, USB_REQ.SET_CONFIGURATION, { value: 1 });
  }

  plugCable(rate = 100_000_000): void {
    this.port.plug((frame) => void this.sent.push(frame), rate);
  }

  /** Lets time pass. */
  run(milliseconds: number): void {
    this.runTo(this.sim.now() + milliseconds * NS_PER_MS);
  }

  runTo(untilNs: number): void {
    const { clock, events } = this.sim;
    while (events.nextNs <= untilNs) {
      clock.moveTo(Math.max(this.sim.now(), events.nextNs));
      events.takeDue(this.sim.now())?.fire();
    }
    clock.moveTo(untilNs);
  }

  // ---- Transfers --------------------------------------------------------------------------------

  submit(what: Partial<UsbTransfer>): Asked {
    const asked: Asked = {
      status: undefined,
      data: NOTHING,
      transfer: {
        endpoint: 0,
        setup: undefined,
        out: NOTHING,
        room: 0,
        complete: (status, data) => {
          if (asked.status !== undefined) throw new Error('a transfer ended twice');
          asked.status = status;
          asked.data = data;
        },
        ...what,
      },
    };
    this.device.submit(asked.transfer);
    return asked;
  }

  control(
    type: number,
    request: number,
    { value = 0, index = 0, length = 0, out = NOTHING } = {},
  ): Asked {
    const size = out.length > 0 ? out.length : length;
    return this.submit({ setup: { type, request, value, index, length: size }, out, room: length });
  }

  bulkOut(bytes: Uint8Array): Asked {
    return this.submit({ endpoint: LAN9512_ENDPOINT.OUT, out: bytes });
  }

  bulkIn(room = 18_944): Asked {
    return this.submit({ endpoint: LAN9512_ENDPOINT.IN, room });
  }

  poll(): Asked {
    return this.submit({ endpoint: LAN9512_ENDPOINT.INT, room: 16 });
  }

  // ---- Registers --------------------------------------------------------------------------------

  readAt(index: number): number {
    const { data } = this.control(0xc0, VENDOR_REQUEST.READ_REGISTER, { index, length: 4 });
    return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  }

  writeAt(index: number, value: number): void {
    const out = new Uint8Array(4);
    new DataView(out.buffer).setUint32(0, value, true);
    this.control(0x40, VENDOR_REQUEST.WRITE_REGISTER, { index, out });
  }

  read(name: RegisterName): number {
    return this.readAt(REGISTERS[name].offset);
  }

  write(name: RegisterName, value: number): void {
    this.writeAt(REGISTERS[name].offset, value);
  }

  set(name: RegisterName, bits: number): void {
    this.write(name, this.read(name) | bits);
  }

  phyRead(number: number): number {
    this.write('MII_ACC', PHY_AT | (number << 6) | 1);
    this.#waitForMii();
    return this.read('MII_DATA');
  }

  phyWrite(number: number, value: number): void {
    this.write('MII_DATA', value);
    this.write('MII_ACC', PHY_AT | (number << 6) | 3);
    this.#waitForMii();
  }

  #waitForMii(): void {
    while ((this.read('MII_ACC') & 1) !== 0) this.run(0.01);
  }

  // ---- What a driver does -----------------------------------------------------------------------

  /** As smsc95xx sets it up, without the PHY, and until the link is there. */
  bringUp(): void {
    this.write('HW_CFG', 8);
    this.write('ADDRL', 0x12eb_27b8);
    this.write('ADDRH', 0x5634);
    this.write('BURST_CAP', this.device.speed === 'high' ? 0x25 : 0x81);
    this.write('BULK_IN_DLY', 0x2000);
    this.write('HW_CFG', 0x1022);
    this.write('LED_GPIO_CFG', 0x0111_0000);
    this.write('COE_CR', 0x0001_0001);
    this.write('INT_EP_CTL', 0x8000);
    this.write('TX_CFG', 4);
    this.write('MAC_CR', 0x0010_200c);
    this.run(1600);
  }
}

/** A frame for `to`, of `bytes` without checksum, whose data count up. */
export function frameTo(to: readonly number[], bytes = 60, type = 0x0800): Uint8Array {
  const frame = Uint8Array.from({ length: bytes }, (_, at) => at & 0xff);
  frame.set(to);
  frame.set([0x52, 0x55, 0, 2, 2, 2], 6);
  frame.set([type >>> 8, type & 0xff], 12);
  return frame;
}

/** What a driver sends over bulk OUT: command words and frame. */
export function txTransfer(frame: Uint8Array, { a = 0x3000, b = 0 } = {}): Uint8Array {
  const bytes = new Uint8Array(8 + frame.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, a | frame.length, true);
  view.setUint32(4, b | frame.length, true);
  bytes.set(frame, 8);
  return bytes;
}

/** Takes a transfer apart as the driver does. */
export function entriesOf(data: Uint8Array, offset = 0): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    const view = new DataView(data.buffer, data.byteOffset + at);
    const end = at + 4 + offset + ((view.getUint32(0, true) >>> 16) & 0x3fff);
    entries.push(data.subarray(at, end));
    at = end + (-end & 3);
  }
  return entries;
}

/** A chip whose driver has set it up, PHY and all. */
export function broughtUp(options: BenchOptions = {}): Bench {
  const bench = new Bench(options);
  bench.phyWrite(PHY_INT_MASK, 0xd0);
  bench.bringUp();
  return bench;
}
