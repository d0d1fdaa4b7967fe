// SPDX-License-Identifier: GPL-2.0-or-later
/** Why a tracee has got a signal: `{si_signo=SIGTERM, si_code=SI_USER, si_pid=7738, si_uid=0}`. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { CLD } from '../../uapi/process.ts';
import { PTRACE } from '../../uapi/ptrace.ts';
import { BUS, SEGV, SI, SIGINFO, SIGNAL } from '../../uapi/signal.ts';
import type { Libc } from '../libc/libc.ts';
import { type Names, oneOf, pointer, prefixed, signalName } from './flags.ts';
import { ptrace } from './ptrace-calls.ts';

const ANY_CODES = prefixed('SI_', SI);
const CODES: ReadonlyMap<number, Names> = new Map([
  [SIGNAL.CHLD, prefixed('CLD_', CLD)],
  [SIGNAL.SEGV, prefixed('SEGV_', SEGV)],
  [SIGNAL.BUS, prefixed('BUS_', BUS)],
]);

/** Of the signal before which `pid` stands. */
export function* signalInfo(c: Libc, pid: number): Sleeping<string> {
  const mark = c.memory.mark();
  const buffer = yield* c.memory.scratch(SIGINFO.SIZE);
  const failure = yield* ptrace(c, PTRACE.GETSIGINFO, pid, 0, buffer);
  const view = c.memory.view(buffer, SIGINFO.SIZE);
  c.memory.release(mark);
  return failure < 0 ? '{}' : describe(view);
}

function describe(view: DataView): string {
  const int = (offset: number): number => view.getInt32(offset, true);
  const long = (offset: number): number => Number(view.getBigInt64(offset, true));
  const signal = int(SIGINFO.signo);
  const code = int(SIGINFO.code);
  const own = code > 0 && code < SI.KERNEL ? CODES.get(signal) : undefined;
  const shown = oneOf(own ?? ANY_CODES, code);
  const fields = [`si_signo=${signalName(signal)}`, `si_code=${shown}`];
  if (own !== undefined && signal !== SIGNAL.CHLD) {
    fields.push(`si_addr=${pointer(long(SIGINFO.address))}`);
  } else if (code !== SI.KERNEL) {
    fields.push(`si_pid=${int(SIGINFO.pid)}`, `si_uid=${view.getUint32(SIGINFO.uid, true)}`);
  }
  if (own !== undefined && signal === SIGNAL.CHLD) {
    const status = int(SIGINFO.status);
    fields.push(`si_status=${code === CLD.EXITED ? status : signalName(status)}`);
    fields.push(`si_utime=${long(SIGINFO.utime)}`, `si_stime=${long(SIGINFO.stime)}`);
  }
  return `{${fields.join(', ')}}`;
}
