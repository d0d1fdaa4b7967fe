// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a process may use of each resource: a soft limit that counts, and a hard one up to which the
 * process itself may raise it. Who keeps to them is said where each resource is given out.
 *
 * Linux: signal->rlim, INIT_RLIMITS of include/asm-generic/resource.h, do_prlimit of kernel/sys.c.
 */
import { ERRNO } from '../uapi/errno.ts';
import { RLIM_INFINITY, RLIM_NLIMITS, RLIMIT } from '../uapi/resource.ts';
import { THREADS_MAX } from './pid.ts';

/** fs.nr_open: no process may have a greater RLIMIT_NOFILE. */
const NR_OPEN = 1024 * 1024;
const MIB = 1024 * 1024;

/** What init begins with, as Debian's has it. Those that are not here are unlimited. */
const INITIAL: readonly (readonly [resource: number, soft: number, hard: number])[] = [
  [RLIMIT.STACK, 8 * MIB, RLIM_INFINITY],
  [RLIMIT.CORE, 0, RLIM_INFINITY],
  [RLIMIT.NPROC, THREADS_MAX / 2, THREADS_MAX / 2],
  [RLIMIT.NOFILE, 1024, NR_OPEN],
  [RLIMIT.MEMLOCK, 8 * MIB, 8 * MIB],
  [RLIMIT.SIGPENDING, THREADS_MAX / 2, THREADS_MAX / 2],
  [RLIMIT.MSGQUEUE, 819_200, 819_200],
  [RLIMIT.NICE, 0, 0],
  [RLIMIT.RTPRIO, 0, 0],
];

export interface Rlimit {
  /** In the resource's own unit: bytes, seconds, numbers; RLIM_INFINITY for no limit. */
  readonly soft: number;
  readonly hard: number;
}

const UNLIMITED: Rlimit = { soft: RLIM_INFINITY, hard: RLIM_INFINITY };

export class Rlimits {
  readonly #limits: Rlimit[];

  /** A child has its parent's. */
  constructor(parent?: Rlimits) {
    this.#limits =
      parent === undefined
        ? Array.from({ length: RLIM_NLIMITS }, () => UNLIMITED)
        : [...parent.#limits];
    if (parent !== undefined) return;
    for (const [resource, soft, hard] of INITIAL) this.#limits[resource] = { soft, hard };
  }

  /** Both limits of a resource; of one that there is not, none. */
  get(resource: number): Rlimit {
    return this.#limits[resource] ?? UNLIMITED;
  }

  soft(resource: number): number {
    return this.get(resource).soft;
  }

  /** Sets both limits: 0, -EINVAL, or -EPERM for who may not raise the hard one. */
  set(resource: number, limit: Rlimit, mayRaise: boolean): number {
    if (limit.soft > limit.hard) return -ERRNO.EINVAL;
    if (resource === RLIMIT.NOFILE && limit.hard > NR_OPEN) return -ERRNO.EPERM;
    if (limit.hard > this.get(resource).hard && !mayRaise) return -ERRNO.EPERM;
    this.#limits[resource] = limit;
    return 0;
  }
}
