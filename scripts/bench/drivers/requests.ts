// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What drivers do with locks: as many requests as bytes are written, each made and filled, queued
 * under a spinlock with interrupts off, taken from there under the device's mutex, and counted
 * under a lock of the statistics.
 */
import { Errno, module } from 'kernel';
import { miscdev, type File, type FileOperations, type UserSliceReader } from 'kernel/fs';
import {
  addr_of,
  DEFINE_MUTEX,
  DEFINE_SPINLOCK,
  GFP_KERNEL,
  INIT_LIST_HEAD,
  kfree,
  kmalloc,
  kzalloc,
  list_add_tail,
  list_del,
  list_first_entry,
  list_head,
  mutex_lock,
  mutex_unlock,
  type Ptr,
  spin_lock,
  spin_lock_irqsave,
  spin_unlock,
  spin_unlock_irqrestore,
} from 'kernel/raw';
import { flex, struct, u32, u8 } from 'uapi';

const PAYLOAD = 64;

class Request extends struct({ node: list_head, sum: u32, payload: flex(u8) }) {}

class Queue extends struct({ requests: list_head, length: u32, total: u32 }) {}

const device_lock = DEFINE_MUTEX();
const queue_lock = DEFINE_SPINLOCK();
const statistics_lock = DEFINE_SPINLOCK();

function make_request(seed: number): Ptr<Request> {
  'use unsafe';
  const request: Ptr<Request> = kmalloc(Request.size + PAYLOAD, GFP_KERNEL);
  if (!request) throw Errno.ENOMEM;
  let sum = 0;
  for (let n = 0; n < PAYLOAD; n++) {
    request.$.payload[n] = (seed + n) & 0xff;
    sum += request.$.payload[n];
  }
  request.$.sum = sum;
  return request;
}

function submit(queue: Ptr<Queue>, request: Ptr<Request>): void {
  'use unsafe';
  const flags = spin_lock_irqsave(queue_lock);
  list_add_tail(addr_of(request.$.node), addr_of(queue.$.requests));
  queue.$.length += 1;
  spin_unlock_irqrestore(queue_lock, flags);
}

function handle(queue: Ptr<Queue>): void {
  'use unsafe';
  mutex_lock(device_lock);
  const flags = spin_lock_irqsave(queue_lock);
  const request = list_first_entry(addr_of(queue.$.requests), Request, 'node');
  list_del(addr_of(request.$.node));
  queue.$.length -= 1;
  spin_unlock_irqrestore(queue_lock, flags);
  spin_lock(statistics_lock);
  queue.$.total += request.$.sum;
  spin_unlock(statistics_lock);
  mutex_unlock(device_lock);
  kfree(request);
}

class RequestFile implements FileOperations {
  constructor(readonly queue: Ptr<Queue>) {}

  static open(): RequestFile {
    // SAFETY: the queue is made before anybody can write.
    unsafe: {
      const queue: Ptr<Queue> = kzalloc(Queue.size, GFP_KERNEL);
      if (!queue) throw Errno.ENOMEM;
      INIT_LIST_HEAD(addr_of(queue.$.requests));
      return new RequestFile(queue);
    }
  }

  write(_file: File, input: UserSliceReader): void {
    const count = input.remaining;
    // SAFETY: what is in the list was made here, and is taken once.
    unsafe: {
      for (let n = 0; n < count; n++) {
        submit(this.queue, make_request(n));
        handle(this.queue);
      }
    }
    input.skip(count);
  }

  [Symbol.dispose](): void {
    // SAFETY: nobody has the queue any more.
    unsafe: kfree(this.queue);
  }
}

class RequestModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): RequestModule {
    return new RequestModule(miscdev.register('requests', RequestFile));
  }
}

export default module(RequestModule, { license: 'GPL' });
