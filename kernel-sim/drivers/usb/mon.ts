// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * usbmon: each URB as it is submitted and as it comes back, for who listens.
 *
 *     ffff888004a3c8c0 14236766 S Co:1:003:0 s 40 a0 0000 0014 0004 4 = 08000000
 *     ffff888004a3c8c0 14237140 C Co:1:003:0 0 4 >
 *
 * Without a reader nothing is written down.
 *
 * Linux: drivers/usb/mon/mon_text.c; Documentation/usb/usbmon.rst.
 */
import type { FileOperations, OpenFile } from '../../fs/open-file.ts';
import type { Ram } from '../../hw/ram/ram.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { Sim } from '../../sim/sim.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { POLL } from '../../uapi/fs.ts';
import { USB_ENDPOINT, USB_SETUP_BYTES, USB_XFER } from '../../uapi/usb.ts';
import type { Urb } from './urb.ts';
import type { UsbNode } from './usb-node.ts';

/** Bytes of a transfer that a line has room for. Linux: DATA_MAX. */
const DATA_BYTES_MAX = 32;
/** Lines that wait for a slow reader. Linux: EVENT_MAX, of pages. */
const WAITING_MAX = 2048;
const NS_PER_US = 1000;
/** The time begins anew after 4096 seconds. */
const US_MAX = 4096 * 1_000_000;
const KINDS = ['C', 'Z', 'B', 'I'] as const;

/** `1u`, which has the bus in its addresses, or the older `1t`. */
type Format = 'u' | 't';

interface Reader {
  readonly format: Format;
  readonly lines: string[];
}

export interface UsbMonParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly ram: Ram;
  readonly pointerText: (pointer: number) => string;
}

export class UsbMon {
  readonly #parts: UsbMonParts;
  readonly #readers = new Set<Reader>();
  readonly #queue: WaitQueue;
  #events = 0;
  #lost = 0;

  constructor(parts: UsbMonParts) {
    this.#parts = parts;
    this.#queue = new WaitQueue(parts.scheduler, 'mon_text');
  }

  // ---- What happens. Context: any ---------------------------------------------------------------

  submitted(urb: Urb): void {
    if (this.#readers.size === 0) return;
    const setup = isControl(urb) ? this.#setupText(urb) : ` ${-ERRNO.EINPROGRESS}`;
    this.#put(urb, 'S', setup, urb.bufferBytes, urb.isIn ? '<' : undefined);
  }

  /** It was given to the controller, who did not take it. */
  refused(urb: Urb, errno: number): void {
    if (this.#readers.size > 0) this.#put(urb, 'E', ` ${errno}`, 0, undefined);
  }

  completed(urb: Urb): void {
    if (this.#readers.size === 0) return;
    this.#put(urb, 'C', ` ${urb.status}`, urb.actualBytes, urb.isIn ? undefined : '>');
  }

  /** `flag` says why there are no bytes; without it there are. */
  #put(urb: Urb, what: string, status: string, bytes: number, flag: string | undefined): void {
    const { sim, pointerText } = this.#parts;
    const us = Math.floor(sim.now() / NS_PER_US) % US_MAX;
    const interval = kindOf(urb) === USB_XFER.INT ? `:${intervalOf(urb)}` : '';
    const head = `${pointerText(urb.object)} ${us} ${what} `;
    const data = bytes === 0 ? '' : flag === undefined ? this.#dataText(urb, bytes) : ` ${flag}`;
    const tail = `${status}${interval} ${bytes}${data}\n`;
    this.#events++;
    for (const reader of this.#readers) {
      if (reader.lines.length >= WAITING_MAX) this.#lost++;
      else reader.lines.push(head + addressText(urb, reader.format) + tail);
    }
    this.#queue.wakeAll();
  }

  #setupText(urb: Urb): string {
    const { ram } = this.#parts;
    const at = ram.toPhysical(urb.setup);
    const bytes = ram.bytes.subarray(at, at + USB_SETUP_BYTES);
    const word = (low: number): string =>
      (bytes[low]! | (bytes[low + 1]! << 8)).toString(16).padStart(4, '0');
    const byte = (index: number): string => bytes[index]!.toString(16).padStart(2, '0');
    return ` s ${byte(0)} ${byte(1)} ${word(2)} ${word(4)} ${word(6)}`;
  }

  #dataText(urb: Urb, count: number): string {
    const { ram } = this.#parts;
    const at = ram.toPhysical(urb.buffer);
    const bytes = ram.bytes.subarray(at, at + Math.min(count, DATA_BYTES_MAX));
    let text = ' =';
    for (const [index, byte] of bytes.entries()) {
      text += (index % 4 === 0 ? ' ' : '') + byte.toString(16).padStart(2, '0');
    }
    return text;
  }

  // ---- Who listens ------------------------------------------------------------------------------

  /** `0s`, `1s`. */
  get statistics(): string {
    return `nreaders ${this.#readers.size} events ${this.#events} text_lost ${this.#lost}\n`;
  }

  file(format: Format): FileOperations {
    const readers = this.#readers;
    const queue = this.#queue;
    const readerOf = (file: OpenFile): Reader => file.private as Reader;
    return {
      isStream: true,
      open(_inode, file) {
        const reader: Reader = { format, lines: [] };
        file.private = reader;
        readers.add(reader);
        return 0;
      },
      release(file) {
        readers.delete(readerOf(file));
        return 0;
      },
      read: (file, memory, address, count) => takeLines(readerOf(file), memory, address, count),
      poll: (file) => (readerOf(file).lines.length > 0 ? POLL.IN : 0),
      readQueue: () => queue,
    };
  }
}

/** As many whole lines as there is room for, or a part of the first one. */
function takeLines(reader: Reader, memory: IoMemory, address: number, count: number): number {
  const { lines } = reader;
  if (lines.length === 0) return WOULD_BLOCK;
  let text = lines[0]!;
  let taken = 1;
  while (taken < lines.length && text.length + lines[taken]!.length <= count) {
    text += lines[taken++]!;
  }
  const bytes = encodeUtf8(text.slice(0, count));
  const moved = memory.copyTo(address, bytes, 0, bytes.length);
  if (moved === 0 && bytes.length > 0) return -ERRNO.EFAULT;
  lines.splice(0, taken);
  if (moved < text.length) lines.unshift(text.slice(moved));
  return moved;
}

function isControl({ endpoint }: Urb): boolean {
  return (endpoint & USB_ENDPOINT.NUMBER_MASK) === 0;
}

function kindOf(urb: Urb): number {
  if (isControl(urb)) return USB_XFER.CONTROL;
  return urb.device?.endpoint(urb.endpoint)?.kind ?? USB_XFER.BULK;
}

/** In microframes, or frames of a slower device. */
function intervalOf({ device, endpoint }: Urb): number {
  const interval = device?.endpoint(endpoint)?.interval ?? 0;
  return device?.speed === 'high' ? 2 ** (interval - 1) : interval;
}

/** `Co:1:002:0`. */
function addressText(urb: Urb, format: Format): string {
  const { bus, number } = urb.device as UsbNode;
  const kind = `${KINDS[kindOf(urb)] ?? '?'}${urb.isIn ? 'i' : 'o'}`;
  const three = String(number).padStart(3, '0');
  const endpoint = urb.endpoint & USB_ENDPOINT.NUMBER_MASK;
  return format === 'u'
    ? `${kind}:${bus}:${three}:${endpoint}`
    : `${kind}:${three}:${String(endpoint).padStart(2, '0')}`;
}
