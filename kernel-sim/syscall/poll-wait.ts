// SPDX-License-Identifier: GPL-2.0-or-later
/** Waiting until one of many files is ready, for poll(2) and select(2). Linux: fs/select.c. */
import type { OpenFile } from '../fs/open-file.ts';
import type { WaitQueue } from '../kernel/sched/wait-queue.ts';
import { UNBLOCKABLE } from '../kernel/signal.ts';
import type { Process } from '../process/process.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SIGSET_BYTES } from '../uapi/signal.ts';
import { putWord, readWord, writeBytes } from './arguments.ts';
import type { SyscallParts } from './parts.ts';

const { EINTR, EINVAL } = ERRNO;
const NS_PER_S = 1_000_000_000;

/** The files of one call. */
export interface Watched {
  /** All queues on which news of them arrives. */
  queues(): Set<WaitQueue>;
  /** How many are ready, or a negative errno; what is ready is written back. */
  look(): number;
}

/** Adds the queues of a file. */
export function addQueues(queues: Set<WaitQueue>, file: OpenFile): void {
  const { ops } = file;
  for (const queue of [ops.readQueue?.(file), ops.writeQueue?.(file)]) {
    if (queue !== undefined) queues.add(queue);
  }
}

/** `again` begins anew, after a signal that no handler saw. */
export function* waitUntilReady(
  { scheduler, sim }: Pick<SyscallParts, 'scheduler' | 'sim'>,
  process: Process,
  watched: Watched,
  endNs: number,
  again: () => number,
): Sleeping<number> {
  const { task } = process;
  const queues = watched.queues();
  const timer = endNs < Infinity && sim.events.schedule(endNs, () => scheduler.wake(task));
  for (const queue of queues) queue.addPoller(task);
  let ready = watched.look();
  while (ready === 0 && sim.now() < endNs) {
    if (task.deliverable !== 0) {
      process.restart = again;
      ready = -EINTR;
      break;
    }
    yield* scheduler.sleep('S', 'poll_schedule_timeout');
    ready = watched.look();
  }
  for (const queue of queues) queue.removePoller(task);
  if (timer !== false) sim.events.cancel(timer);
  return ready;
}

/** Signals that are blocked during a call: undefined for those of before, or an errno. */
export function readSignalMask(
  process: Process,
  address: number,
  setSize: number,
): number | undefined | { readonly error: number } {
  if (address === 0) return undefined;
  if (setSize !== SIGSET_BYTES) return { error: -EINVAL };
  const mask = readWord(process, address);
  return mask < 0 ? { error: mask } : (mask | 0) & ~UNBLOCKABLE;
}

/** Runs `body` with other signals blocked. A handler still sees the old ones come back after it. */
export function* withSignalMask(
  process: Process,
  mask: number | undefined,
  body: Sleeping<number>,
): Sleeping<number> {
  if (mask === undefined) return yield* body;
  const { task } = process;
  const { blocked } = task;
  task.blocked = mask;
  const result = yield* body;
  if (result === -EINTR) process.savedMask = blocked;
  else task.blocked = blocked;
  if (task.deliverable !== 0) task.hasWork = true;
  return result;
}

/** Says how much of a time was not waited, in units below the second of `unitNs`. */
export function writeTimeLeft(
  process: Process,
  address: number,
  leftNs: number,
  unitNs: number,
): void {
  if (address === 0 || leftNs === Infinity) return;
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const left = Math.max(0, leftNs);
  const seconds = Math.floor(left / NS_PER_S);
  putWord(view, 0, seconds);
  putWord(view, 8, Math.floor((left - seconds * NS_PER_S) / unitNs));
  // Where it cannot be told, nobody wanted to know.
  writeBytes(process, address, bytes);
}
