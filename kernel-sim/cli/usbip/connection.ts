// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One client of a USB/IP server, without its socket: bytes in, bytes out.
 *
 * Linux: tools/usb/usbip/src/usbipd.c answers the request, and hands the socket to the kernel.
 */
import type { Export } from './export.ts';
import { Inbox } from './inbox.ts';
import {
  BUSID_BYTES,
  encodeDeviceList,
  encodeImport,
  OP,
  OP_BYTES,
  parseBusid,
  parseRequest,
  ST,
  USBIP_VERSION,
} from './protocol.ts';
import type { UrbStream } from './urb-stream.ts';

/** The way back to a client. */
export interface Client {
  send(message: Uint8Array): void;
  /** Ends the connection once everything sent is out; `complaint` is why, if it did wrong. */
  close(complaint?: string): void;
}

export class Connection {
  readonly #export: Export;
  readonly #client: Client;
  readonly #inbox = new Inbox();
  #urbs: UrbStream | undefined;
  #isOver = false;

  constructor(exported: Export, client: Client) {
    this.#export = exported;
    this.#client = client;
  }

  /** It has the device. */
  get hasImported(): boolean {
    return this.#urbs !== undefined;
  }

  receive(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#inbox.push(bytes);
    if (this.#urbs === undefined) this.#request();
    if (this.#urbs === undefined || this.#isOver) return;
    const complaint = this.#urbs.take(this.#inbox);
    if (complaint !== undefined) this.#end(complaint);
  }

  /** The client is gone, or is to be: gives the device back. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inbox.clear();
    this.#urbs?.stop();
    this.#urbs = undefined;
    this.#export.release(this);
  }

  /** The device is pulled out: the client sees its connection end. */
  unplug(): void {
    this.#end();
  }

  #end(complaint?: string): void {
    this.stop();
    this.#client.close(complaint);
  }

  #request(): void {
    const head = this.#inbox.peek(OP_BYTES);
    if (head === undefined) return;
    const { version, code } = parseRequest(head);
    if (version !== USBIP_VERSION) return this.#end(`speaks version ${version.toString(16)}`);
    switch (code) {
      case OP.REQ_DEVLIST:
        this.#client.send(encodeDeviceList(this.#export.available));
        return this.#end();
      case OP.REQ_IMPORT: {
        const request = this.#inbox.take(OP_BYTES + BUSID_BYTES);
        return request && this.#import(parseBusid(request.subarray(OP_BYTES)));
      }
      default:
        return this.#end(`asks for ${code.toString(16)}`);
    }
  }

  #import(busid: string): void {
    const { entry } = this.#export;
    const urbs =
      busid === entry.busid
        ? this.#export.take(this, (message) => this.#client.send(message))
        : ST.NODEV;
    if (typeof urbs === 'number') {
      this.#client.send(encodeImport(urbs));
      return this.#end();
    }
    this.#urbs = urbs;
    this.#client.send(encodeImport(entry));
    return undefined;
  }
}
