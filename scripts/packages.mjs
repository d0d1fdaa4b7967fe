// SPDX-License-Identifier: GPL-2.0-or-later
/** Makes node_modules match package-lock.json, and does nothing when it does already. */
import { existsSync, readFileSync } from 'node:fs';

import { run } from './processes.mjs';

const WANTED = 'package-lock.json';
const INSTALLED = 'node_modules/.package-lock.json';

/** @returns {Promise<number>} npm's exit status */
export async function installPackages() {
  if (!existsSync(INSTALLED)) return npm('ci');
  return isUpToDate() ? 0 : npm('install');
}

/** @param {'ci' | 'install'} command */
function npm(command) {
  return run('npm', [command, '--include=dev', '--no-audit', '--no-fund']);
}

/** Whether each wanted package is there in its version. Optional ones depend on the machine. */
function isUpToDate() {
  const wanted = packagesOf(WANTED);
  const installed = packagesOf(INSTALLED);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || installed[path]?.version === version,
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}
