// SPDX-License-Identifier: GPL-2.0-or-later
/** The benchmarks, one after the other; bench.mjs builds and starts this. Names pick some. */
import { cpus, release } from 'node:os';

import { BENCHMARKS } from './benchmarks.ts';

const picked = process.argv.slice(2);
const [cpu] = cpus();
process.stdout.write(
  `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores; ` +
    `Node ${process.version}; Linux ${release()}\n\n` +
    '| what | here | against | ratio | goal |\n| --- | --- | --- | --- | --- |\n',
);
for (const [name, measure] of Object.entries(BENCHMARKS)) {
  if (picked.length > 0 && !picked.includes(name)) continue;
  for (const { what, here, against, ratio, goal } of await measure()) {
    process.stdout.write(`| ${what} | ${here} | ${against} | ${ratio} | ${goal} |\n`);
  }
}
