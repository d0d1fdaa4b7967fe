// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Out of memory: when a process touches a page and there is none, the process that has most is
 * killed, and its memory taken away at once, so that the one that asked can go on.
 *
 * Linux: mm/oom_kill.c. Differs: reaping is not a thread's; calls of the kernel itself answer
 * ENOMEM instead of coming here.
 */
import { LEVEL, type Printk } from '../kernel/printk/printk.ts';
import type { TaskTable } from '../kernel/pid.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { Signals } from '../kernel/signal.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { type Process, processOf } from './process.ts';

const INIT_PID = 1;
export const OOM_SCORE_ADJ_MIN = -1000;
export const OOM_SCORE_ADJ_MAX = 1000;
const KIB_PER_PAGE = PAGE_SIZE / 1024;

export interface OomParts {
  readonly tasks: TaskTable;
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  readonly printk: Printk;
  readonly pages: PageAllocator;
}

export class OomKiller {
  readonly #parts: OomParts;

  constructor(parts: OomParts) {
    this.#parts = parts;
  }

  /** Makes room. True if there is some now; false when the one that asked must go itself. */
  outOfMemory(): boolean {
    const { scheduler, pages } = this.#parts;
    const asker = processOf(scheduler.current);
    if (asker === undefined) return false;
    // One that is about to end gives all back by itself; nobody else need die for it.
    if (asker.task.isKilled) return false;
    for (;;) {
      const dying = this.#processes().find((process) => isDying(process) && canReap(process));
      const victim = dying ?? this.#select();
      if (victim === undefined) return false;
      if (victim !== dying) this.#kill(asker, victim);
      if (victim.space === asker.space) return false;
      const free = pages.freePageCount;
      this.#reap(victim);
      if (pages.freePageCount > free) return true;
    }
  }

  /** How likely a process is to be killed, in thousandths of all memory: /proc/PID/oom_score. */
  score(process: Process): number {
    const points = this.#badness(process);
    if (points === undefined) return 0;
    // Linux adds what an average process has, and keeps the scale of old.
    return Math.max(
      0,
      Math.floor(((1000 + (points * 1000) / this.#parts.pages.totalPages) * 2) / 3),
    );
  }

  #select(): Process | undefined {
    let chosen: Process | undefined;
    let most = -Infinity;
    for (const process of this.#processes()) {
      const points = this.#badness(process);
      if (points === undefined || isDying(process) || points <= most) continue;
      [chosen, most] = [process, points];
    }
    return chosen;
  }

  /** Pages that its end would give back, with the bias its owner asked for; undefined: never. */
  #badness({ task, space, oomScoreAdj }: Process): number | undefined {
    if (task.pid === INIT_PID || oomScoreAdj === OOM_SCORE_ADJ_MIN) return undefined;
    const { resident, table } = space.faults;
    const bias = (oomScoreAdj * this.#parts.pages.totalPages) / 1000;
    return resident.all + table.tablePages + bias;
  }

  #processes(): Process[] {
    return [...this.#parts.tasks.all()]
      .filter(({ isLeader, state }) => isLeader && state !== 'Z' && state !== 'X')
      .flatMap((task) => processOf(task) ?? []);
  }

  #kill(asker: Process, victim: Process): void {
    const { printk, signals, scheduler } = this.#parts;
    const { task, space } = victim;
    const say = (text: string): void => printk.print(LEVEL.WARNING, text);
    const gfp = 'gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO)';
    say(
      `${asker.task.name} invoked oom-killer: ${gfp}, order=0, oom_score_adj=${asker.oomScoreAdj}`,
    );
    const { uid } = asker.credentials;
    say(`CPU: ${scheduler.cpu.id} UID: ${uid} PID: ${asker.task.pid} Comm: ${asker.task.name}`);
    this.#sayMemory(say);
    this.#sayTasks(say);
    say(
      'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,' +
        `task_memcg=/,task=${task.name},pid=${task.pid},uid=${task.credentials.uid}`,
    );
    const total = space.areas.pageCount * KIB_PER_PAGE;
    const tables = space.faults.table.tablePages * KIB_PER_PAGE;
    printk.print(
      LEVEL.ERR,
      `Out of memory: Killed process ${task.pid} (${task.name}) total-vm:${total}kB, ` +
        `${residentText(victim)}, UID:${task.credentials.uid} pgtables:${tables}kB ` +
        `oom_score_adj:${victim.oomScoreAdj}`,
    );
    this.#parts.pages.events.oomKill++;
    signals.send(task, SIGNAL.KILL);
  }

  #sayMemory(say: (text: string) => void): void {
    const { pages } = this.#parts;
    const { usage } = pages;
    say('Mem-Info:');
    say(`active_anon:${usage.anonymous} mapped:${usage.mapped} shmem:${usage.shmem}`);
    say(`pagetables:${usage.pageTables} free:${pages.freePageCount}`);
    say(`${pages.totalPages} pages RAM`);
  }

  #sayTasks(say: (text: string) => void): void {
    const pad = (value: number, width: number): string => String(value).padStart(width);
    say('Tasks state (memory values in pages):');
    say(
      '[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes ' +
        'swapents oom_score_adj name',
    );
    for (const { task, space, oomScoreAdj } of this.#processes()) {
      const { resident, table } = space.faults;
      say(
        `[${pad(task.pid, 7)}] ${pad(task.credentials.uid, 5)} ${pad(task.tgid, 5)} ` +
          `${pad(space.areas.pageCount, 8)} ${pad(resident.all, 8)} ` +
          `${pad(resident.anonymous, 8)} ${pad(resident.file, 8)} ${pad(resident.shmem, 9)} ` +
          `${pad(table.tablePages * PAGE_SIZE, 8)} ${pad(0, 8)}         ` +
          `${pad(oomScoreAdj, 5)} ${task.name}`,
      );
    }
  }

  #reap(victim: Process): void {
    const { task, space } = victim;
    space.reap();
    const now = residentText(victim);
    this.#parts.printk.info(`oom_reaper: reaped process ${task.pid} (${task.name}), now ${now}`);
  }
}

function isDying({ task }: Process): boolean {
  return task.isKilled || task.group.exitStatus !== undefined || hasBegunToEnd(task);
}

function hasBegunToEnd(task: Task): boolean {
  return task.group.threads.size === 0;
}

function canReap({ space }: Process): boolean {
  return !space.faults.isReaped && space.faults.resident.anonymous > 0;
}

function residentText({ space }: Process): string {
  const { anonymous, file, shmem } = space.faults.resident;
  const kib = (pages: number): string => `${pages * KIB_PER_PAGE}kB`;
  return `anon-rss:${kib(anonymous)}, file-rss:${kib(file)}, shmem-rss:${kib(shmem)}`;
}
