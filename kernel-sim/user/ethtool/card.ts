// SPDX-License-Identifier: GPL-2.0-or-later
/** An interface, asked by SIOCETHTOOL. */
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ETHTOOL, ETHTOOL_DRVINFO } from '../../uapi/ethtool.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import type { Libc } from '../libc/libc.ts';

export class Card {
  readonly c: Libc;
  readonly name: string;
  readonly #fd: number;

  constructor(c: Libc, fd: number, name: string) {
    this.c = c;
    this.name = name;
    this.#fd = fd;
  }

  /** What becomes of a structure whose first word is `command`, or a negative errno. */
  *ask(
    command: number,
    sizeBytes: number,
    fill: (view: DataView) => void = () => undefined,
  ): Sleeping<DataView | number> {
    const { c } = this;
    const bytes = new Uint8Array(sizeBytes);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, command, true);
    fill(view);
    const mark = c.memory.mark();
    const place = yield* c.memory.scratch(sizeBytes);
    if (place === 0) return -ERRNO.ENOMEM;
    c.cpu.storeBytes(place, bytes);
    const request = new Uint8Array(IFREQ.SIZE);
    request.set(encodeUtf8(this.name).subarray(0, IFREQ.NAME_SIZE - 1));
    new DataView(request.buffer).setBigUint64(IFREQ.data, BigInt(place), true);
    const result = yield* c.ioctl_bytes(this.#fd, SIOC.ETHTOOL, request);
    const answer = typeof result === 'number' ? result : c.cpu.loadBytes(place, sizeBytes);
    c.memory.release(mark);
    if (typeof answer === 'number') return answer;
    return new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  }

  /** struct ethtool_drvinfo, or a negative errno. */
  *driverInfo(): Sleeping<DataView | number> {
    return yield* this.ask(ETHTOOL.GDRVINFO, ETHTOOL_DRVINFO.SIZE);
  }
}

export function textAt(view: DataView, at: number, sizeBytes: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, sizeBytes);
  const end = bytes.indexOf(0);
  return decodeUtf8(bytes, 0, end < 0 ? sizeBytes : end);
}
