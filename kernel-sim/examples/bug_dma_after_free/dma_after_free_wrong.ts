// SPDX-License-Identifier: GPL-2.0-or-later
/** Sends one empty frame when it is loaded. */
import { Errno, module } from "kernel";
import { DmaVec } from "kernel/dma";
import { platform, type IoMem, type PlatformDevice } from "kernel/io";
import {
  DMA_TO_DEVICE,
  dma_map_single,
  dma_mapping_error,
  dma_unmap_single,
  GFP_KERNEL,
  kfree,
  kzalloc,
} from "kernel/raw";
import { msleep } from "kernel/time";
import { Descriptor, FRAME_BYTES, ring_doorbell, RING_LENGTH, stop } from "./card";

/** The card, and the ring that it sees as long as it is not stopped. */
class Sender {
  constructor(
    readonly regs: IoMem,
    readonly ring: DmaVec<Descriptor>,
  ) {}

  static probe(device: PlatformDevice): Sender {
    const regs = device.ioremap();
    const ring = DmaVec.new(device, Descriptor, RING_LENGTH);
    const dev = device.as_ptr();
    // SAFETY: the frame is freed once.
    unsafe: {
      const frame = kzalloc(FRAME_BYTES, GFP_KERNEL);
      if (!frame) throw Errno.ENOMEM;
      const address = dma_map_single(dev, frame, FRAME_BYTES, DMA_TO_DEVICE);
      if (dma_mapping_error(dev, address)) {
        kfree(frame);
        throw Errno.ENOMEM;
      }
      const descriptor = ring.at(0);
      descriptor.address = address;
      descriptor.control.length = FRAME_BYTES;
      descriptor.control.own = true;
      ring_doorbell(regs, ring.address);
      kfree(frame); // The card has only been told of it.
      while (!descriptor.status.done) msleep(1);
      dma_unmap_single(dev, address, FRAME_BYTES, DMA_TO_DEVICE);
    }
    return new Sender(regs, ring);
  }

  [Symbol.dispose](): void {
    stop(this.regs);
  }
}

class SenderModule {
  constructor(readonly driver: platform.Registration) {}

  static init(): SenderModule {
    return new SenderModule(platform.register("ringnic", Sender));
  }
}

export default module(SenderModule, { license: "GPL", description: "Sends one frame" });
