// SPDX-License-Identifier: GPL-2.0-or-later
/** Reading and writing what calls about sockets point to. Linux: net/socket.c, net/core/scm.c. */
import type { OpenFile } from '../fs/open-file.ts';
import { type ControlMessage, Message, type Segment } from '../net/message.ts';
import { decodeAddress, type SockAddress } from '../net/sock-address.ts';
import type { SocketIo } from '../net/socket-io.ts';
import type { Process } from '../process/process.ts';
import { type MaySleep, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { CMSGHDR, IOV_MAX, IOVEC, MSG, MSGHDR, SOCKADDR_MAX_BYTES } from '../uapi/socket.ts';
import { writeBytes, writeWords32 } from './arguments.ts';

const { EFAULT, EINVAL, EMSGSIZE, ENOBUFS } = ERRNO;

const INT_BYTES = 4;
/** One call moves at most this. Linux: MAX_RW_COUNT. */
const COUNT_MAX = 0x7fff_f000;
/** From here on a length is negative. */
const SSIZE_MAX = 2 ** 63;
const INT_MAX = 0x7fff_ffff;

/** A socket's operation is over, but for what it sent. */
export function finishSocketCall(
  process: Process,
  io: SocketIo,
  file: OpenFile,
  answer: MaySleep<number>,
): number {
  const result = io.finish(file, answer);
  return result === WOULD_BLOCK ? process.block(io.rest()) : result;
}

/** The address of a call, or a negative errno. Linux: move_addr_to_kernel. */
export function readAddress(
  process: Process,
  address: number,
  length: number,
): SockAddress | number {
  if (length < 0 || length > SOCKADDR_MAX_BYTES) return -EINVAL;
  const bytes = process.space.loadBytes(address, length);
  return bytes === undefined ? -EFAULT : decodeAddress(bytes);
}

/** As much as there is room for, and how long it is. Linux: move_addr_to_user. */
export function writeAddress(
  process: Process,
  address: number,
  length: number,
  bytes: Uint8Array,
): number {
  const word = process.space.loadBytes(length, INT_BYTES);
  if (word === undefined) return -EFAULT;
  const room = new DataView(word.buffer, word.byteOffset).getInt32(0, true);
  if (room < 0) return -EINVAL;
  const error = writeBytes(process, address, bytes.subarray(0, room));
  return error === 0 ? writeWords32(process, length, bytes.length) : error;
}

/** A struct msghdr as a program gave it. */
export interface MessageHeader {
  readonly address: number;
  readonly name: number;
  readonly namelen: number;
  readonly segments: readonly Segment[];
  readonly control: number;
  readonly controllen: number;
}

/** Linux: copy_msghdr_from_user, import_iovec. */
export function readMessageHeader(process: Process, address: number): MessageHeader | number {
  const bytes = process.space.loadBytes(address, MSGHDR.SIZE);
  if (bytes === undefined) return -EFAULT;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const name = word(view, MSGHDR.name);
  const namelen = view.getInt32(MSGHDR.namelen, true);
  const count = word(view, MSGHDR.iovlen);
  if (namelen < 0) return -EINVAL;
  if (count > IOV_MAX) return -EMSGSIZE;
  const segments = readSegments(process, word(view, MSGHDR.iov), count);
  if (typeof segments === 'number') return segments;
  return {
    address,
    name,
    namelen: name === 0 ? 0 : Math.min(namelen, SOCKADDR_MAX_BYTES),
    segments,
    control: word(view, MSGHDR.control),
    controllen: word(view, MSGHDR.controllen),
  };
}

function readSegments(process: Process, address: number, count: number): Segment[] | number {
  const bytes = process.space.loadBytes(address, count * IOVEC.SIZE);
  if (bytes === undefined) return -EFAULT;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments: Segment[] = [];
  let room = COUNT_MAX;
  for (let at = 0; at < bytes.length; at += IOVEC.SIZE) {
    const length = word(view, at + IOVEC.len);
    if (length >= SSIZE_MAX) return -EINVAL;
    const taken = Math.min(length, room);
    segments.push({ address: word(view, at + IOVEC.base), length: taken });
    room -= taken;
  }
  return segments;
}

/** What is to be sent, or a negative errno. */
export function readMessage(
  process: Process,
  header: MessageHeader,
  optmemMax: number,
): Message | number {
  const message = new Message(process.space, header.segments);
  if (header.namelen > 0) {
    const name = readAddress(process, header.name, header.namelen);
    if (typeof name === 'number') return name;
    message.name = name;
  }
  if (header.control === 0 || header.controllen === 0) return message;
  if (header.controllen > Math.min(INT_MAX, optmemMax)) return -ENOBUFS;
  const bytes = process.space.loadBytes(header.control, header.controllen);
  if (bytes === undefined) return -EFAULT;
  const control = parseControl(bytes);
  if (typeof control === 'number') return control;
  message.control = control;
  return message;
}

/** Linux: for_each_cmsghdr, CMSG_OK. */
function parseControl(bytes: Uint8Array): ControlMessage[] | number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: ControlMessage[] = [];
  for (let at = 0; at + CMSGHDR.SIZE <= bytes.length;) {
    const length = word(view, at + CMSGHDR.len);
    if (length < CMSGHDR.SIZE || length > bytes.length - at) return -EINVAL;
    found.push({
      level: view.getInt32(at + CMSGHDR.level, true),
      type: view.getInt32(at + CMSGHDR.type, true),
      data: bytes.slice(at + CMSGHDR.SIZE, at + length),
    });
    at += align(length);
  }
  return found;
}

/** Hands out what recvmsg(2) answers beside the data. 0 or a negative errno. */
export function writeMessage(
  process: Process,
  header: MessageHeader,
  message: Message,
  name: Uint8Array,
): number {
  const { address } = header;
  let error = 0;
  if (header.name !== 0) {
    error = writeAddress(process, header.name, address + MSGHDR.namelen, name);
    if (error < 0) return error;
  }
  const control = packControl(message, header.control === 0 ? 0 : header.controllen);
  if (control.length > 0) error = writeBytes(process, header.control, control);
  if (error < 0) return error;
  error = writeWords32(process, address + MSGHDR.flags, message.flags);
  return error < 0 ? error : writeWords32(process, address + MSGHDR.controllen, control.length, 0);
}

/** As many control messages as fit; MSG.CTRUNC tells of the others. Linux: put_cmsg. */
function packControl(message: Message, room: number): Uint8Array {
  const needed = message.control.reduce(
    (sum, { data }) => sum + align(CMSGHDR.SIZE + data.length),
    0,
  );
  const bytes = new Uint8Array(Math.min(room, needed));
  const view = new DataView(bytes.buffer);
  let used = 0;
  for (const { level, type, data } of message.control) {
    const left = bytes.length - used;
    if (left < CMSGHDR.SIZE) {
      message.flags |= MSG.CTRUNC;
      break;
    }
    const length = Math.min(left, CMSGHDR.SIZE + data.length);
    if (length < CMSGHDR.SIZE + data.length) message.flags |= MSG.CTRUNC;
    view.setUint32(used + CMSGHDR.len, length, true);
    view.setInt32(used + CMSGHDR.level, level, true);
    view.setInt32(used + CMSGHDR.type, type, true);
    bytes.set(data.subarray(0, length - CMSGHDR.SIZE), used + CMSGHDR.SIZE);
    used = Math.min(bytes.length, used + align(length));
  }
  return bytes.subarray(0, used);
}

/** A 64-bit field, exact up to 2^53. */
function word(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + INT_BYTES, true) * 0x1_0000_0000;
}

function align(length: number): number {
  return (length + 7) & ~7;
}
