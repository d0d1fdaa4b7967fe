// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `npm test`: everything that must hold, from a fresh clone on.
 *
 * Stages run one after another; the scripts of a stage run side by side, as long as neither
 * measures time. The first of a stage talks while it runs, the others when they are done. The first
 * stage that fails ends the run. The last line counts the tests.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { provideChromium } from './chromium.mjs';
import { installPackages } from './packages.mjs';
import { capture, run } from './processes.mjs';

const STAGES = [
  ['assets'], // Once, before two scripts of one stage want to make them.
  ['check:types', 'check:lint'],
  // Built ahead of the unit tests, since those of the command run what was built.
  ['check:format', 'check:dead', 'build'],
  // Alone, since a real kernel looks at the clock.
  ['check:usbip'],
  // A browser waits for frames and for time to pass: the unit tests have the processor meanwhile.
  ['test:unit', 'test:browser'],
];

const REPORTS = 'node_modules/.cache/test-reports';

/** @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number }} Report */

process.chdir(`${import.meta.dirname}/..`);
process.exitCode = (await setUp()) || (await runStages());

/** @returns {Promise<number>} exit status */
async function setUp() {
  const status = await installPackages();
  if (status !== 0) return status;
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  return (await provideChromium()) === undefined ? 1 : 0;
}

/** @returns {Promise<number>} exit status */
async function runStages() {
  for (const scripts of STAGES) {
    const statuses = await Promise.all(
      scripts.map((script, index) => runScript(script, { isTalking: index === 0 })),
    );
    const failed = statuses.find((status) => status !== 0);
    if (failed !== undefined) {
      printCounts();
      return failed;
    }
  }
  printCounts();
  return 0;
}

/**
 * Runs one of package.json's scripts.
 *
 * @param {string} script
 * @param {{ isTalking: boolean }} options what it prints is shown at once
 * @returns {Promise<number>} exit status
 */
async function runScript(script, { isTalking }) {
  const args = ['run', '--silent', script, ...reportersFor(script)];
  const startedAt = performance.now();
  if (isTalking) console.log(`\n--- ${script}`);
  const { status, output } = isTalking
    ? { status: await run('npm', args), output: '' }
    : await capture('npm', args);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${output}--- ${script} ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  return status;
}

/** @param {string} script */
function reportersFor(script) {
  if (!script.startsWith('test:')) return [];
  return ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(script)}`];
}

/** @param {string} script */
function reportOf(script) {
  return join(REPORTS, `${script.replace(':', '-')}.json`);
}

/** The line that continuous integration reads. */
function printCounts() {
  const reports = STAGES.flat()
    .map(reportOf)
    .filter((path) => existsSync(path))
    .map((path) => /** @type {Report} */ (JSON.parse(readFileSync(path, 'utf8'))));
  if (reports.length === 0) return;

  /** @param {keyof Report} count */
  const sum = (count) => reports.reduce((total, report) => total + report[count], 0);
  const skipped = sum('numPendingTests');
  console.log(
    `\n${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed` +
      (skipped > 0 ? `, ${skipped} skipped` : ''),
  );
}
