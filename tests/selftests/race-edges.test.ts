// SPDX-License-Identifier: GPL-2.0-or-later
/** Everything that orders two contexts, and what is told of them without it. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';
import { edgeDriver, EDGES } from './race-edges.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

/** How many races each of the rows has, as it is and without what orders it. */
function races(rows: readonly number[], cpus: number): readonly unknown[] {
  const files = [userFile('edges/edges.ts', edgeDriver())];
  const script = `cd edges && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo sh -c 'for edge in ${rows.join(' ')}; do
  for ok in 1 0; do insmod edges.ko edge=$edge ok=$ok; rmmod edges; done
done'`;
  const image = { files, cmdline: 'kcsan=on', cpus };
  const { logText, stdout, stderr, status } = runScript(script, image);
  expect([status, stdout, stderr]).toEqual([0, '', '']);
  const parts = logText.split(/^edge \d+ (?:true|false)$/mu).slice(1);
  const counts = parts.map((part) => part.split('BUG:').length - 1);
  return rows.map((row, at) => ({
    name: EDGES[row]!.name,
    right: counts[2 * at],
    wrong: counts[2 * at + 1],
  }));
}

describe('two contexts race unless there is', () => {
  it.each([
    ['something that orders them', 2],
    ['something that keeps one of them from the only CPU', 1],
  ])(
    '%s',
    (_what, cpus) => {
      const rows = [...EDGES.keys()].filter(
        (row) => (EDGES[row]!.isOfOneCpu ?? false) === (cpus === 1),
      );
      expect(races(rows, cpus)).toEqual(
        rows.map((row) => ({ name: EDGES[row]!.name, right: 0, wrong: 1 })),
      );
    },
    PATIENCE_MS,
  );
});
