// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Watching another process: ptrace(2), and reading its memory.
 *
 * @syscall 101 ptrace partial "the requests of uapi/ptrace.ts: no registers, no memory"
 * @syscall 310 process_vm_readv partial "one piece on either side"
 */
import type { Task } from '../kernel/sched/task.ts';
import type { TraceStop } from '../kernel/ptrace.ts';
import { type Process, processOf } from '../process/process.ts';
import type { Tracing } from '../process/tracing.ts';
import { ERRNO } from '../uapi/errno.ts';
import { PTRACE, SYSCALL_INFO, SYSCALL_INFO_OP } from '../uapi/ptrace.ts';
import { SI, SIGNAL } from '../uapi/signal.ts';
import { putWord, readWord, writeBytes } from './arguments.ts';
import { encodeSiginfo } from './siginfo.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL, EIO, EPERM, ESRCH } = ERRNO;
const ARGUMENTS = 6;
const SIGNAL_MAX = 64;
/** Linux takes IOV_MAX pieces of any size; here one call copies so much at most. */
const READ_MAX = 1024 * 1024;

export function ptraceCalls(parts: SyscallParts): SyscallTable {
  const requests = new Requests(parts);
  return {
    ptrace(process, request, pid, address, data) {
      if (request === PTRACE.TRACEME) return requests.traceMe(process);
      if (request === PTRACE.ATTACH) return requests.begin(process, pid, request, 0);
      if (request !== PTRACE.SEIZE) return requests.ask(process, request, pid, address, data);
      return address === 0 ? requests.begin(process, pid, request, data) : -EIO;
    },

    process_vm_readv(process, pid, local, localCount, remote, remoteCount) {
      if (localCount !== 1 || remoteCount !== 1) return -EINVAL;
      const task = parts.tasks.get(pid);
      const target = task === undefined ? undefined : processOf(task);
      if (task === undefined || target === undefined || task.state === 'Z') return -ESRCH;
      if (task.group !== process.task.group && !mayTrace(process.task, task)) return -EPERM;
      const [to, room] = [readWord(process, local), readWord(process, local + 8)];
      const [from, size] = [readWord(process, remote), readWord(process, remote + 8)];
      if (to < 0 || room < 0 || from < 0 || size < 0) return -EFAULT;
      const bytes = new Uint8Array(Math.min(room, size, READ_MAX));
      const moved = target.space.copyFrom(from, bytes, 0, bytes.length);
      if (moved === 0 && bytes.length > 0) return -EFAULT;
      const error = writeBytes(process, to, bytes.subarray(0, moved));
      return error < 0 ? error : moved;
    },
  };
}

/** Linux: ptrace_attach and __ptrace_may_access. */
function mayTrace(tracer: Task, tracee: Task): boolean {
  const { euid } = tracer.credentials;
  const { uid, euid: theirs, suid } = tracee.credentials;
  return euid === 0 || (euid === uid && euid === theirs && euid === suid);
}

/** ptrace(2)'s requests: 0 or a negative errno each. */
class Requests {
  readonly #parts: SyscallParts;
  readonly #tracing: Tracing;

  constructor(parts: SyscallParts) {
    this.#parts = parts;
    this.#tracing = parts.lifecycle.tracing;
  }

  begin({ task }: Process, pid: number, request: number, options: number): number {
    const tracee = this.#parts.tasks.get(pid);
    if (tracee === undefined || tracee.state === 'X' || tracee.state === 'Z') return -ESRCH;
    const isOwn = tracee.group === task.group;
    if (isOwn || tracee.isKernelThread || tracee.trace !== undefined) return -EPERM;
    if (!mayTrace(task, tracee)) return -EPERM;
    if (request === PTRACE.SEIZE) this.#tracing.attach(task, tracee, options, undefined);
    else this.#tracing.attach(task, tracee, 0, { kind: 'signal', signal: SIGNAL.STOP });
    return 0;
  }

  traceMe({ task }: Process): number {
    const { parent } = task;
    if (task.trace !== undefined || parent === undefined) return -EPERM;
    this.#tracing.attach(parent, task, 0, undefined);
    return 0;
  }

  /** Requests about a tracee, most of which must stand still. */
  ask(process: Process, request: number, pid: number, address: number, data: number): number {
    const tracee = this.#parts.tasks.get(pid);
    const trace = tracee?.trace;
    if (tracee === undefined || trace?.tracer !== process.task.group.leader) return -ESRCH;
    if (request === PTRACE.INTERRUPT) {
      this.#tracing.interrupt(tracee, { kind: 'group', signal: SIGNAL.TRAP });
      return 0;
    }
    if (request === PTRACE.KILL) {
      this.#parts.signals.send(tracee, SIGNAL.KILL);
      return 0;
    }
    if (trace.stop === undefined) return -ESRCH;
    switch (request) {
      case PTRACE.CONT:
      case PTRACE.SYSCALL:
      case PTRACE.DETACH:
        if (data < 0 || data > SIGNAL_MAX) return -EIO;
        trace.seesCalls = request === PTRACE.SYSCALL;
        if (request === PTRACE.DETACH) this.#tracing.detach(tracee, data);
        else trace.resume(this.#parts.scheduler, tracee, data);
        return 0;
      case PTRACE.SETOPTIONS:
        trace.options = data;
        return 0;
      case PTRACE.LISTEN:
        return trace.stop.kind === 'group' ? 0 : -EIO;
      case PTRACE.GETEVENTMSG:
        return writeBytes(process, data, word(trace.message));
      case PTRACE.GETSIGINFO:
        if (trace.stop.kind === 'group') return -EINVAL;
        return writeBytes(process, data, siginfoOf(trace.stop));
      case PTRACE.GET_SYSCALL_INFO:
        return writeSyscallInfo(process, trace.stop, address, data);
      default:
        return -EIO;
    }
  }
}

/** Of the signal that a tracee stopped for; any other stop is a SIGTRAP by itself. */
function siginfoOf(stop: TraceStop): Uint8Array {
  if (stop.kind !== 'signal') return encodeSiginfo(SIGNAL.TRAP, { code: SIGNAL.TRAP });
  return encodeSiginfo(stop.signal, stop.info ?? { code: SI.USER });
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  putWord(new DataView(bytes.buffer), 0, value);
  return bytes;
}

/** A register's value: whatever a program passed, as 64 bits. */
function whole(value: number): bigint {
  return BigInt.asIntN(64, BigInt(Number.isFinite(value) ? Math.trunc(value) : 0));
}

/** How many bytes there are to know, of which at most `size` are written. */
function writeSyscallInfo(process: Process, stop: TraceStop, size: number, to: number): number {
  const view = new DataView(new ArrayBuffer(SYSCALL_INFO.SIZE));
  const { entry, exit } = SYSCALL_INFO;
  let known: number = entry.number;
  if (stop.kind === 'entry') {
    view.setUint8(SYSCALL_INFO.op, SYSCALL_INFO_OP.ENTRY);
    view.setBigInt64(entry.number, BigInt(stop.number), true);
    for (let n = 0; n < ARGUMENTS; n++) {
      view.setBigInt64(entry.arguments + 8 * n, whole(stop.values[n] ?? 0), true);
    }
    known = SYSCALL_INFO.SIZE;
  } else if (stop.kind === 'exit') {
    view.setUint8(SYSCALL_INFO.op, SYSCALL_INFO_OP.EXIT);
    view.setBigInt64(exit.result, whole(stop.result), true);
    view.setUint8(exit.isError, stop.result < 0 && stop.result > -4096 ? 1 : 0);
    known = exit.isError + 1;
  }
  const bytes = new Uint8Array(view.buffer).subarray(0, Math.max(0, Math.min(size, known)));
  const error = writeBytes(process, to, bytes);
  return error < 0 ? error : known;
}
