// SPDX-License-Identifier: GPL-2.0-or-later
/** Where a task last turned interrupts on and off. Linux: struct irqtrace_events. */
import type { SiteRegistry } from '../../module/sites.ts';

interface IrqEvent {
  readonly count: number;
  readonly site: number;
}

export class IrqTrace {
  /** How often they were turned on or off. */
  count = 0;
  readonly events = {
    hardirqsOn: { count: 0, site: 0 },
    hardirqsOff: { count: 0, site: 0 },
    softirqsOn: { count: 0, site: 0 },
    softirqsOff: { count: 0, site: 0 },
  };

  note(what: keyof IrqTrace['events'], site: number): void {
    const event = this.events[what];
    event.count = ++this.count;
    event.site = site;
  }
}

/** Of a task that never turned any. */
const NONE = Object.freeze(new IrqTrace());

/** `irq event stamp:` and a line for each kind. Linux: print_irqtrace_events. */
export function irqHistory(trace: IrqTrace | undefined, sites: SiteRegistry): string[] {
  const { hardirqsOn, hardirqsOff, softirqsOn, softirqsOff } = (trace ?? NONE).events;
  const row = (words: string, { count, site }: IrqEvent): string =>
    `${words} at (${count}): ${sites.formatPlace(site)}`;
  return [
    `irq event stamp: ${trace?.count ?? 0}`,
    row('hardirqs last  enabled', hardirqsOn),
    row('hardirqs last disabled', hardirqsOff),
    row('softirqs last  enabled', softirqsOn),
    row('softirqs last disabled', softirqsOff),
  ];
}
