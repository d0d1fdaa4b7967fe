// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `npm run bench [NAME]...`: prints a table of ratios, each measured side by side in one run.
 *
 * The kernel is built as it ships and runs in the realm in which it ships. The names are those at
 * the end of bench/benchmarks.ts, and `page`. Options of Node (`--cpu-prof`) are passed on.
 */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const nodeOptions = args.filter((arg) => arg.startsWith('--'));
const names = args.filter((arg) => !arg.startsWith('--'));

/** @param {readonly string[]} command */
function node(command) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

node(['scripts/generate-assets.mjs']);
node(['node_modules/vite/bin/vite.js', 'build', '--config', 'scripts/bench/vite.config.ts']);
const wantsPage = names.length === 0 || names.includes('page');
if (wantsPage) node(['scripts/build.mjs']);
const others = names.filter((name) => name !== 'page');
if (names.length === 0 || others.length > 0) {
  node([
    '--disallow-code-generation-from-strings',
    '--experimental-vm-modules',
    '--no-warnings',
    '--expose-gc',
    ...nodeOptions,
    'node_modules/.cache/bench/main.mjs',
    ...others,
  ]);
}
// A process of its own: what drives the browser makes code from strings.
if (wantsPage) node(['node_modules/.cache/bench/page.mjs']);
