// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The sending side of a device: messages that wait for transfers, and transfers that wait for
 * messages. A transfer that waits is what a bus sees as NAKs.
 */
import type { UsbTransfer } from './transfer.ts';

interface Message {
  readonly bytes: Uint8Array;
  /** Where the next packet begins. */
  at: number;
}

export class InEndpoint {
  readonly #packetBytes: number;
  readonly #messages: Message[] = [];
  readonly #transfers: UsbTransfer[] = [];
  /** What the first transfer has got so far. */
  #parts: Uint8Array[] = [];
  #gathered = 0;
  readonly #onTaken: () => void;

  /** `packetBytes`: the endpoint's `wMaxPacketSize`; `onTaken`: a transfer took what there was. */
  constructor(packetBytes: number, onTaken: () => void) {
    this.#packetBytes = Math.max(1, packetBytes);
    this.#onTaken = onTaken;
  }

  /** Bytes that no packet has taken yet. */
  get queuedBytes(): number {
    return this.#messages.reduce((sum, { bytes, at }) => sum + bytes.length - at, 0);
  }

  /** Some transfer waits, and there is nothing to send. */
  get isAsked(): boolean {
    return this.#transfers.length > 0 && this.#messages.length === 0;
  }

  get transfers(): readonly UsbTransfer[] {
    return this.#transfers;
  }

  addTransfer(transfer: UsbTransfer): void {
    this.#transfers.push(transfer);
    this.#run();
  }

  /**
   * Sends bytes; the message ends with a packet that is shorter than the largest, which is one of
   * no bytes if nothing else is left and `endsShort` is true.
   */
  send(bytes: Uint8Array, endsShort: boolean): void {
    this.#messages.push({ bytes, at: 0 });
    const isWhole = bytes.length > 0 && bytes.length % this.#packetBytes === 0;
    if (isWhole && endsShort) this.#messages.push({ bytes: bytes.subarray(0, 0), at: 0 });
    this.#run();
  }

  /** Takes a transfer back that still waits. What it got by then is lost with it. */
  cancel(transfer: UsbTransfer): boolean {
    const at = this.#transfers.indexOf(transfer);
    if (at < 0) return false;
    if (at === 0) this.#forgetParts();
    this.#transfers.splice(at, 1);
    return true;
  }

  /** Forgets what was to be sent. */
  clear(): void {
    this.#messages.length = 0;
    this.#forgetParts();
  }

  /** Takes all transfers back, for somebody else to end them. */
  takeTransfers(): UsbTransfer[] {
    this.#forgetParts();
    return this.#transfers.splice(0);
  }

  #run(): void {
    for (;;) {
      const transfer = this.#transfers[0];
      const message = this.#messages[0];
      if (transfer === undefined || message === undefined) return;
      this.#sendPacket(transfer, message);
    }
  }

  #sendPacket(transfer: UsbTransfer, message: Message): void {
    const packet = message.bytes.subarray(message.at, message.at + this.#packetBytes);
    message.at += packet.length;
    if (message.at >= message.bytes.length) this.#messages.shift();
    const isShort = packet.length < this.#packetBytes;
    if (this.#gathered + packet.length > transfer.room) {
      this.#parts.push(packet.subarray(0, transfer.room - this.#gathered));
      this.#end(transfer, 'babble');
      return;
    }
    this.#parts.push(packet);
    this.#gathered += packet.length;
    if (isShort || this.#gathered === transfer.room) this.#end(transfer, 'done');
  }

  #end(transfer: UsbTransfer, status: 'done' | 'babble'): void {
    const data = this.#parts.length === 1 ? this.#parts[0]! : joined(this.#parts);
    this.#transfers.shift();
    this.#forgetParts();
    transfer.complete(status, data);
    this.#onTaken();
  }

  #forgetParts(): void {
    this.#parts = [];
    this.#gathered = 0;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
