// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a host asks a device: one transfer, and how it ends.
 *
 * A device model sees transfers, not packets: of packets only what a host can tell stays, which is
 * where a transfer ends. Whoever asks, be it the simulated host controller or a real kernel over
 * USB/IP, makes objects of this shape.
 */

/** How a transfer ended, as the host controller sees it. */
export type TransferStatus =
  /** All that was to be sent was, or the device ended with a short packet. */
  | 'done'
  /** The endpoint is halted, or the device does not know the request. */
  | 'stall'
  /** The device sent more than there was room for. */
  | 'babble'
  /** No handshake, or a damaged one: a device that is broken, or just being pulled out. */
  | 'protocol-error';

/** The eight bytes that begin a control transfer. */
export interface SetupPacket {
  /** `bmRequestType`: direction, kind, recipient. */
  readonly type: number;
  /** `bRequest`. */
  readonly request: number;
  /** `wValue`. */
  readonly value: number;
  /** `wIndex`. */
  readonly index: number;
  /** `wLength`: bytes of the data stage. */
  readonly length: number;
}

export interface UsbTransfer {
  /** `bEndpointAddress`: bit 7 is set for IN. 0 for control transfers of either direction. */
  readonly endpoint: number;
  /** Of a control transfer. */
  readonly setup: SetupPacket | undefined;
  /** What goes to the device; none when the direction is IN. */
  readonly out: Uint8Array;
  /** Bytes that the host has room for when the direction is IN. */
  readonly room: number;
  /** The line of a driver that it is for, where one is known. */
  readonly site?: number;
  /**
   * Called once, by the device, unless the transfer is cancelled: how it ended, and what came from
   * the device. It may be called before `submit` returns.
   */
  readonly complete: (status: TransferStatus, data: Uint8Array) => void;
}

const NOTHING = new Uint8Array(0);

/** Reads the eight bytes, whatever they are. */
export function parseSetup(bytes: Uint8Array): SetupPacket {
  const at = (index: number): number => bytes[index] ?? 0;
  return {
    type: at(0),
    request: at(1),
    value: at(2) | (at(3) << 8),
    index: at(4) | (at(5) << 8),
    length: at(6) | (at(7) << 8),
  };
}

/** Ends a transfer that brought nothing. */
export function endEmpty(transfer: UsbTransfer, status: TransferStatus): void {
  transfer.complete(status, NOTHING);
}
