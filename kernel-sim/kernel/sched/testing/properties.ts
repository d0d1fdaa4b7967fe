// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What must be true of any scheduler's work, whatever the tasks and the seed: each function answers
 * what breaks it, in words.
 */
import { COST } from '../../../uapi/costs.ts';
import { BASE_SLICE_NS } from '../entity.ts';
import { ATOMIC_NS, STEP_NS, type Stint, type Wait, type Workload } from './workload.ts';

/** How late anything may be: two CPUs apart, a section without preemption, a step, switches. */
const LATE_NS = 2 * 10_000 + ATOMIC_NS + 2 * STEP_NS + 4 * (COST.SWITCH + COST.INTERRUPT);

/** Nobody is in two places at once, by virtual time. */
export function placesAtOnce({ stints }: Workload): string[] {
  return [...stints.values()].flatMap(overlaps);
}

/** No CPU runs two at once: a section without preemption counts as one. */
export function sharedCpus(workload: Workload): string[] {
  return workload.stintsByCpu().flatMap(overlaps);
}

/** Nobody runs where it may not. */
export function strayTasks(workload: Workload): string[] {
  return [...workload.stints.values()]
    .flat()
    .filter(({ task, cpu }) => !workload.mayUse(task, cpu))
    .map(({ task, cpu, fromNs }) => `${task.name} on CPU ${cpu} at ${fromNs}`);
}

/** While a real-time task waits, no CPU that it may use runs one that matters less. */
export function invertedPriorities(workload: Workload, endNs: number): string[] {
  const byCpu = workload.stintsByCpu();
  return longWaits(workload, endNs)
    .filter(({ task }) => task.sched.isRealTime)
    .flatMap((wait) => {
      const { task } = wait;
      return byCpu
        .filter((_, cpu) => workload.mayUse(task, cpu))
        .flatMap((stints) => during(stints, wait, LATE_NS))
        .filter((stint) => stint.task.sched.rtPriority < task.sched.rtPriority)
        .map(
          (stint) =>
            `${stint.task.name} (${stint.task.sched.rtPriority}) ran on CPU ${stint.cpu} at ` +
            `${stint.fromNs}, ${task.name} (${task.sched.rtPriority}) waited`,
        );
    });
}

/** While a task waits, no CPU that it may use has nothing to do. */
export function idleWhileWaiting(workload: Workload, endNs: number): string[] {
  const byCpu = workload.stintsByCpu();
  return longWaits(workload, endNs).flatMap((wait) =>
    byCpu.flatMap((stints, cpu) => {
      if (!workload.mayUse(wait.task, cpu)) return [];
      let atNs = wait.fromNs;
      for (const { fromNs, toNs } of [...during(stints, wait, 0), { fromNs: wait.toNs, toNs: 0 }]) {
        if (fromNs - atNs > LATE_NS) {
          return [`CPU ${cpu} idle at ${atNs} for ${fromNs - atNs}, ${wait.task.name} waited`];
        }
        atNs = Math.max(atNs, toNs);
      }
      return [];
    }),
  );
}

/** Nobody waits longer than twice a round of all, each with one slice for its weight. */
export function starving(workload: Workload, endNs: number): string[] {
  let weights = 0;
  for (const { sched } of workload.tasks) weights += sched.weight;
  return workload
    .waits(endNs)
    .filter(({ task, fromNs, toNs }) => {
      if (task.sched.isRealTime) return false;
      return toNs - fromNs > (2 * BASE_SLICE_NS * weights) / task.sched.weight + LATE_NS;
    })
    .map(({ task, fromNs, toNs }) => `${task.name} waited for ${toNs - fromNs} at ${fromNs}`);
}

/**
 * Fair tasks that compute on one CPU: nobody's part is ever further than a slice from what its
 * weight says. The bound of EEVDF: Stoica and Abdel-Wahab, 1996, theorem 1.
 */
export function unfairShares({ tasks, rig }: Workload): string[] {
  let weights = 0;
  let totalNs = 0;
  for (const task of tasks) {
    weights += task.sched.weight;
    totalNs += rig.scheduler.runtimeNs(task);
  }
  return tasks.flatMap((task) => {
    const lagNs = (totalNs * task.sched.weight) / weights - rig.scheduler.runtimeNs(task);
    const isFair = Math.abs(lagNs) <= BASE_SLICE_NS + LATE_NS;
    return isFair ? [] : [`${task.name} (nice ${task.sched.nice}) lags by ${lagNs}`];
  });
}

function longWaits(workload: Workload, endNs: number): readonly Wait[] {
  return workload.waits(endNs).filter(({ fromNs, toNs }) => toNs - fromNs > 2 * LATE_NS);
}

/** What of `stints` lay in a wait; its ends, of which not all may know at once, left out. */
function during(
  stints: readonly Stint[],
  { fromNs, toNs }: Wait,
  endsNs: number,
): readonly Stint[] {
  return stints.filter((stint) => stint.toNs > fromNs + endsNs && stint.fromNs < toNs - endsNs);
}

function overlaps(stints: readonly Stint[]): string[] {
  return stints.flatMap(({ task, cpu, fromNs }, n) => {
    const before = stints[n - 1];
    if (before === undefined || fromNs >= before.toNs) return [];
    return [`${before.task.name} on ${before.cpu} to ${before.toNs}, ${task.name} on ${cpu}`];
  });
}
