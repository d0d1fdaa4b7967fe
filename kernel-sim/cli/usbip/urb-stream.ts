// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Transfers of a client that has imported a device: messages in, answers out.
 *
 * A transfer that has nothing to say yet simply has no answer yet. One that the client takes back
 * never has one: its kernel gives up the whole connection over an answer to what it has forgotten.
 *
 * Linux: drivers/usb/usbip/stub_rx.c, stub_tx.c.
 */
import { parseSetup, type TransferStatus, type UsbTransfer } from '../../hw/usb/transfer.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { USB_DIR_IN } from '../../uapi/usb.ts';
import type { Inbox } from './inbox.ts';
import type { PollingHost } from './polling.ts';
import {
  encodeRetSubmit,
  encodeRetUnlink,
  ISO_PACKET_BYTES,
  parseUrb,
  type SubmitMessage,
  type UnlinkMessage,
  URB_HEADER_BYTES,
  URB_SHORT_NOT_OK,
} from './protocol.ts';

/** What a client may ask for, beyond which no driver goes. */
const LIMIT = {
  TRANSFER_BYTES: 16 * 1024 * 1024,
  TRANSFERS: 4096,
  /** Of all transfers to the device that have not ended. */
  OUT_BYTES: 64 * 1024 * 1024,
  /** Linux: USBIP_MAX_ISO_PACKETS. */
  ISO_PACKETS: 1024,
} as const;
const ENDPOINT_MAX = 15;
const NOTHING = new Uint8Array(0);

// prettier-ignore
const STATUS: Readonly<Record<TransferStatus, number>> = {
  'done':            0,
  'stall':          -ERRNO.EPIPE,
  'babble':         -ERRNO.EOVERFLOW,
  'protocol-error': -ERRNO.EPROTO,
};

interface Pending {
  readonly outBytes: number;
  cancel: () => void;
}

export class UrbStream {
  readonly #host: PollingHost;
  readonly #deviceId: number;
  readonly #send: (message: Uint8Array) => void;
  readonly #pending = new Map<number, Pending>();
  #outBytes = 0;
  /** A message whose data have not all come. */
  #header: SubmitMessage | undefined;

  constructor(host: PollingHost, deviceId: number, send: (message: Uint8Array) => void) {
    this.#host = host;
    this.#deviceId = deviceId;
    this.#send = send;
  }

  /** Takes what has come. What is wrong with it, if this is no client to go on with. */
  take(inbox: Inbox): string | undefined {
    for (;;) {
      const header = this.#header ?? this.#nextHeader(inbox);
      if (header === undefined) return undefined;
      if (typeof header === 'string') return header;
      if (header.kind === 'unlink') {
        this.#unlink(header);
        continue;
      }
      this.#header = header;
      const out = header.isIn ? NOTHING : inbox.peek(header.lengthBytes);
      const behind = (out?.length ?? 0) + header.packets * ISO_PACKET_BYTES;
      const bytes = out === undefined ? undefined : inbox.take(behind);
      if (out === undefined || bytes === undefined) return undefined;
      this.#header = undefined;
      this.#submit(header, bytes.subarray(0, out.length));
    }
  }

  /** A message that is complete but for its data, or what is wrong with it. */
  #nextHeader(inbox: Inbox): SubmitMessage | UnlinkMessage | string | undefined {
    const bytes = inbox.take(URB_HEADER_BYTES);
    if (bytes === undefined) return undefined;
    const message = parseUrb(bytes);
    if (message === undefined) return 'a message that is none';
    if (message.deviceId !== this.#deviceId) return 'a message for another device';
    return message.kind === 'submit' ? (this.#refusal(message) ?? message) : message;
  }

  /** Looked at before anything is kept for it. */
  #refusal({ sequence, lengthBytes, packets, isIn }: SubmitMessage): string | undefined {
    if (lengthBytes < 0 || lengthBytes > LIMIT.TRANSFER_BYTES) {
      return `a transfer of ${lengthBytes} bytes`;
    }
    if (packets < 0 || packets > LIMIT.ISO_PACKETS) return `a transfer of ${packets} packets`;
    if (this.#pending.has(sequence)) return 'two transfers of one number';
    if (this.#pending.size >= LIMIT.TRANSFERS) return 'too many transfers at once';
    const outBytes = isIn ? 0 : lengthBytes;
    if (this.#outBytes + outBytes > LIMIT.OUT_BYTES) return 'too many bytes at once';
    return undefined;
  }

  #submit(message: SubmitMessage, out: Uint8Array): void {
    const { sequence, endpoint, isIn, lengthBytes, flags, interval } = message;
    if (message.packets > 0) return this.#answer(message, -ERRNO.EINVAL, NOTHING);
    if (endpoint > ENDPOINT_MAX) return this.#answer(message, -ERRNO.EPROTO, NOTHING);
    const setup = endpoint === 0 ? parseSetup(message.setup) : undefined;
    const pending: Pending = { outBytes: out.length, cancel: () => undefined };
    const transfer: UsbTransfer = {
      endpoint: endpoint === 0 || !isIn ? endpoint : endpoint | USB_DIR_IN,
      setup,
      out: setup === undefined ? out : out.subarray(0, setup.length),
      room: isIn ? lengthBytes : 0,
      complete: (ended, data) => {
        if (!this.#forget(sequence, pending)) return;
        const isShort = ended === 'done' && isIn && data.length < lengthBytes;
        const isShortError = isShort && (flags & URB_SHORT_NOT_OK) !== 0;
        this.#answer(message, isShortError ? -ERRNO.EREMOTEIO : STATUS[ended], data);
      },
    };
    this.#pending.set(sequence, pending);
    this.#outBytes += out.length;
    pending.cancel = this.#host.submit(transfer, interval);
  }

  #answer({ sequence, isIn, lengthBytes }: SubmitMessage, status: number, data: Uint8Array): void {
    const taken = status === 0 ? lengthBytes : 0;
    const back = isIn ? data.subarray(0, lengthBytes) : NOTHING;
    this.#send(encodeRetSubmit(sequence, status, isIn ? back.length : taken, back));
  }

  #unlink({ sequence, unlinked }: UnlinkMessage): void {
    const pending = this.#pending.get(unlinked);
    // Forgotten first: whatever the device makes of it now, nobody is told.
    if (pending !== undefined && this.#forget(unlinked, pending)) pending.cancel();
    this.#send(encodeRetUnlink(sequence, pending === undefined ? 0 : -ERRNO.ECONNRESET));
  }

  /** False when it has been answered or taken back already. */
  #forget(sequence: number, pending: Pending): boolean {
    if (this.#pending.get(sequence) !== pending) return false;
    this.#pending.delete(sequence);
    this.#outBytes -= pending.outBytes;
    return true;
  }

  /** Nobody wants an answer any more. */
  stop(): void {
    this.#pending.clear();
    this.#outBytes = 0;
    this.#host.stop();
  }
}
