// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Orders in which locks were held together. An order that was looked at once needs no second look,
 * which is what makes taking a lock cheap.
 *
 * Linux: the chain hash of kernel/locking/lockdep.c. Differs: a tree, in which no two orders can be
 * taken for one.
 */
import type { LockClass, ReadMode } from './lock-class.ts';

const READ_MODES = 3;

export class ChainNode {
  readonly parent: ChainNode | undefined;
  readonly lockClass: LockClass | undefined;
  readonly read: ReadMode;
  /** What was held has been held against the graph, and was fine. */
  isChecked = false;
  irqContext = 0;
  #next: Map<number, ChainNode> | undefined;
  /** The one of them that was asked for last. */
  #last: ChainNode | undefined;

  constructor(parent?: ChainNode, lockClass?: LockClass, read: ReadMode = 0) {
    this.parent = parent;
    this.lockClass = lockClass;
    this.read = read;
  }

  /** The same, and a lock of this class on top. */
  with(lockClass: LockClass, read: ReadMode): ChainNode {
    const last = this.#last;
    if (last !== undefined && last.lockClass === lockClass && last.read === read) return last;
    const id = lockClass.id * READ_MODES + read;
    const known = this.#next?.get(id);
    if (known !== undefined) return (this.#last = known);
    const node = new ChainNode(this, lockClass, read);
    this.#next ??= new Map();
    this.#next.set(id, node);
    this.#last = node;
    return node;
  }

  /** All that were looked at, from here on. */
  *checked(): Generator<ChainNode> {
    if (this.isChecked) yield this;
    for (const node of this.#next?.values() ?? []) yield* node.checked();
  }

  /** What is held, outermost first. */
  get classes(): readonly LockClass[] {
    if (this.lockClass === undefined || this.parent === undefined) return [];
    return [...this.parent.classes, this.lockClass];
  }
}
