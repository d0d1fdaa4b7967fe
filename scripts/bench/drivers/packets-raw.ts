// SPDX-License-Identifier: GPL-2.0-or-later
/** As many packets as bytes are written: taken, filled, summed, queued, and given back. */
import { Errno, module } from 'kernel';
import { miscdev, type File, type FileOperations, type UserSliceReader } from 'kernel/fs';
import {
  addr_of,
  GFP_KERNEL,
  INIT_LIST_HEAD,
  kfree,
  kmalloc,
  kzalloc,
  list_add_tail,
  list_del,
  list_first_entry,
  list_head,
  type Ptr,
} from 'kernel/raw';
import { flex, struct, u32, u8 } from 'uapi';

const PAYLOAD = 64;
/** So many packets wait at a time. */
const QUEUED = 8;

class Packet extends struct({ node: list_head, length: u32, sum: u32, payload: flex(u8) }) {}

class Queue extends struct({ packets: list_head, length: u32, total: u32 }) {}

function make_packet(seed: number): Ptr<Packet> {
  'use unsafe';
  const packet: Ptr<Packet> = kmalloc(Packet.size + PAYLOAD, GFP_KERNEL);
  if (!packet) throw Errno.ENOMEM;
  packet.$.length = PAYLOAD;
  let sum = 0;
  for (let n = 0; n < PAYLOAD; n++) packet.$.payload[n] = (seed + n) & 0xff;
  for (let n = 0; n < packet.$.length; n++) sum += packet.$.payload[n];
  packet.$.sum = sum;
  return packet;
}

function take_packet(queue: Ptr<Queue>): void {
  'use unsafe';
  const packet = list_first_entry(addr_of(queue.$.packets), Packet, 'node');
  list_del(addr_of(packet.$.node));
  queue.$.length -= 1;
  queue.$.total += packet.$.sum;
  kfree(packet);
}

class PacketFile implements FileOperations {
  constructor(readonly queue: Ptr<Queue>) {}

  static open(): PacketFile {
    // SAFETY: the queue is made before anybody can write.
    unsafe: {
      const queue: Ptr<Queue> = kzalloc(Queue.size, GFP_KERNEL);
      if (!queue) throw Errno.ENOMEM;
      INIT_LIST_HEAD(addr_of(queue.$.packets));
      return new PacketFile(queue);
    }
  }

  write(_file: File, input: UserSliceReader): void {
    const count = input.remaining;
    const queue = this.queue;
    // SAFETY: what is in the list was made here, and is taken once.
    unsafe: {
      for (let n = 0; n < count; n++) {
        const packet = make_packet(n);
        list_add_tail(addr_of(packet.$.node), addr_of(queue.$.packets));
        queue.$.length += 1;
        if (queue.$.length === QUEUED) while (queue.$.length > 0) take_packet(queue);
      }
    }
    input.skip(count);
  }

  [Symbol.dispose](): void {
    // SAFETY: nobody has the queue any more.
    unsafe: {
      while (this.queue.$.length > 0) take_packet(this.queue);
      kfree(this.queue);
    }
  }
}

class PacketModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): PacketModule {
    return new PacketModule(miscdev.register('packets', PacketFile));
  }
}

export default module(PacketModule, { license: 'GPL' });
