// SPDX-License-Identifier: GPL-2.0-or-later
/** What views may see of a machine: plain values, taken between two slices. */
import type { Machine } from '../init/machine.ts';
import type { ForegroundView, LogLine, MachineSnapshot, TaskView } from '../machine-types.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import type { Kernel } from '../init/kernel.ts';
import { taintLetters } from '../kernel/taint.ts';

/** `sinceSequence` and `sinceHappening` say what the viewer has already. */
export function takeSnapshot(
  machine: Machine,
  sinceSequence = 0,
  sinceHappening = 0,
): MachineSnapshot {
  const { kernel } = machine;
  return {
    nowNs: machine.nowNs,
    state: machine.state,
    tainted: kernel.taint.mask,
    log: kernel.printk.since(sinceSequence) satisfies readonly LogLine[],
    modules: [...kernel.loader.modules].map((module) => ({
      name: module.name,
      sizeBytes: module.image.sizeBytes,
      references: module.references,
      state: module.hasOopsed ? 'Oopsed' : module.state,
      taints: taintLetters(module.taint),
    })),
    tasks: tasksOf(kernel),
    happenings: machine.happenings.slice(sinceHappening),
    memory: {
      totalBytes: kernel.pages.totalPages * PAGE_SIZE,
      freeBytes: kernel.pages.freeBytes,
    },
    foreground: kernel.consoles.foregroundGroups.map((group) => foregroundOf(kernel, group)),
  };
}

function tasksOf(kernel: Kernel): TaskView[] {
  return [...kernel.tasks.all()].flatMap(({ pid, name, state, cpu, isKernelThread }) => {
    if (state === 'X') return [];
    // As ps shows it: a kernel thread that waits for work is idle.
    return [{ pid, name, state: isKernelThread && state === 'S' ? 'I' : state, cpu }];
  });
}

/** Who has a terminal's keys: a shell that reads them is at its prompt. */
function foregroundOf(kernel: Kernel, group: number): ForegroundView {
  // Kernel threads are of group 0, which a terminal has when nobody does.
  const leader = group === 0 ? undefined : kernel.tasks.inGroup(group)[0];
  if (leader === undefined) return { name: '', atPrompt: false };
  const isShell = leader.name === 'bash' || leader.name === 'sh';
  return { name: leader.name, atPrompt: isShell && leader.waitChannel === 'wait_woken' };
}
