// SPDX-License-Identifier: GPL-2.0-or-later
/** The system calls about what a process may use: fourth storey of `Libc` (libc.ts). */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { RLIM_INFINITY, RLIMIT64 } from '../../uapi/resource.ts';
import { SYS } from '../../uapi/syscall-numbers.ts';
import { SchedCalls } from './sched-calls.ts';

/** struct rlimit; RLIM_INFINITY is no limit. */
export interface Rlimit {
  readonly soft: number;
  readonly hard: number;
}

const TWO_TO_THE_64 = 2 ** 64;

export class ResourceCalls extends SchedCalls {
  getrlimit(resource: number): Sleeping<Rlimit | number> {
    return this.prlimit(0, resource);
  }

  /** 0 or the negative errno. */
  *setrlimit(resource: number, limit: Rlimit): Sleeping<number> {
    const old = yield* this.prlimit(0, resource, limit);
    return typeof old === 'number' ? old : 0;
  }

  /** The limits that a process had, or the negative errno. `pid` 0 is the caller. */
  *prlimit(pid: number, resource: number, limit?: Rlimit): Sleeping<Rlimit | number> {
    const mark = this.memory.mark();
    const block = yield* this.memory.scratch(2 * RLIMIT64.SIZE);
    const old = block + RLIMIT64.SIZE;
    if (limit !== undefined) {
      this.store_limit(block + RLIMIT64.cur, limit.soft);
      this.store_limit(block + RLIMIT64.max, limit.hard);
    }
    const given = limit === undefined ? 0 : block;
    const result = yield* this.call(SYS.prlimit64, pid, resource, given, old);
    const found = {
      soft: this.load_limit(old + RLIMIT64.cur),
      hard: this.load_limit(old + RLIMIT64.max),
    };
    this.memory.release(mark);
    return result < 0 ? result : found;
  }

  private store_limit(address: number, limit: number): void {
    if (limit !== RLIM_INFINITY) this.memory.store64(address, limit);
    else {
      this.cpu.store32(address, -1);
      this.cpu.store32(address + 4, -1);
    }
  }

  private load_limit(address: number): number {
    const value = this.memory.load64(address);
    return value >= TWO_TO_THE_64 ? RLIM_INFINITY : value;
  }
}
