// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * poll(2).
 *
 * Linux: fs/select.c.
 *
 * @syscall 7 poll full
 */
import { vfsPoll } from '../fs/read-write.ts';
import type { Process } from '../process/process.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { POLL } from '../uapi/fs.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL } = ERRNO;

const NS_PER_MS = 1_000_000;
const POLLFD_BYTES = 8;

export function pollCalls({ scheduler, sim }: SyscallParts): SyscallTable {
  function* pollBlocking(process: Process, poll: Poll, endNs: number): Sleeping<number> {
    const { task } = process;
    const queues = poll.queues();
    const timer = endNs < Infinity && sim.events.schedule(endNs, () => scheduler.wake(task));
    for (const queue of queues) queue.addPoller(task);
    let ready = poll.look();
    while (ready === 0 && sim.now() < endNs) {
      if (task.deliverable !== 0) {
        process.restart = () => process.block(pollBlocking(process, poll, endNs));
        ready = -ERRNO.EINTR;
        break;
      }
      yield* scheduler.sleep('S', 'poll_schedule_timeout');
      ready = poll.look();
    }
    for (const queue of queues) queue.removePoller(task);
    if (timer !== false) sim.events.cancel(timer);
    return ready;
  }

  return {
    poll(process, address, count, timeoutMs) {
      if (count < 0 || count > process.files.openMax) return -EINVAL;
      const poll = Poll.read(process, address, count);
      if (poll === undefined) return -EFAULT;
      const ready = poll.look();
      if (ready !== 0 || timeoutMs === 0) return ready;
      return process.block(
        pollBlocking(process, poll, timeoutMs < 0 ? Infinity : sim.now() + timeoutMs * NS_PER_MS),
      );
    },
  };
}

/** The pollfd array of one call. */
class Poll {
  readonly #process: Process;
  readonly #address: number;
  readonly #view: DataView;

  private constructor(process: Process, address: number, bytes: Uint8Array) {
    this.#process = process;
    this.#address = address;
    this.#view = new DataView(bytes.buffer);
  }

  static read(process: Process, address: number, count: number): Poll | undefined {
    const bytes = process.space.loadBytes(address, count * POLLFD_BYTES);
    return bytes === undefined ? undefined : new Poll(process, address, bytes);
  }

  /** All queues on which news of these files arrives. */
  queues(): Set<WaitQueue> {
    const queues = new Set<WaitQueue>();
    for (let at = 0; at < this.#view.byteLength; at += POLLFD_BYTES) {
      const file = this.#process.files.get(this.#view.getInt32(at, true));
      const { ops } = file ?? {};
      if (file === undefined || ops === undefined) continue;
      for (const queue of [ops.readQueue?.(file), ops.writeQueue?.(file)]) {
        if (queue !== undefined) queues.add(queue);
      }
    }
    return queues;
  }

  /** How many descriptors are ready; their events are written back. */
  look(): number {
    const view = this.#view;
    let ready = 0;
    for (let at = 0; at < view.byteLength; at += POLLFD_BYTES) {
      const fd = view.getInt32(at, true);
      const wanted = view.getUint16(at + 4, true) | POLL.ERR | POLL.HUP;
      const file = fd < 0 ? undefined : this.#process.files.get(fd);
      const missing = fd < 0 ? 0 : POLL.NVAL;
      const events = file === undefined ? missing : vfsPoll(file) & wanted;
      view.setUint16(at + 6, events, true);
      if (events !== 0) ready++;
    }
    const bytes = new Uint8Array(view.buffer);
    const moved = this.#process.space.copyTo(this.#address, bytes, 0, bytes.length);
    return moved === bytes.length ? ready : -EFAULT;
  }
}
