// SPDX-License-Identifier: GPL-2.0-or-later
/** Interrupts of drivers that have `Locks`: hard ones of the test device, soft ones by tasklets. */

export type Context = 'hard' | 'soft';

/** Fields that `Locks` has for them. */
export const INTERRUPT_FIELDS = 'tasklet: tasklet_struct, isDone: u32';

/** What has a handler called, and waits until it is done. */
export const INTERRUPT: Readonly<Record<Context, string>> = {
  hard: `
  function interrupt(handler: IrqHandlerFunction, flags: number, locks: Ptr<Locks>): void {
    "use unsafe";
    request_irq(tick_irq(), handler, flags, "driver", locks);
    tick_once(0);
    while (locks.$.isDone === 0) cpu_relax();
    free_irq(tick_irq(), locks);
  }`,
  soft: `
  function interruptSoftly(handler: TaskletFunction, locks: Ptr<Locks>): void {
    "use unsafe";
    tasklet_setup(addr_of(locks.$.tasklet), handler);
    local_bh_disable();
    tasklet_schedule(addr_of(locks.$.tasklet));
    local_bh_enable();
    while (locks.$.isDone === 0) cpu_relax();
  }`,
};

/** A handler that does this with `locks`. */
export function handler(context: Context, name: string, body: readonly string[]): string[] {
  return context === 'hard'
    ? [
        `  function ${name}(_irq: number, data: VoidPtr): number {`,
        '    "use unsafe";',
        '    const locks: Ptr<Locks> = data;',
        ...body,
        '    locks.$.isDone = 1;',
        '    return IRQ_HANDLED;',
        '  }',
      ]
    : [
        `  function ${name}(tasklet: Ptr<tasklet_struct>): void {`,
        '    "use unsafe";',
        '    const locks: Ptr<Locks> = container_of(tasklet, Locks, "tasklet");',
        ...body,
        '    locks.$.isDone = 1;',
        '  }',
      ];
}
