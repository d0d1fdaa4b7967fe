// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What will happen when: a binary heap of instants and callbacks.
 *
 * Equal instants fire in the order of scheduling, and what came from outside the machine after what
 * the machine itself scheduled, so that a replay (which knows all inputs from the start) agrees
 * with the recording (which learnt of them one by one).
 */
export interface TimedEvent {
  readonly atNs: number;
  readonly external: boolean;
  readonly sequence: number;
  readonly fire: () => void;
  cancelled: boolean;
}

export class EventQueue {
  readonly #heap: TimedEvent[] = [];
  #sequence = 0;
  /** Told of each new event: whoever runs must look up no later than then. */
  onScheduled: (atNs: number) => void = () => undefined;

  /** The earliest instant at which something happens, or Infinity. */
  get nextNs(): number {
    this.#dropCancelled();
    return this.#heap[0]?.atNs ?? Infinity;
  }

  schedule(atNs: number, fire: () => void, external = false): TimedEvent {
    const event: TimedEvent = {
      atNs,
      external,
      sequence: this.#sequence++,
      fire,
      cancelled: false,
    };
    this.#push(event);
    this.onScheduled(atNs);
    return event;
  }

  /** Cancelling what has fired already does nothing. */
  cancel(event: TimedEvent): void {
    event.cancelled = true;
  }

  /** Takes the next event that is due at `nowNs`, if there is one. */
  takeDue(nowNs: number): TimedEvent | undefined {
    this.#dropCancelled();
    const first = this.#heap[0];
    if (first === undefined || first.atNs > nowNs) return undefined;
    this.#pop();
    return first;
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.cancelled === true) this.#pop();
  }

  #push(event: TimedEvent): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
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
}

function before(a: TimedEvent, b: TimedEvent): boolean {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs;
  if (a.external !== b.external) return b.external;
  return a.sequence < b.sequence;
}
