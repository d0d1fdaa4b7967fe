// SPDX-License-Identifier: GPL-2.0-or-later
/** What makes a run repeatable, in one value that every room is given. */
import { Clock } from './clock.ts';
import { EventQueue } from './event-queue.ts';
import { Oracle, type Strategy } from './oracle.ts';
import { Trace, type TraceContext } from './trace.ts';

export class Sim implements TraceContext {
  readonly clock: Clock;
  readonly events = new EventQueue();
  readonly oracle: Oracle;
  readonly trace: Trace;
  /** Which CPU and which task run: kept by the scheduler, read by the trace. */
  cpu = 0;
  pid = 0;
  /** Where in a driver the running code stands; 0: in none. */
  site: () => number = () => 0;

  constructor(strategy: Strategy, clock: Clock = new Clock()) {
    this.clock = clock;
    this.oracle = new Oracle(strategy);
    this.trace = new Trace(this);
  }

  now(): number {
    return this.clock.now();
  }
}
