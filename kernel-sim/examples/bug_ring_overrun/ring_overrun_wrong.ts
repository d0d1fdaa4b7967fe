// SPDX-License-Identifier: GPL-2.0-or-later
/** Sends five empty frames through a ring of three when it is loaded. */
import { Errno, module, type Ref } from "kernel";
import { platform, type IoMem, type PlatformDevice } from "kernel/io";
import {
  DMA_BIDIRECTIONAL,
  DMA_TO_DEVICE,
  dma_map_single,
  dma_mapping_error,
  dma_unmap_single,
  GFP_KERNEL,
  kfree,
  kzalloc,
  type Ptr,
} from "kernel/raw";
import { msleep } from "kernel/time";
import { Descriptor, FRAME_BYTES, FRAMES, RING_LENGTH, ring_doorbell, start, stop } from "./card";

const RING_BYTES = RING_LENGTH * Descriptor.size;

class Sender {
  static probe(device: PlatformDevice): Sender {
    const regs = device.ioremap();
    const dev = device.as_ptr();
    // SAFETY: both are freed once, when the card is stopped.
    unsafe: {
      const ring: Ptr<Descriptor> = kzalloc(RING_BYTES, GFP_KERNEL);
      const frame = kzalloc(FRAME_BYTES, GFP_KERNEL);
      if (!ring || !frame) {
        kfree(ring);
        kfree(frame);
        throw Errno.ENOMEM;
      }
      const ring_address = dma_map_single(dev, ring, RING_BYTES, DMA_BIDIRECTIONAL);
      const frame_address = dma_map_single(dev, frame, FRAME_BYTES, DMA_TO_DEVICE);
      if (!dma_mapping_error(dev, ring_address) && !dma_mapping_error(dev, frame_address)) {
        start(regs, ring_address);
        send_frames(regs, ring, frame_address);
        stop(regs);
      }
      dma_unmap_single(dev, frame_address, FRAME_BYTES, DMA_TO_DEVICE);
      dma_unmap_single(dev, ring_address, RING_BYTES, DMA_BIDIRECTIONAL);
      kfree(frame);
      kfree(ring);
    }
    return new Sender();
  }
}

function send_frames(regs: Ref<IoMem>, ring: Ptr<Descriptor>, frame_address: number): void {
  "use unsafe";
  let next = 0;
  for (let sent = 0; sent < FRAMES; sent += 1) {
    ring[next].address = frame_address;
    ring[next].status.done = false;
    ring[next].control.length = FRAME_BYTES;
    ring[next].control.own = true;
    next += 1;
    if (next > RING_LENGTH) next = 0; // There is no descriptor of the number RING_LENGTH.
    ring_doorbell(regs, next);
    msleep(1); // Each is long gone by then.
  }
}

class SenderModule {
  constructor(readonly driver: platform.Registration) {}

  static init(): SenderModule {
    return new SenderModule(platform.register("ringnic", Sender));
  }
}

export default module(SenderModule, { license: "GPL", description: "Sends five frames" });
