// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/bus/usb: devices for programs. Reading gives a device's descriptors; USBDEVFS_CONTROL is a
 * control transfer, by which `lsusb -v` asks for strings and for the state of hubs.
 *
 * Linux: drivers/usb/core/devio.c. Differs: no URBs of programs, no claimed interfaces.
 */
import type { FileOperations, OpenFile } from '../../fs/open-file.ts';
import type { Inode } from '../../fs/inode.ts';
import { fixedSizeLlseek } from '../../fs/read-write.ts';
import { getBytes } from '../../fs/user-int.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import { type Sleeping, WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { minor } from '../../uapi/fs.ts';
import { USB_DIR_IN, USBDEVFS } from '../../uapi/usb.ts';
import type { UsbCore } from './core.ts';
import { minorOf, rawDescriptors } from './device-text.ts';
import type { UsbNode } from './usb-node.ts';

const PAGE_BYTES = 4096;

export class UsbFiles implements FileOperations {
  readonly #core: UsbCore;

  constructor(core: UsbCore) {
    this.#core = core;
  }

  open(inode: Inode, file: OpenFile): number {
    const node = this.#core.devices.find((each) => minorOf(each) === minor(inode.rdev));
    file.private = node;
    return node === undefined ? -ERRNO.ENODEV : 0;
  }

  read(file: OpenFile, memory: IoMemory, address: number, count: number, pos: number): number {
    const node = file.private as UsbNode;
    if (!node.isAttached) return -ERRNO.ENODEV;
    const bytes = rawDescriptors(node);
    const length = Math.min(count, bytes.length - pos);
    if (length <= 0) return 0;
    return memory.copyTo(address, bytes, pos, length) || -ERRNO.EFAULT;
  }

  llseek(file: OpenFile, offset: number, whence: number): number {
    return fixedSizeLlseek(file, offset, whence, 0);
  }

  ioctl(file: OpenFile, cmd: number): number {
    if (!file.canWrite) return -ERRNO.EPERM;
    return cmd === USBDEVFS.CONTROL || cmd === USBDEVFS.RESET ? WOULD_BLOCK : -ERRNO.ENOTTY;
  }

  *ioctlBlocking(file: OpenFile, cmd: number, arg: number, memory: IoMemory): Sleeping<number> {
    const node = file.private as UsbNode;
    return cmd === USBDEVFS.RESET
      ? yield* this.#core.reset(node)
      : yield* this.#control(node, arg, memory);
  }

  /** Linux: do_proc_control. */
  *#control(node: UsbNode, arg: number, memory: IoMemory): Sleeping<number> {
    const call = getBytes(memory, arg, USBDEVFS.CONTROL_BYTES);
    if (call === undefined) return -ERRNO.EFAULT;
    const view = new DataView(call.buffer, call.byteOffset);
    const request = {
      type: view.getUint8(0),
      request: view.getUint8(1),
      value: view.getUint16(2, true),
      index: view.getUint16(4, true),
    };
    const bytes = view.getUint16(6, true);
    const timeoutMs = view.getUint32(8, true);
    const address = Number(view.getBigUint64(16, true));
    if (bytes > PAGE_BYTES) return -ERRNO.EINVAL;
    if (!node.isAttached) return -ERRNO.ENODEV;
    const { messages, power } = this.#core;
    if ((request.type & USB_DIR_IN) === 0) {
      const given = getBytes(memory, address, bytes);
      if (given === undefined) return -ERRNO.EFAULT;
      return yield* power.during(node, () => messages.write(node, request, given, timeoutMs));
    }
    const answer = yield* power.during(node, () => messages.read(node, request, bytes, timeoutMs));
    if (typeof answer === 'number') return answer;
    if (answer.length === 0) return 0;
    return memory.copyTo(address, answer, 0, answer.length) || -ERRNO.EFAULT;
  }
}
