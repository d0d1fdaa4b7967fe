// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A LAN9512 that is up to no good: it says of each frame that it is as long as a status word can
 * say, whatever comes after it. For drivers that are to show what they believe.
 */
import type { UsbTransfer } from '../usb/transfer.ts';
import { LAN9512_ENDPOINT } from './descriptors.ts';
import { Lan9512 } from './lan9512.ts';

/** All bits of the length in the second half of the word. */
const LONGEST = 0x3fff;
const LENGTH_AT = 2;

export class LyingLan9512 extends Lan9512 {
  readonly #lies = new WeakMap<UsbTransfer, UsbTransfer>();

  override submit(transfer: UsbTransfer): void {
    if (transfer.endpoint !== LAN9512_ENDPOINT.IN) {
      super.submit(transfer);
      return;
    }
    const lie: UsbTransfer = {
      ...transfer,
      complete: (status, data) => transfer.complete(status, withLie(data)),
    };
    this.#lies.set(transfer, lie);
    super.submit(lie);
  }

  override cancel(transfer: UsbTransfer): boolean {
    return super.cancel(this.#lies.get(transfer) ?? transfer);
  }
}

function withLie(data: Uint8Array): Uint8Array {
  if (data.length < LENGTH_AT + 2) return data;
  const bytes = data.slice();
  const view = new DataView(bytes.buffer);
  const flags = view.getUint16(LENGTH_AT, true) & ~LONGEST;
  view.setUint16(LENGTH_AT, flags | LONGEST, true);
  return bytes;
}
