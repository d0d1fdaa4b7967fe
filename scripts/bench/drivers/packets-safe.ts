// SPDX-License-Identifier: GPL-2.0-or-later
/** The same as packets_raw.ts, in the safe part of the language. */
import { module } from 'kernel';
import { KVec } from 'kernel/alloc';
import { miscdev, type File, type FileOperations, type UserSliceReader } from 'kernel/fs';
import { Mutex } from 'kernel/sync';
import { u8 } from 'uapi';

const PAYLOAD = 64;
const QUEUED = 8;

class Packet {
  constructor(
    readonly payload: KVec<u8>,
    readonly sum: number,
  ) {}
}

class Queue {
  total = 0;

  constructor(readonly packets: KVec<Packet>) {}
}

function make_packet(seed: number): Packet {
  const payload = KVec.with_capacity(u8, PAYLOAD);
  for (let n = 0; n < PAYLOAD; n++) payload.push((seed + n) & 0xff);
  let sum = 0;
  for (let n = 0; n < payload.len(); n++) sum += payload.at(n);
  return new Packet(payload, sum);
}

class PacketFile implements FileOperations {
  constructor(readonly queue: Mutex<Queue>) {}

  static open(): PacketFile {
    return new PacketFile(Mutex.new(new Queue(KVec.new())));
  }

  write(_file: File, input: UserSliceReader): void {
    const count = input.remaining;
    using queue = this.queue.lock();
    const { packets } = queue.value;
    for (let n = 0; n < count; n++) {
      packets.push(make_packet(n));
      if (packets.len() === QUEUED) {
        for (let index = 0; index < QUEUED; index++) queue.value.total += packets.at(index).sum;
        packets.clear();
      }
    }
    input.skip(count);
  }
}

class PacketModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): PacketModule {
    return new PacketModule(miscdev.register('packets', PacketFile));
  }
}

export default module(PacketModule, { license: 'GPL' });
