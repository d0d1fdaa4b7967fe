// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * hvc0 and hvc1: the standard streams of a script, straight from and to the host.
 *
 * Bytes pass as they are: no line discipline, so that a script's output is exactly what its
 * programs wrote. hvc0 carries standard input, with an end, and standard output; hvc1 standard
 * error. What is written goes to the host in pieces: when a piece is full, or a little later.
 *
 * Linux: drivers/tty/hvc. Differs: no tty, since a hypervisor console there has no end of input.
 */
import { assert } from '../../lib/assert.ts';
import type { Sim } from '../../sim/sim.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { makedev, POLL } from '../../uapi/fs.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import type { DevFs } from '../../fs/devfs/devfs.ts';
import type { FileOperations } from '../../fs/open-file.ts';
import type { CharDevices } from './chrdev.ts';

/** Linux: HVC_MAJOR. */
export const HVC_MAJOR = 229;
const PIECE_BYTES = 64 * 1024;
/** Output that does not fill a piece waits so long for more. */
const LINGER_NS = 100_000;

export class HvcConsole implements FileOperations {
  readonly isStream = true;
  /** What waits there goes out before what is written here: who reads both reads it in order. */
  peer: HvcConsole | undefined;
  readonly #sim: Sim;
  readonly #output: (bytes: Uint8Array) => void;
  readonly #inputQueue: WaitQueue;
  readonly #piece = new Uint8Array(PIECE_BYTES);
  #pieceBytes = 0;
  #isLingering = false;
  readonly #input: Uint8Array[] = [];
  /** How much of the first piece of input has been read. */
  #read = 0;
  #hasEnded = false;
  #others: readonly HvcConsole[] = [];

  /** `output` gets copies that are its own. */
  constructor(sim: Sim, scheduler: Scheduler, output: (bytes: Uint8Array) => void) {
    this.#sim = sim;
    this.#output = output;
    this.#inputQueue = new WaitQueue(scheduler, 'hvc_read');
  }

  /** Lets the output of other consoles out first: the host shows both on one terminal. */
  goAfter(others: readonly HvcConsole[]): void {
    this.#others = others;
  }

  /** More input from the host; an empty array is its end. Context: interrupt. */
  receive(bytes: Uint8Array): void {
    if (bytes.length === 0) this.#hasEnded = true;
    else this.#input.push(bytes);
    this.#inputQueue.wakeAll();
  }

  /** Sends what has been written: at the end of a run, or when somebody wants to see it. */
  flush(): void {
    if (this.#pieceBytes === 0) return;
    this.#output(this.#piece.slice(0, this.#pieceBytes));
    this.#pieceBytes = 0;
  }

  read(_file: unknown, memory: IoMemory, address: number, count: number): number {
    if (count === 0) return 0;
    const first = this.#input[0];
    if (first === undefined) return this.#hasEnded ? 0 : WOULD_BLOCK;
    const length = Math.min(count, first.length - this.#read);
    const moved = memory.copyTo(address, first, this.#read, length);
    this.#read += moved;
    if (this.#read === first.length) {
      this.#input.shift();
      this.#read = 0;
    }
    return moved === 0 ? -ERRNO.EFAULT : moved;
  }

  write(_file: unknown, memory: IoMemory, address: number, count: number): number {
    for (const other of this.#others) other.flush();
    this.peer?.flush();
    let done = 0;
    while (done < count) {
      const length = Math.min(count - done, PIECE_BYTES - this.#pieceBytes);
      const moved = memory.copyFrom(address + done, this.#piece, this.#pieceBytes, length);
      this.#pieceBytes += moved;
      done += moved;
      if (this.#pieceBytes === PIECE_BYTES) this.flush();
      if (moved < length) break;
    }
    if (this.#pieceBytes > 0 && !this.#isLingering) this.#linger();
    return done === 0 && count > 0 ? -ERRNO.EFAULT : done;
  }

  poll(): number {
    const isReadable = this.#input.length > 0 || this.#hasEnded;
    return POLL.OUT | (isReadable ? POLL.IN : 0);
  }

  readQueue(): WaitQueue {
    return this.#inputQueue;
  }

  #linger(): void {
    this.#isLingering = true;
    this.#sim.events.schedule(this.#sim.now() + LINGER_NS, () => {
      this.#isLingering = false;
      this.flush();
    });
  }
}

/** Makes /dev/hvc0, /dev/hvc1, …. */
export function registerHvc(
  devices: CharDevices,
  devfs: DevFs,
  consoles: readonly HvcConsole[],
): void {
  const error = devices.registerRegion(makedev(HVC_MAJOR, 0), consoles.length, 'hvc');
  assert(error === 0, 'the major of hvc is free at boot');
  for (const [minor, console] of consoles.entries()) {
    devices.add(makedev(HVC_MAJOR, minor), 1, console);
    devfs.addNode(`hvc${minor}`, makedev(HVC_MAJOR, minor), { mode: 0o666 });
  }
}
