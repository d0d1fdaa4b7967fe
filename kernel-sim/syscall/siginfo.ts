// SPDX-License-Identifier: GPL-2.0-or-later
/** siginfo_t as programs see it. Linux: copy_siginfo_to_user. */
import type { SigInfo } from '../kernel/siginfo.ts';
import { SIGINFO } from '../uapi/signal.ts';
import { putWord } from './arguments.ts';

export function encodeSiginfo(signal: number, info: SigInfo): Uint8Array {
  const bytes = new Uint8Array(SIGINFO.SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt32(SIGINFO.signo, signal, true);
  view.setInt32(SIGINFO.code, info.code, true);
  if (info.address !== undefined) {
    putWord(view, SIGINFO.address, Number.isSafeInteger(info.address) ? info.address : 0);
    return bytes;
  }
  view.setInt32(SIGINFO.pid, info.pid ?? 0, true);
  view.setUint32(SIGINFO.uid, info.uid ?? 0, true);
  if (info.status === undefined) return bytes;
  view.setInt32(SIGINFO.status, info.status, true);
  putWord(view, SIGINFO.utime, info.userTicks ?? 0);
  putWord(view, SIGINFO.stime, info.systemTicks ?? 0);
  return bytes;
}
