// SPDX-License-Identifier: GPL-2.0-or-later
/** `npm run build`: the page into dist/page and the command into dist/cli, side by side. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const BUILDS = [
  { config: 'vite.config.ts', entry: 'index.html' },
  { config: 'vite.cli.config.ts', entry: 'kernel-sim/cli/ringzero.ts' },
];

for (const { config, entry } of BUILDS) {
  if (!existsSync(entry)) continue;
  const vite = spawn(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--config', config],
    { stdio: 'inherit' },
  );
  vite.on('exit', (status) => {
    process.exitCode ||= status ?? 1;
  });
}
