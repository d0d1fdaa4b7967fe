// SPDX-License-Identifier: GPL-2.0-or-later
/** Where a task last turned interrupts on and off. Linux: struct irqtrace_events. */
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
