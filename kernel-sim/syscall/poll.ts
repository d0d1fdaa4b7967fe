// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * poll(2).
 *
 * Linux: fs/select.c. Differs: a waiting poll looks again at short intervals of virtual time
 * instead of hanging itself on every queue.
 *
 * @syscall 7 poll full
 */
import { vfsPoll } from '../fs/read-write.ts';
import type { Process } from '../process/process.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { POLL } from '../uapi/fs.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL } = ERRNO;

const NS_PER_MS = 1_000_000;
const POLLFD_BYTES = 8;
const POLL_MAX = 1024;
/** How often a waiting poll looks. */
const INTERVAL_NS = 1_000_000;

export function pollCalls({ scheduler, sim }: SyscallParts): SyscallTable {
  function* pollBlocking(process: Process, poll: Poll, timeoutMs: number): Sleeping<number> {
    const endNs = timeoutMs < 0 ? Infinity : sim.now() + timeoutMs * NS_PER_MS;
    for (;;) {
      const ready = poll.look();
      if (ready !== 0 || sim.now() >= endNs) return ready;
      if (process.task.deliverable !== 0) return -ERRNO.EINTR;
      yield* scheduler.sleepFor(Math.min(INTERVAL_NS, endNs - sim.now()), true);
    }
  }

  return {
    poll(process, address, count, timeoutMs) {
      if (count < 0 || count > POLL_MAX) return -EINVAL;
      const poll = Poll.read(process, address, count);
      if (poll === undefined) return -EFAULT;
      const ready = poll.look();
      if (ready !== 0 || timeoutMs === 0) return ready;
      return process.block(pollBlocking(process, poll, timeoutMs));
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
