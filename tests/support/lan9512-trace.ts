// SPDX-License-Identifier: GPL-2.0-or-later
/** What Linux's smsc95xx driver asked of the chip, and what ours asks, in the same words. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Kernel } from '../../kernel-sim/init/kernel.ts';

const TRACE = join(import.meta.dirname, '../../kernel-sim/hw/lan9512/testing/trace.txt');

/** What is asked of the chip from now on, polls left out: `w 014 8`. */
export function accessesOf({ usbSockets }: Kernel): string[] {
  const seen: string[] = [];
  usbSockets!.onRegister = (offset, value, isWrite) => {
    const at = offset.toString(16).padStart(3, '0');
    const access = accessText(isWrite ? 'w' : 'r', at, value.toString(16));
    if (isNoPoll(access)) seen.push(access);
  };
  return seen;
}

/** Accesses to registers of one phase of the recorded run, polls left out: `w 014 8`. */
export function recorded(phase: string): string[] {
  const lines = readFileSync(TRACE, 'utf8').split('\n');
  const from = lines.indexOf(`@${phase}`);
  const end = lines.findIndex((line, at) => at > from && line.startsWith('@'));
  return lines
    .slice(from + 1, end)
    .map((line) => /^[\d.]+ ([rw]) (\w{3}) (\w+)$/u.exec(line))
    .filter((match) => match !== null)
    .map(([, what, at, value]) => accessText(what!, at!, value!))
    .filter(isNoPoll);
}

/** The address is another one, and that device came out of its reset with another filter. */
function accessText(what: string, at: string, value: string): string {
  const isAnother = ['034', '104', '108'].includes(at) || (at === '100' && what === 'r');
  return `${what} ${at} ${isAnother ? '*' : value}`;
}

/** How often MII_ACC and E2P_CMD are read is a matter of time. */
const isNoPoll = (line: string): boolean => !/^r (?:114|030) /u.test(line);
