// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `npm run check:types`: our own projects, and the examples, which are written in the
 * driver's language and so have a compiler set-up of their own. Side by side.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const EXAMPLES = 'kernel-sim/examples/tsconfig.json';

const builds = [['-b'], ...(existsSync(EXAMPLES) ? [['-p', EXAMPLES]] : [])];

for (const options of builds) {
  const tsc = spawn(process.execPath, ['node_modules/typescript/bin/tsc', ...options, '--pretty'], {
    stdio: 'inherit',
  });
  tsc.on('exit', (status) => {
    process.exitCode ||= status ?? 1;
  });
}
