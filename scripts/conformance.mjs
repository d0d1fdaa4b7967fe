// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `npm run conformance [-- --write]`: replays what was recorded on Debian and prints the score;
 * with --write, README.md has it afterwards.
 */
import { runnerImport } from 'vite';

process.chdir(`${import.meta.dirname}/..`);

/** @type {{ module: { main(args: readonly string[]): void } }} */
const { module } = await runnerImport(`${process.cwd()}/tests/conformance/main.ts`, {
  configFile: false,
  logLevel: 'error',
});
module.main(process.argv.slice(2));
