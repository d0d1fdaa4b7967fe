// SPDX-License-Identifier: GPL-2.0-or-later
/** The detector of data races, joined to a machine's memory, scheduler and reports. */
import { Orders } from '../kernel/kcsan/orders.ts';
import { RaceDetector } from '../kernel/kcsan/race-detector.ts';
import { RACE_RULE, RaceReporter } from '../kernel/kcsan/race-report.ts';
import type { Kernel } from './kernel.ts';

/** Undefined when nobody looks. */
export function detectRaces(kernel: Kernel): RaceDetector | undefined {
  const { ram, scheduler, runtime: execution, stackDepot: depot, sites, sim } = kernel;
  const { kcsan, kcsanPermissive: isPermissive } = kernel.options.detectors;
  if (kcsan === 'off') return undefined;
  const isStrict = kcsan === 'strict';
  const orders = new Orders(scheduler, execution);
  const reporter = new RaceReporter({
    sites,
    now: () => sim.now(),
    formatPointer: (pointer) => ram.formatPointer(pointer),
    print: (lines) => kernel.die.dataRace(lines, RACE_RULE),
    isStrict,
    isPermissive,
  });
  scheduler.happens = orders;
  scheduler.preempt.happens = orders;
  const report = reporter.report.bind(reporter);
  return new RaceDetector({ ram, scheduler, execution, depot, orders, isStrict, report });
}
