// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What will happen when: for each CPU a binary heap of instants and callbacks.
 *
 * An event belongs to the CPU that scheduled it, as a timer does, unless it says another: lines of
 * devices and what comes from outside go to the first. Equal instants of one CPU fire in the order
 * of scheduling, and what came from outside the machine after what the machine itself scheduled, so
 * that a replay (which knows all inputs from the start) agrees with the recording (which learnt of
 * them one by one).
 */
export interface TimedEvent {
  readonly atNs: number;
  readonly cpu: number;
  readonly external: boolean;
  readonly sequence: number;
  readonly fire: () => void;
  cancelled: boolean;
}

export class EventQueue {
  readonly #heaps: TimedEvent[][] = [[]];
  #sequence = 0;
  /** The CPU that runs: the scheduler's to keep. */
  cpu = 0;
  /** Told of each new event: its CPU must look up no later than then. */
  onScheduled: (atNs: number, cpu: number) => void = () => undefined;

  /** The earliest instant at which something happens on any CPU, or Infinity. */
  get nextNs(): number {
    let atNs = Infinity;
    for (let cpu = 0; cpu < this.#heaps.length; cpu++) atNs = Math.min(atNs, this.nextOn(cpu));
    return atNs;
  }

  /** The same for one CPU. */
  nextOn(cpu: number): number {
    const heap = this.#heaps[cpu];
    if (heap === undefined) return Infinity;
    dropCancelled(heap);
    return heap[0]?.atNs ?? Infinity;
  }

  /** On the CPU that runs, unless `cpu` says another. */
  schedule(atNs: number, fire: () => void, cpu = this.cpu): TimedEvent {
    return this.#add(atNs, fire, cpu, false);
  }

  /** What comes from outside of the machine: an interrupt of CPU 0. */
  scheduleExternal(atNs: number, fire: () => void): TimedEvent {
    return this.#add(atNs, fire, 0, true);
  }

  #add(atNs: number, fire: () => void, cpu: number, external: boolean): TimedEvent {
    const sequence = this.#sequence++;
    const event: TimedEvent = { atNs, cpu, external, sequence, fire, cancelled: false };
    while (this.#heaps.length <= cpu) this.#heaps.push([]);
    push(this.#heaps[cpu]!, event);
    this.onScheduled(atNs, cpu);
    return event;
  }

  /** Cancelling what has fired already does nothing. */
  cancel(event: TimedEvent): void {
    event.cancelled = true;
  }

  /** Takes the next event of a CPU that is due at `nowNs`, if there is one. */
  takeDue(nowNs: number, cpu = 0): TimedEvent | undefined {
    const heap = this.#heaps[cpu];
    if (heap === undefined) return undefined;
    dropCancelled(heap);
    const first = heap[0];
    if (first === undefined || first.atNs > nowNs) return undefined;
    pop(heap);
    return first;
  }
}

function dropCancelled(heap: TimedEvent[]): void {
  while (heap[0]?.cancelled === true) pop(heap);
}

function push(heap: TimedEvent[], event: TimedEvent): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(event, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: TimedEvent[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}

function before(a: TimedEvent, b: TimedEvent): boolean {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs;
  if (a.external !== b.external) return b.external;
  return a.sequence < b.sequence;
}
