// SPDX-License-Identifier: GPL-2.0-or-later
/** Where the browser for the tests is, and how to come by one. Node's own modules only. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { run } from './processes.mjs';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_APP = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const ADVICE = `No Chromium found, which the browser tests drive. Either
  - install it: 'apt-get install chromium', 'dnf install chromium', 'brew install --cask chromium',
  - or name one: CHROMIUM=/path/to/chromium npm test`;

/**
 * The browser's path: $CHROMIUM, else the first known command on $PATH.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const { CHROMIUM: named, PATH: path = '' } = process.env;
  if (named !== undefined && named !== '') return named;
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const candidates = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command)));
  return [...candidates, MAC_APP].find(isExecutable);
}

/**
 * Finds Chromium, after installing Debian's when we may.
 *
 * @returns {Promise<string | undefined>}
 */
export async function provideChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    await aptGet('update', '-qq');
    await aptGet('install', '-qq', '--yes', '--no-install-recommends', 'chromium');
  }
  const installed = findChromium();
  if (installed === undefined) console.error(ADVICE);
  return installed;
}

/** @param {string[]} args */
function aptGet(...args) {
  return run('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
