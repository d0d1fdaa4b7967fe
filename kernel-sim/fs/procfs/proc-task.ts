// SPDX-License-Identifier: GPL-2.0-or-later
/** What procfs asks about tasks: process/ answers. */
import type { Credentials } from '../../kernel/credentials.ts';
import type { Rlimits } from '../../kernel/rlimit.ts';
import type { SchedEntity } from '../../kernel/sched/entity.ts';
import type { Path } from '../mount.ts';
import type { OpenFile } from '../open-file.ts';

/** What a process has of memory, in pages where nothing else is said. */
export interface ProcMemory {
  readonly total: number;
  readonly totalPeak: number;
  readonly anonymous: number;
  readonly file: number;
  readonly shmem: number;
  readonly residentPeak: number;
  /** Private and writable, but for the stack. */
  readonly data: number;
  readonly stack: number;
  readonly tables: number;
  readonly minorFaults: number;
  /** /proc/PID/maps. */
  maps(): string;
}

export interface ProcTask {
  readonly pid: number;
  readonly name: string;
  readonly state: 'R' | 'S' | 'D' | 'T' | 'Z' | 'X' | 'I';
  /** 0 when there is no parent. */
  readonly parentPid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly credentials: Credentials;
  readonly isKernelThread: boolean;
  readonly cpu: number;
  readonly sched: SchedEntity;
  /** Device number of the controlling terminal, 0 when none, and its foreground group, or -1. */
  readonly ttyDev: number;
  readonly ttyForeground: number;
  readonly userNs: number;
  readonly systemNs: number;
  /** Of children that have been waited for. */
  readonly childUserNs: number;
  readonly childSystemNs: number;
  readonly startNs: number;
  readonly virtualBytes: number;
  readonly residentPages: number;
  /** Signal sets: bit n-1 for signal n. */
  readonly pending: number;
  readonly blocked: number;
  readonly ignored: number;
  readonly caught: number;
  readonly umask: number;
  /** Descriptors that its table has room for. */
  readonly fdCapacity: number;
  /** Empty for kernel threads and zombies. */
  readonly commandLine: readonly string[];
  readonly waitChannel: string;
  readonly exitStatus: number;
  readonly cwd?: Path;
  readonly root?: Path;
  readonly executable?: Path;
  /** None for kernel threads and zombies. */
  readonly memory?: ProcMemory | undefined;
  /** The process's number, and those of all its threads; the task alone unless told. */
  readonly tgid?: number;
  readonly threads?: readonly number[];
  /** Signals for the process as a whole. */
  readonly sharedPending?: number;
  readonly limits?: Rlimits;
  readonly oomScore?: number;
  readonly oomScoreAdj?: number;
  /** Answers 0 or a negative errno. */
  setOomScoreAdj?(value: number): number;
  /** /proc/PID/make-it-fail and /proc/PID/fail-nth. */
  readonly makeItFail?: boolean;
  readonly failNth?: number;
  /** Answer 0 or a negative errno. */
  setMakeItFail?(value: boolean): number;
  setFailNth?(value: number): number;
  files(): Iterable<[fd: number, file: OpenFile]>;
}

export interface ProcTasks {
  /** In ascending order. */
  pids(): readonly number[];
  get(pid: number): ProcTask | undefined;
  /** Who reads. */
  readonly current: { readonly pid: number; readonly credentials: Credentials };
}
