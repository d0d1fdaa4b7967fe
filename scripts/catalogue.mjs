// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `npm run catalogue [-- [--json] [TEXT]]`: makes the mistakes of the catalogue, and says which of
 * them the kernel noticed.
 */
import { runnerImport } from 'vite';

process.chdir(`${import.meta.dirname}/..`);

/** @type {{ module: { main(args: readonly string[]): number } }} */
const { module } = await runnerImport(`${process.cwd()}/tests/catalogue/main.ts`, {
  configFile: false,
  logLevel: 'error',
});
process.exitCode = module.main(process.argv.slice(2));
