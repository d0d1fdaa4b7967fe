// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A driver for the device that sends back what it gets: each that is plugged in is tried out.
 *
 * Linux: drivers/usb/misc/usbtest.c asks a device as much.
 */
import { Errno, module, println, type Ref } from "kernel";
import { usb, type UsbDevice } from "kernel/usb";

const IDS = [{ vendor: 0x1209, product: 0x0001 }];

/** Bulk OUT and bulk IN have the same number. */
const ENDPOINT = 1;
const TIMEOUT_MS = 1000;
/** A packet has 512 bytes: less than one, a whole one, and several. */
const LENGTHS = [1, 511, 512, 4000];
/** More than any of them: what ends with a whole packet is followed by an empty one. */
const ROOM = 4096;

class Loopback {
  constructor(readonly device: UsbDevice) {}

  static probe(device: UsbDevice): Loopback {
    for (const length of LENGTHS) {
      if (!comes_back(device, length)) throw Errno.EIO;
    }
    println(`${device.name}: everything comes back`);
    return new Loopback(device);
  }

  [Symbol.dispose](): void {
    println(`${this.device.name}: good-bye`);
  }
}

/** Sends so many bytes, and says whether the same come back. */
function comes_back(device: Ref<UsbDevice>, length: number): boolean {
  const sent = new Uint8Array(length);
  for (let at = 0; at < length; at++) sent[at] = at & 0xff;
  device.bulk_send(ENDPOINT, sent, TIMEOUT_MS);
  const back = device.bulk_receive(ENDPOINT, ROOM, TIMEOUT_MS);
  if (back.length !== length) return false;
  for (let at = 0; at < length; at++) if (back[at] !== sent[at]) return false;
  return true;
}

class LoopbackModule {
  constructor(readonly driver: usb.Registration) {}

  static init(): LoopbackModule {
    return new LoopbackModule(usb.register("usb_loopback", IDS, Loopback));
  }
}

export default module(LoopbackModule, {
  license: "GPL",
  description: "A device that sends back what it gets",
  usb_ids: IDS,
});
