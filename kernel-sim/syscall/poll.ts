// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * poll(2), with and without a set of signals.
 *
 * Linux: fs/select.c.
 *
 * @syscall 7 poll full
 * @syscall 271 ppoll full
 */
import { vfsPoll } from '../fs/read-write.ts';
import type { Process } from '../process/process.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { POLL } from '../uapi/fs.ts';
import { readTimespec } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import {
  addQueues,
  readSignalMask,
  waitUntilReady,
  type Watched,
  withSignalMask,
  writeTimeLeft,
} from './poll-wait.ts';

const { EFAULT, EINVAL } = ERRNO;

const NS_PER_MS = 1_000_000;
const POLLFD_BYTES = 8;

export function pollCalls(parts: SyscallParts): SyscallTable {
  const { sim } = parts;

  const poll = (
    process: Process,
    address: number,
    count: number,
    waitNs: number,
    mask: number | undefined,
    finish: (leftNs: number) => void,
  ): number => {
    if (count < 0 || count > process.files.openMax) return -EINVAL;
    const files = Poll.read(process, address, count);
    if (files === undefined) return -EFAULT;
    const ready = files.look();
    const endNs = sim.now() + waitNs;
    if (ready !== 0 || waitNs === 0) {
      finish(waitNs);
      return ready;
    }
    const begin = (): number =>
      process.block(
        (function* (): Sleeping<number> {
          const wait = waitUntilReady(parts, process, files, endNs, begin);
          const answer = yield* withSignalMask(process, mask, wait);
          finish(endNs - sim.now());
          return answer;
        })(),
      );
    return begin();
  };

  return {
    poll(process, address, count, timeoutMs) {
      const waitNs = timeoutMs < 0 ? Infinity : timeoutMs * NS_PER_MS;
      return poll(process, address, count, waitNs, undefined, () => undefined);
    },

    ppoll(process, address, count, timeout, set, setSize) {
      const waitNs = timeout === 0 ? Infinity : readTimespec(process, timeout);
      if (waitNs < 0) return waitNs;
      const mask = readSignalMask(process, set, setSize);
      if (typeof mask === 'object') return mask.error;
      return poll(process, address, count, waitNs, mask, (leftNs) =>
        writeTimeLeft(process, timeout, leftNs, 1),
      );
    },
  };
}

/** The pollfd array of one call. */
class Poll implements Watched {
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

  queues(): Set<WaitQueue> {
    const queues = new Set<WaitQueue>();
    for (let at = 0; at < this.#view.byteLength; at += POLLFD_BYTES) {
      const file = this.#process.files.get(this.#view.getInt32(at, true));
      if (file !== undefined) addQueues(queues, file);
    }
    return queues;
  }

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
