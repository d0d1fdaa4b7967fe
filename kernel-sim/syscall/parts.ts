// SPDX-License-Identifier: GPL-2.0-or-later
/** What system calls delegate to, and the form of their tables. */
import type { Pipes } from '../fs/pipe-file.ts';
import type { Vfs } from '../fs/vfs.ts';
import type { ModuleLoader } from '../kernel/module/loader.ts';
import type { TaskTable } from '../kernel/pid.ts';
import type { Policy } from '../kernel/policy.ts';
import type { Printk } from '../kernel/printk/printk.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Signals } from '../kernel/signal.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import type { Sockets } from '../net/sockets.ts';
import type { Creds } from '../process/creds.ts';
import type { Futexes } from '../process/futex.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { SyscallHandler } from '../process/user-mode.ts';
import type { Sim } from '../sim/sim.ts';
import type { SYS } from '../uapi/syscall-numbers.ts';

export interface SyscallParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly tasks: TaskTable;
  readonly signals: Signals;
  readonly printk: Printk;
  readonly vfs: Vfs;
  /** What CLOCK_REALTIME said at boot. */
  readonly epochSeconds: number;
  readonly pages: PageAllocator;
  readonly loader: ModuleLoader;
  readonly lifecycle: Lifecycle;
  readonly creds: Creds;
  readonly futexes: Futexes;
  readonly policy: Policy;
  readonly identity: {
    readonly release: string;
    readonly version: string;
    readonly machine: string;
    hostname: string;
    readonly domainname: string;
  };
  readonly pipes: Pipes;
  readonly sockets: Sockets;
  readonly random: (bytes: Uint8Array) => void;
  /** The power goes off, with a status for the host. */
  readonly powerOff: (status: number) => void;
  /** Makes a group the foreground one of its controlling terminal, for posix_spawn. */
  readonly makeForeground: (sid: number, pgid: number) => void;
}

/** Handlers of one family by the call's name. */
export type SyscallTable = { readonly [Name in keyof typeof SYS]?: SyscallHandler };
