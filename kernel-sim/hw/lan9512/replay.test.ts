// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Register accesses of a real smsc95xx driver, asked of the model: the values are those of that
 * run, but where the device of that run was simpler than the chip.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { type Asked, Bench } from './testing/rig.ts';
import { registerAt } from './register-file.ts';

/** Bits that the device of the recording made up, or kept where the chip clears them. */
const UNDECIDED: Readonly<Record<string, number>> = {
  // Its suspend mode after a reset.
  PM_CTRL: 0x60,
  // Its filter after a reset.
  MAC_CR: 0x0004_0000,
  // Its status bits were not cleared by ones.
  WUCSR: 0x60,
  // It said that it had negotiated also while it was told not to.
  'selftest MII_DATA': 0x20,
};

interface Difference {
  readonly phase: string;
  readonly line: string;
  readonly got: string;
}

/** What it does not replay: the device was told to be the same again, or only asked how it is. */
const SILENT: ReadonlySet<string> = new Set(['configure', 'status', 'suspend', 'resume']);

function replay(lines: readonly string[], bench: Bench): Difference[] {
  const differences: Difference[] = [];
  /** Of the PHY, since somebody looked last: `p 2 7`. */
  const phyAccesses = (): string[] =>
    bench.accesses.splice(0).filter((access) => /^[pq]/u.test(access));
  let phase = '';
  let polled: Asked | undefined;
  for (const line of lines) {
    if (line.startsWith('@')) {
      phase = line.slice(1);
      // What was left out before it has left none of its lines.
      phyAccesses();
    }
    if (!/^\d/.test(line)) continue;
    const [time, what, at = '', value = ''] = line.split(' ');
    bench.runTo(Math.max(bench.sim.now(), Number(time) * 1e6));
    const want = parseInt(value, 16);
    const differ = (got: number): void => {
      differences.push({ phase, line, got: got.toString(16) });
    };
    if (what === 'p' || what === 'q') {
      const said = `${what} ${at} ${value}`;
      const mask = what === 'p' ? (UNDECIDED[`${phase} MII_DATA`] ?? 0) : 0;
      const [got = 'nothing', ...more] = phyAccesses();
      const [kind, number, word = ''] = got.split(' ');
      const isSame = ((parseInt(word, 16) ^ want) & ~mask) === 0;
      if (kind !== what || number !== at || !isSame || more.length > 0) {
        differences.push({ phase, line: said, got });
      }
    } else if (what === 'attach') {
      bench.device.attach('high');
      bench.configure();
    } else if (what === 'detach') bench.device.detach();
    else if (what === 'cable') {
      if (at === 'in') bench.plugCable();
      else bench.port.plug(undefined);
    } else if (what === 'poll') polled = bench.poll();
    else if (what === 'unpoll') bench.device.cancel(polled!.transfer);
    else if (what === 'int') {
      const said = polled?.data[1] ?? 0;
      if (said !== 0x80) differ(said);
    } else if (what === 'w') bench.writeAt(parseInt(at, 16), want);
    else if (what === 'r') {
      const got = bench.readAt(parseInt(at, 16));
      const name = registerAt(parseInt(at, 16)) ?? '';
      const mask = UNDECIDED[name] ?? UNDECIDED[`${phase} ${name}`] ?? 0;
      if (((got ^ want) & ~mask) !== 0) differ(got);
    } else if (!SILENT.has(what!)) throw new Error(`who knows what "${line}" is`);
  }
  return differences;
}

const trace = readFileSync(join(import.meta.dirname, 'testing', 'trace.txt'), 'utf8').split('\n');

it('answers what a real driver was answered', () => {
  expect(replay(trace, new Bench())).toEqual([]);
});

it('notices a PHY that answers otherwise, and one that nobody asked', () => {
  const spoilt = trace.map((line) =>
    line.replace(/ p 2 7$/u, ' p 2 8').replace(/ q 30 0$/u, ' q 30 1'),
  );
  const found = replay(spoilt, new Bench());
  expect(new Set(found.map(({ line, got }) => `${line}: ${got}`))).toEqual(
    new Set(['p 2 8: p 2 7', 'q 30 1: q 30 0']),
  );
});
