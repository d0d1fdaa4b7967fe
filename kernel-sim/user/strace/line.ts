// SPDX-License-Identifier: GPL-2.0-or-later
/** One line of strace's output: the call, its arguments, and what came of it. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { errnoName, strerror } from '../../uapi/errno.ts';
import type { CallView } from './arguments.ts';
import { hex, octal, pointer } from './flags.ts';
import { isShown, signatureOf } from './signatures.ts';

/** Where `= RESULT` stands, unless the call is longer. */
export const RESULT_COLUMN = 40;

const NOTHING = new Uint8Array(0);

/** What is known when the call begins: `read(3, `. */
export function* beginning(name: string, call: CallView): Sleeping<string> {
  const shown: string[] = [];
  const { arguments: list } = signatureOf(name);
  const firstOutput = list.findIndex((argument) => argument.isOutput);
  const known = firstOutput < 0 ? list : list.slice(0, firstOutput);
  for (const [index, argument] of known.entries()) {
    if (!isShown(name, call.values, index)) continue;
    shown.push(yield* argument.show(call, call.values[index] ?? 0, index));
  }
  for (const [index, { isWord }] of list.entries()) {
    const at = call.values[index] ?? 0;
    const bytes = isWord === true && at !== 0 ? yield* call.read(at, 4) : NOTHING;
    if (bytes.length < 4) continue;
    call.before.set(at, new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true));
  }
  const isOpen = firstOutput >= 0 && shown.length > 0;
  return `${name}(${shown.join(', ')}${isOpen ? ', ' : ''}`;
}

/** The rest of the arguments, when the call is over: `"abc", 3)`. */
export function* ending(name: string, call: CallView): Sleeping<string> {
  const shown: string[] = [];
  const { arguments: list } = signatureOf(name);
  const firstOutput = list.findIndex((argument) => argument.isOutput);
  if (firstOutput < 0) return ')';
  for (const [index, argument] of list.entries()) {
    if (index < firstOutput || !isShown(name, call.values, index)) continue;
    shown.push(yield* argument.show(call, call.values[index] ?? 0, index));
  }
  return `${shown.join(', ')})`;
}

/** Results that only the kernel's own restarting of calls knows. */
const RESTARTS: Readonly<Record<number, string>> = {
  512: 'ERESTARTSYS (To be restarted if SA_RESTART is set)',
  513: 'ERESTARTNOINTR (To be restarted)',
  514: 'ERESTARTNOHAND (To be restarted if no handler)',
  516: 'ERESTART_RESTARTBLOCK (Interrupted by signal)',
};

/** What stands behind `= `. */
export function resultText(name: string, result: number): string {
  const { result: kind } = signatureOf(name);
  if (result >= 0 || result < -4095) {
    if (kind === 'address') return pointer(result) === 'NULL' ? '0' : hex(result);
    return kind === 'octal' ? octal(result) : String(result);
  }
  const restart = RESTARTS[-result];
  if (restart !== undefined) return `? ${restart}`;
  return `-1 ${errnoName(-result)} (${strerror(-result)})`;
}

/** A call and its result, the latter in its column. */
export function aligned(call: string, result: string): string {
  return `${call.padEnd(RESULT_COLUMN - 1)} = ${result}`;
}
