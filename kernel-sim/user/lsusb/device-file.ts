// SPDX-License-Identifier: GPL-2.0-or-later
/** A device that was opened, to be asked what only it knows. Counterpart: libusb. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { O } from '../../uapi/fs.ts';
import { USB_DIR_IN, USB_DT, USB_REQ, USBDEVFS } from '../../uapi/usb.ts';
import type { Libc } from '../libc/libc.ts';

const TIMEOUT_MS = 5000;
const STRING_BYTES_MAX = 255;

export class DeviceFile {
  readonly #c: Libc;
  readonly #fd: number;

  private constructor(c: Libc, fd: number) {
    this.#c = c;
    this.#fd = fd;
  }

  /** Undefined when it may not be opened, or has gone. */
  static *open(c: Libc, path: string): Sleeping<DeviceFile | undefined> {
    const fd = yield* c.open(path, O.RDWR | O.CLOEXEC);
    return fd < 0 ? undefined : new DeviceFile(c, fd);
  }

  *close(): Sleeping<void> {
    yield* this.#c.close(this.#fd);
  }

  /** What it answers to a control transfer; undefined when it does not. */
  *ask(
    type: number,
    request: number,
    value: number,
    index: number,
    bytes: number,
  ): Sleeping<Uint8Array | undefined> {
    const { memory, cpu } = this.#c;
    const mark = memory.mark();
    const answer = yield* memory.scratch(bytes);
    const call = yield* memory.scratch(USBDEVFS.CONTROL_BYTES);
    const packed = new Uint8Array(USBDEVFS.CONTROL_BYTES);
    const view = new DataView(packed.buffer);
    view.setUint8(0, type | USB_DIR_IN);
    view.setUint8(1, request);
    view.setUint16(2, value, true);
    view.setUint16(4, index, true);
    view.setUint16(6, bytes, true);
    view.setUint32(8, TIMEOUT_MS, true);
    view.setBigUint64(16, BigInt(answer), true);
    cpu.storeBytes(call, packed);
    const count = yield* this.#c.ioctl(this.#fd, USBDEVFS.CONTROL, call);
    const found = count < 0 ? undefined : cpu.loadBytes(answer, count);
    memory.release(mark);
    return found;
  }

  *descriptor(
    kind: number,
    bytes: number,
    index = 0,
    language = 0,
  ): Sleeping<Uint8Array | undefined> {
    return yield* this.ask(0, USB_REQ.GET_DESCRIPTOR, (kind << 8) | index, language, bytes);
  }

  /** A string in the first language that it has; empty for none. */
  *string(index: number): Sleeping<string> {
    if (index === 0) return '';
    const languages = yield* this.descriptor(USB_DT.STRING, STRING_BYTES_MAX);
    if (languages === undefined || languages.length < 4) return '';
    const language = languages[2]! | (languages[3]! << 8);
    const bytes = yield* this.descriptor(USB_DT.STRING, STRING_BYTES_MAX, index, language);
    if (bytes === undefined) return '';
    let text = '';
    for (let at = 2; at + 1 < Math.min(bytes.length, bytes[0] ?? 0); at += 2) {
      text += String.fromCharCode(bytes[at]! | (bytes[at + 1]! << 8));
    }
    return text;
  }
}
