// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a network adapter on USB has of its own: a minidriver, and endpoints.
 *
 * Linux: struct driver_info (include/linux/usb/usbnet.h), usbnet_get_endpoints.
 */
import type { EthtoolOps } from '../../../net/core/net-device.ts';
import type { SkBuff } from '../../../net/core/sk-buff.ts';
import type { MaySleep, MaySwitch } from '../../../uapi/coroutine.ts';
import { USB_DIR_IN, USB_XFER } from '../../../uapi/usb.ts';
import type { UsbEndpointInfo, UsbInterface } from '../../usb/usb-node.ts';
import type { UsbNet } from './usbnet.ts';

/** What is special about an adapter. Linux: struct driver_info. */
export interface UsbNetDriver {
  /** Of the driver: `smsc95xx`. */
  readonly name: string;
  /** Of the adapter: `smsc95xx USB 2.0 Ethernet`. */
  readonly description: string;
  /** Gets it ready to be registered. 0 or a negative errno. Context: process. */
  bind(net: UsbNet): MaySleep<number>;
  /** Context: process. */
  unbind(net: UsbNet): MaySleep<void>;
  /** The interface goes up. 0 or a negative errno. Context: process. */
  reset(net: UsbNet): MaySleep<number>;
  /** It goes down. Context: process. */
  stop(net: UsbNet): MaySleep<void>;
  /** Takes apart what came in one transfer: takes the packet. Context: softirq. */
  rxFixup(net: UsbNet, skb: SkBuff): MaySwitch<void>;
  /** Puts in front of a packet what the adapter wants there; undefined to drop it. */
  txFixup(net: UsbNet, skb: SkBuff): MaySwitch<SkBuff | undefined>;
  /** Bytes of the interrupt endpoint. Context: softirq. */
  status(net: UsbNet, bytes: Uint8Array): MaySwitch<void>;
  /** Context: softirqs off. */
  setRxMode(net: UsbNet): MaySwitch<void>;
  /** `net.link` is new. Context: process. */
  linkChanged(net: UsbNet): MaySleep<void>;
  /** What ethtool(8) can ask of it beyond what all have. */
  ethtool(net: UsbNet): EthtoolOps;
  /** Nobody uses the device: it may sleep. 0 or a negative errno. Context: process. */
  suspend(net: UsbNet): MaySleep<number>;
  /** It is awake again; `isReset`: and has forgotten everything. Context: process. */
  resume(net: UsbNet, isReset: boolean): MaySleep<number>;
}

export interface UsbNetEndpoints {
  readonly in: UsbEndpointInfo;
  readonly out: UsbEndpointInfo;
  readonly events: UsbEndpointInfo | undefined;
}

/** By kind and direction; undefined when bulk ones are missing. Linux: usbnet_get_endpoints. */
export function endpointsFor({ current }: UsbInterface): UsbNetEndpoints | undefined {
  const find = (kind: number, isIn: boolean): UsbEndpointInfo | undefined =>
    current.endpoints.find(
      (endpoint) => endpoint.kind === kind && ((endpoint.address & USB_DIR_IN) !== 0) === isIn,
    );
  const [input, output] = [find(USB_XFER.BULK, true), find(USB_XFER.BULK, false)];
  if (input === undefined || output === undefined || output.packetBytes === 0) return undefined;
  return { in: input, out: output, events: find(USB_XFER.INT, true) };
}
