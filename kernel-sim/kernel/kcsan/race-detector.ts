// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Finds data races: two accesses of different contexts, at least one a write and at least one not
 * marked, with nothing that puts one before the other.
 *
 * Every access of a driver asks here. The latest ones of each four bytes are kept with their epochs
 * (access-cells.ts); an access that meets another's which it has not seen (orders.ts) is a race,
 * whichever of the two happened to run first. The same access again in the same epoch is told by
 * one comparison.
 *
 * Differs from Linux: nothing depends on two accesses meeting in time, so that one run shows what
 * could go wrong in any. As there, a plain aligned store of at most a word counts as atomic, and a
 * race that changes no value is not told, unless `isStrict`.
 *
 * Linux: kernel/kcsan/core.c.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Execution } from '../sched/execution.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { StackDepot } from '../stack-depot.ts';
import { ACCESS, type Access, type Race, type ValueChange } from './access.ts';
import {
  AccessCells,
  CELL_BYTES,
  CELL_WORD,
  READ_SLOT,
  SLOTS_PER_CELL,
  WORDS_PER_SLOT,
} from './access-cells.ts';
import type { OrderContext } from './order-context.ts';
import type { Orders } from './orders.ts';

const WORD_BYTES = 8;
const ALL_BYTES = 0xf;
/** `ACCESS` bits lie above the bytes of a cell. */
const KIND_SHIFT = 4;
/** Of a longer range only so many bytes at both ends are looked at. */
const RANGE_END_BYTES = 128;
// WHO: interrupt, CPU, process.
const CPU_SHIFT = 1;
const PID_SHIFT = 8;

export interface RaceDetectorParts {
  readonly ram: Ram;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly depot: StackDepot;
  readonly orders: Orders;
  /** `kcsan=strict`. */
  readonly isStrict: boolean;
  readonly report: (race: Race) => void;
}

/** A race whose access is a write that has not happened yet. */
interface Pending {
  readonly access: Access;
  readonly earlier: Access;
  readonly place: number;
  readonly sizeBytes: number;
  readonly before: bigint | undefined;
}

export class RaceDetector {
  readonly orders: Orders;
  /** A race waits for the value that the store makes. */
  isPending = false;
  readonly #parts: RaceDetectorParts;
  readonly #execution: Execution;
  readonly #depot: StackDepot;
  readonly #cells: AccessCells;
  readonly #base: number;
  readonly #memoryBytes: number;
  #pending: Pending | undefined;
  /** The pointer of the present access. */
  #start = 0;

  constructor(parts: RaceDetectorParts) {
    const { ram } = parts;
    this.#parts = parts;
    this.#execution = parts.execution;
    this.#depot = parts.depot;
    this.orders = parts.orders;
    this.#cells = new AccessCells(ram.sizeBytes);
    this.#base = ram.toPointer(0);
    this.#memoryBytes = ram.sizeBytes;
    ram.onUnpoisoned = (physical, bytes) => this.#cells.forget(physical, bytes);
  }

  /**
   * Before an access of at most a word. After a store `isPending` asks for `flush`.
   * Context: that of the access.
   */
  access(pointer: number, sizeBytes: number, kind: number): void {
    const context = this.orders.current;
    if (context.slot < 0) this.orders.enlist(context);
    let place = pointer - this.#base;
    if (!(place >= 0 && place + sizeBytes <= this.#memoryBytes)) {
      place = this.#parts.ram.physicalOf(pointer);
      if (!(place >= 0)) return;
    }
    // From here on all are small integers: a pointer that is handed on would be boxed.
    this.#start = pointer;
    const physical = place | 0;
    const own = this.#adjusted(context, physical, kind);
    const offset = physical & 3;
    if (offset + sizeBytes <= 4) {
      const info = (((1 << sizeBytes) - 1) << offset) | (own << KIND_SHIFT);
      this.#touch(context, physical - offset, info, -offset, sizeBytes);
    } else this.#cellsOf(context, physical, sizeBytes, 0, sizeBytes, own);
    if (this.isPending && (kind & ACCESS.WRITE) === 0) this.flush();
  }

  /** Before an access to a range. */
  range(pointer: number, sizeBytes: number, kind: number): void {
    if (sizeBytes <= 2 * RANGE_END_BYTES) this.#piece(pointer, sizeBytes, pointer, sizeBytes, kind);
    else {
      const last = pointer + sizeBytes - RANGE_END_BYTES;
      this.#piece(pointer, RANGE_END_BYTES, pointer, sizeBytes, kind);
      this.#piece(last, RANGE_END_BYTES, pointer, sizeBytes, kind);
    }
  }

  /** READ_ONCE, atomic_read. It comes after whatever was told by the place. */
  markedLoad(pointer: number, sizeBytes: number): void {
    this.orders.acquire(pointer);
    this.access(pointer, sizeBytes, ACCESS.MARKED);
  }

  /** WRITE_ONCE, atomic_set; `flush` has to follow. It tells what a barrier kept before it. */
  markedStore(pointer: number, sizeBytes: number): void {
    this.access(pointer, sizeBytes, ACCESS.MARKED | ACCESS.WRITE);
    this.orders.relaxedStore(pointer);
  }

  /** An atomic that reads and changes; `updated` has to follow. */
  update(pointer: number, sizeBytes: number): void {
    this.orders.acquire(pointer);
    this.access(pointer, sizeBytes, ACCESS.MARKED | ACCESS.WRITE | ACCESS.COMPOUND);
  }

  updated(pointer: number): void {
    this.flush();
    this.orders.release(pointer);
  }

  /** What lies at a physical address has nothing to do with what lay there. */
  forget(physical: number, sizeBytes: number): void {
    this.#cells.forget(physical, sizeBytes);
  }

  /** Tells the race of the store that has just happened. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.isPending = false;
    if (pending !== undefined) this.#tell(pending);
  }

  #piece(at: number, bytes: number, start: number, sizeBytes: number, kind: number): void {
    const context = this.orders.current;
    if (context.slot < 0) this.orders.enlist(context);
    if (this.#parts.ram.physicalOf(at) < 0 || this.#parts.ram.physicalOf(at + bytes - 1) < 0) {
      return;
    }
    this.#start = start;
    const own = this.#adjusted(context, this.#parts.ram.physicalOf(start), kind);
    let offset = at - start;
    this.#parts.ram.eachRun(at, bytes, (physical, count) => {
      this.#cellsOf(context, physical, count, offset, sizeBytes, own);
      offset += count;
    });
    if ((kind & ACCESS.WRITE) === 0) this.flush();
  }

  /** What else the access is: by where it comes from, and what came before it. */
  #adjusted(context: OrderContext, physical: number, kind: number): number {
    const isPlain = (context.atomicDepth | context.atomicNext | context.disabledDepth) === 0;
    let own = isPlain ? kind : marked(context, kind);
    const { stack, sp } = this.#execution;
    const site = sp < 2 ? 0 : stack[sp - 2]!;
    if ((kind & ACCESS.WRITE) === 0) {
      context.loadedAt = physical;
      context.loadedSite = site;
    } else {
      const isSame = context.loadedAt === physical && context.loadedSite === site;
      if (isSame && (kind & ACCESS.MARKED) === 0) own |= ACCESS.COMPOUND;
      context.loadedAt = -1;
    }
    return own;
  }

  #cellsOf(
    context: OrderContext,
    physical: number,
    bytes: number,
    offset: number,
    sizeBytes: number,
    kind: number,
  ): void {
    const end = physical + bytes;
    for (let cell = physical & ~3; cell < end; cell += 4) {
      let mask = ALL_BYTES;
      if (cell < physical) mask &= ALL_BYTES << (physical - cell);
      if (cell + 4 > end) mask &= ALL_BYTES >> (cell + 4 - end);
      const info = mask | (kind << KIND_SHIFT);
      this.#touch(context, cell, info, cell - physical + offset, sizeBytes);
    }
  }

  /** One cell of an access, which began `back` bytes before it. */
  #touch(context: OrderContext, cell: number, info: number, back: number, sizeBytes: number): void {
    const first = this.#cells.slotOf(cell);
    const { owners, words } = this.#cells;
    const slot = (info & (ACCESS.WRITE << KIND_SHIFT)) === 0 ? first + READ_SLOT : first;
    const word = slot * WORDS_PER_SLOT;
    if (owners[slot] === context.slot + 1 && words[word + CELL_WORD.COUNT] === context.count) {
      const had = words[word + CELL_WORD.INFO]!;
      if (((had ^ info) & ~ALL_BYTES) === 0) {
        if ((had & info) === info) return;
        if (this.#isNextTo(word, sizeBytes)) {
          this.#compare(context, first, cell, info, sizeBytes);
          words[word + CELL_WORD.INFO] = had | info;
          return;
        }
      }
    }
    this.#compare(context, first, cell, info, sizeBytes);
    this.#record(context, first, cell, info, back, sizeBytes);
  }

  /** The same statement, which goes through the bytes one by one. */
  #isNextTo(word: number, sizeBytes: number): boolean {
    const { words } = this.#cells;
    const { stack, sp } = this.#execution;
    return (
      sizeBytes < CELL_BYTES &&
      words[word + CELL_WORD.SIZE] === sizeBytes &&
      sp >= 2 &&
      this.#depot.top(words[word + CELL_WORD.STACK]!) === stack[sp - 2]
    );
  }

  #compare(
    context: OrderContext,
    first: number,
    cell: number,
    info: number,
    sizeBytes: number,
  ): void {
    const { owners, words } = this.#cells;
    for (let slot = first; slot < first + SLOTS_PER_CELL; slot++) {
      const owner = owners[slot]!;
      if (owner === 0 || owner === context.slot + 1) continue;
      const word = slot * WORDS_PER_SLOT;
      if (context.hasSeen(owner - 1, words[word + CELL_WORD.COUNT]!) || this.isPending) continue;
      const other = words[word + CELL_WORD.INFO]!;
      if ((other & info & ALL_BYTES) === 0 || !mayRace(other | info, other & info)) continue;
      const start = this.#start;
      const earlier = this.#earlier(word, cell, start, other & info & ALL_BYTES);
      const access = this.#present(start, sizeBytes, info >> KIND_SHIFT);
      if (!this.#isRace(access, earlier)) continue;
      this.#pend(access, earlier, slot, cell);
      return;
    }
  }

  /** Linux: is_atomic, and what find_watchpoint looks for. */
  #isRace(access: Access, earlier: Access): boolean {
    const both = access.kind | earlier.kind;
    if ((access.kind & earlier.kind & ACCESS.UNKNOWN) !== 0) return false;
    if ((both & ACCESS.WRITE) === 0) return false;
    if ((both & ACCESS.ASSERT) !== 0) return (access.kind & earlier.kind & ACCESS.ASSERT) === 0;
    return !(this.#isAtomic(access) && this.#isAtomic(earlier));
  }

  #isAtomic({ kind, pointer, sizeBytes }: Access): boolean {
    if ((kind & ACCESS.MARKED) !== 0) return true;
    if (this.#parts.isStrict) return false;
    const isPlainWrite = (kind & (ACCESS.WRITE | ACCESS.COMPOUND)) === ACCESS.WRITE;
    return isPlainWrite && sizeBytes <= WORD_BYTES && pointer % sizeBytes === 0;
  }

  /** Over what this context did itself, else what is ordered before, else the older of the two. */
  #record(
    context: OrderContext,
    first: number,
    cell: number,
    info: number,
    back: number,
    sizeBytes: number,
  ): void {
    const { owners, words } = this.#cells;
    const slot = this.#slotFor(context, first, info);
    const word = slot * WORDS_PER_SLOT;
    const isAgain =
      owners[slot] === context.slot + 1 &&
      words[word + CELL_WORD.COUNT] === context.count &&
      ((words[word + CELL_WORD.INFO]! ^ info) & ALL_BYTES) === 0;
    // A marked access hides no plain one of the same epoch.
    if (isAgain && (info & (ACCESS.MARKED << KIND_SHIFT)) !== 0) return;
    owners[slot] = context.slot + 1;
    words[word + CELL_WORD.COUNT] = context.count;
    words[word + CELL_WORD.INFO] = info;
    words[word + CELL_WORD.WHO] = this.#who(this.#parts.scheduler);
    words[word + CELL_WORD.STACK] = this.#depot.save(this.#execution);
    words[word + CELL_WORD.SIZE] = sizeBytes;
    words[word + CELL_WORD.BACK] = back;
    if (!isAgain) words[word + CELL_WORD.OLD] = this.#parts.ram.view.getInt32(cell, true);
  }

  #slotFor(context: OrderContext, first: number, info: number): number {
    const one = (info & (ACCESS.WRITE << KIND_SHIFT)) === 0 ? first + READ_SLOT : first;
    if (this.#cells.owners[one] === 0) return one;
    const two = one + 1;
    const mask = info & ALL_BYTES;
    if (this.#isOver(context, one) && this.#maskOf(one) === mask) return one;
    if (this.#cells.owners[two] === 0) return two;
    if (this.#isOver(context, two) && this.#maskOf(two) === mask) return two;
    return this.#isOver(context, one) ? one : two;
  }

  /** What a slot remembers happened before now. */
  #isOver(context: OrderContext, slot: number): boolean {
    const { owners, words } = this.#cells;
    return context.hasSeen(owners[slot]! - 1, words[slot * WORDS_PER_SLOT + CELL_WORD.COUNT]!);
  }

  #maskOf(slot: number): number {
    return this.#cells.words[slot * WORDS_PER_SLOT + CELL_WORD.INFO]! & ALL_BYTES;
  }

  #who(scheduler: Scheduler): number {
    const { pid } = scheduler.current;
    return (pid << PID_SHIFT) | (scheduler.cpu.id << CPU_SHIFT) | Number(!scheduler.preempt.inTask);
  }

  #present(pointer: number, sizeBytes: number, kind: number): Access {
    const { depot, execution, scheduler } = this.#parts;
    const sites = depot.sites(depot.save(execution));
    return { kind, pointer, sizeBytes, sites, ...whoOf(this.#who(scheduler)) };
  }

  /** An access that a cell remembers, by the pointer that the present one came with. */
  #earlier(word: number, cell: number, start: number, common: number): Access {
    const { words } = this.#cells;
    const info = words[word + CELL_WORD.INFO]!;
    const sizeBytes = words[word + CELL_WORD.SIZE]!;
    let physical = cell - words[word + CELL_WORD.BACK]!;
    if (sizeBytes < CELL_BYTES) {
      // One of several that were noted together.
      const byte = 31 - Math.clz32(common & -common);
      const isAlone = physical <= cell + byte && cell + byte < physical + sizeBytes;
      if (!isAlone) physical = cell + byte - (byte % sizeBytes);
    }
    return {
      kind: info >> KIND_SHIFT,
      pointer: this.#pointerOf(physical, start),
      sizeBytes,
      sites: this.#parts.depot.sites(words[word + CELL_WORD.STACK]!),
      ...whoOf(words[word + CELL_WORD.WHO]!),
    };
  }

  /** The pointer to `physical` in the mapping that `near` lies in. */
  #pointerOf(physical: number, near: number): number {
    return near + physical - this.#parts.ram.physicalOf(near);
  }

  #pend(access: Access, earlier: Access, slot: number, cell: number): void {
    const writer = (access.kind & ACCESS.WRITE) === 0 ? earlier : access;
    const { sizeBytes } = writer;
    const place = this.#parts.ram.physicalOf(writer.pointer);
    let before: bigint | undefined;
    if (sizeBytes <= WORD_BYTES && place >= 0) {
      before = writer === access ? this.#load(place, sizeBytes) : this.#old(slot, cell, writer);
    }
    this.#pending = { access, earlier, place, sizeBytes, before };
    this.isPending = true;
  }

  /** What was there before a write that cells remember. */
  #old(slot: number, cell: number, { sizeBytes, pointer }: Access): bigint {
    const { ram } = this.#parts;
    const { owners, words } = this.#cells;
    const start = ram.physicalOf(pointer);
    const side = slot % SLOTS_PER_CELL;
    let value = 0n;
    for (let at = start + sizeBytes - 1; at >= start; at--) {
      const other = this.#cells.slotOf(at & ~3) + side;
      const isSame =
        (at & ~3) === cell ||
        (owners[other] === owners[slot] &&
          words[other * WORDS_PER_SLOT + CELL_WORD.COUNT] ===
            words[slot * WORDS_PER_SLOT + CELL_WORD.COUNT]);
      const word = words[other * WORDS_PER_SLOT + CELL_WORD.OLD]!;
      const byte = isSame ? (word >>> (8 * (at & 3))) & 0xff : ram.bytes[at]!;
      value = (value << 8n) | BigInt(byte);
    }
    return value;
  }

  #load(place: number, sizeBytes: number): bigint {
    const { bytes } = this.#parts.ram;
    let value = 0n;
    for (let at = place + sizeBytes - 1; at >= place; at--) {
      value = (value << 8n) | BigInt(bytes[at]!);
    }
    return value;
  }

  #tell({ access, earlier, place, sizeBytes, before }: Pending): void {
    let change: ValueChange | undefined;
    if (before !== undefined) {
      change = { sizeBytes, before, after: this.#load(place, sizeBytes) };
    }
    this.#parts.report({ access, earlier, change });
  }
}

/** What most pairs of accesses tell by their bits alone. */
function mayRace(either: number, both: number): boolean {
  const kinds = either >> KIND_SHIFT;
  if ((kinds & ACCESS.WRITE) === 0) return false;
  return (kinds & ACCESS.ASSERT) !== 0 || ((both >> KIND_SHIFT) & ACCESS.MARKED) === 0;
}

/** What an access is in a section whose accesses count as marked, or as nobody's. */
function marked(context: OrderContext, kind: number): number {
  let own = kind;
  if (context.atomicDepth > 0) own |= ACCESS.MARKED;
  else if (context.atomicNext > 0) {
    context.atomicNext--;
    own |= ACCESS.MARKED;
  }
  return context.disabledDepth > 0 ? own | ACCESS.UNKNOWN : own;
}

function whoOf(who: number): Pick<Access, 'pid' | 'cpu' | 'isInterrupt'> {
  const cpu = (who & ((1 << PID_SHIFT) - 1)) >> CPU_SHIFT;
  return { pid: who >>> PID_SHIFT, cpu, isInterrupt: (who & 1) !== 0 };
}
