// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/irq`: what devices call for.
 *
 * @subpath kernel/irq
 */
import type { ApiContext } from './context.ts';
import { IrqNamespace } from './irq-registration.ts';
import { TickStatics } from './tick.ts';

/** @exports */
export class IrqApi {
  /** Handlers of lines. */
  readonly irq: IrqNamespace;
  readonly Tick: TickStatics;

  /** The interrupt was ours, and is dealt with. */
  readonly IRQ_HANDLED: number = 1;
  /** It was another device of the line. */
  readonly IRQ_NONE: number = 0;

  constructor(context: ApiContext) {
    this.irq = new IrqNamespace(context);
    this.Tick = new TickStatics(context);
  }
}
