// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * select(2), with and without a set of signals.
 *
 * Linux: fs/select.c.
 *
 * @syscall 23 select full
 * @syscall 270 pselect6 full
 */
import { vfsPoll } from '../fs/read-write.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { POLL } from '../uapi/fs.ts';
import { readTimespec, readWord, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import {
  addQueues,
  readSignalMask,
  waitUntilReady,
  type Watched,
  withSignalMask,
  writeTimeLeft,
} from './poll-wait.ts';

const { EBADF, EFAULT, EINVAL } = ERRNO;

const NS_PER_S = 1_000_000_000;
const NS_PER_US = 1000;
/** From here on a 64-bit number is negative. */
const SECONDS_MAX = 2 ** 63;
const WORD_BITS = 64;

/** What makes a descriptor one of the three sets. */
const WANTED = [
  POLL.IN | POLL.RDNORM | POLL.RDBAND | POLL.HUP | POLL.ERR,
  POLL.OUT | POLL.WRNORM | POLL.WRBAND | POLL.ERR,
  POLL.PRI,
] as const;

/** A time to wait, where what is left of it goes, and which signals may come meanwhile. */
interface Patience {
  readonly waitNs: number;
  readonly address: number;
  readonly unitNs: number;
  readonly mask: number | undefined;
}

export function selectCalls(parts: SyscallParts): SyscallTable {
  const { sim } = parts;

  const select = (process: Process, sets: Sets, patience: Patience): number => {
    const { waitNs, address, unitNs, mask } = patience;
    const ready = sets.look();
    const endNs = sim.now() + waitNs;
    const finish = (answer: number): number => {
      writeTimeLeft(process, address, endNs - sim.now(), unitNs);
      return answer;
    };
    if (ready !== 0 || waitNs === 0) return finish(ready);
    const again = (): number => {
      return select(process, sets, { ...patience, waitNs: Math.max(0, endNs - sim.now()) });
    };
    const wait = waitUntilReady(parts, process, sets, endNs, again);
    return process.block(
      (function* () {
        return finish(yield* withSignalMask(process, mask, wait));
      })(),
    );
  };

  return {
    select(process, count, read, write, except, timeout) {
      const waitNs = timeout === 0 ? Infinity : readTimeval(process, timeout);
      if (waitNs < 0) return waitNs;
      const sets = Sets.read(process, count, [read, write, except]);
      if (typeof sets === 'number') return sets;
      const patience = { waitNs, address: timeout, unitNs: NS_PER_US, mask: undefined };
      return select(process, sets, patience);
    },

    pselect6(process, count, read, write, except, timeout, signals) {
      const waitNs = timeout === 0 ? Infinity : readTimespec(process, timeout);
      if (waitNs < 0) return waitNs;
      // The sixth argument points to a pointer to the set, and its size.
      const set = signals === 0 ? 0 : readWord(process, signals);
      const setSize = signals === 0 ? 0 : readWord(process, signals + 8);
      if (set < 0 || setSize < 0) return -EFAULT;
      const mask = readSignalMask(process, set, setSize);
      if (typeof mask === 'object') return mask.error;
      const sets = Sets.read(process, count, [read, write, except]);
      if (typeof sets === 'number') return sets;
      return select(process, sets, { waitNs, address: timeout, unitNs: 1, mask });
    },
  };
}

/** A struct timeval in nanoseconds, or a negative errno. Microseconds may be more than a second. */
function readTimeval(process: Process, address: number): number {
  const seconds = readWord(process, address);
  const microseconds = readWord(process, address + 8);
  if (seconds < 0 || microseconds < 0) return -EFAULT;
  if (seconds >= SECONDS_MAX || microseconds >= SECONDS_MAX) return -EINVAL;
  const total = seconds * NS_PER_S + microseconds * NS_PER_US;
  return Number.isSafeInteger(total) ? total : Infinity;
}

/** The three fd_sets of one call. */
class Sets implements Watched {
  readonly #process: Process;
  readonly #count: number;
  readonly #addresses: readonly number[];
  /** As the program gave them; a set that it left out is empty. */
  readonly #asked: readonly Uint8Array[];

  private constructor(
    process: Process,
    count: number,
    addresses: readonly number[],
    asked: readonly Uint8Array[],
  ) {
    this.#process = process;
    this.#count = count;
    this.#addresses = addresses;
    this.#asked = asked;
  }

  static read(process: Process, count: number, addresses: readonly number[]): Sets | number {
    if (count < 0) return -EINVAL;
    const used = Math.min(count, process.files.capacity);
    const size = (Math.ceil(used / WORD_BITS) * WORD_BITS) / 8;
    const asked: Uint8Array[] = [];
    for (const address of addresses) {
      const set = address === 0 ? new Uint8Array(size) : process.space.loadBytes(address, size);
      if (set === undefined) return -EFAULT;
      asked.push(set);
    }
    return new Sets(process, used, addresses, asked);
  }

  queues(): Set<WaitQueue> {
    const queues = new Set<WaitQueue>();
    for (let fd = 0; fd < this.#count; fd++) {
      const file = this.#isAsked(fd) ? this.#process.files.get(fd) : undefined;
      if (file !== undefined) addQueues(queues, file);
    }
    return queues;
  }

  look(): number {
    const found = this.#asked.map(({ length }) => new Uint8Array(length));
    let ready = 0;
    for (let fd = 0; fd < this.#count; fd++) {
      if (!this.#isAsked(fd)) continue;
      const file = this.#process.files.get(fd);
      if (file === undefined) return -EBADF;
      const events = vfsPoll(file);
      for (const [n, wanted] of WANTED.entries()) {
        if ((events & wanted) === 0 || !has(this.#asked[n], fd)) continue;
        found[n]![fd >> 3]! |= 1 << (fd & 7);
        ready++;
      }
    }
    for (const [n, address] of this.#addresses.entries()) {
      if (address !== 0 && writeBytes(this.#process, address, found[n]!) < 0) return -EFAULT;
    }
    return ready;
  }

  #isAsked(fd: number): boolean {
    return this.#asked.some((set) => has(set, fd));
  }
}

function has(set: Uint8Array | undefined, fd: number): boolean {
  return ((set?.[fd >> 3] ?? 0) & (1 << (fd & 7))) !== 0;
}
