// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `npm run judge`: has the unmodified driver of a real Linux kernel judge our LAN9512 over USB/IP
 * (tests/usbip). With --if-possible it is left out where there is no QEMU, and says so.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { capture, run } from './processes.mjs';

const ROOT = join(import.meta.dirname, '..');
const JUDGE = join(ROOT, 'tests/usbip');
/** On a busy machine a real kernel may have to wait for longer than it is ready to. */
const TRIES = 2;

process.chdir(ROOT);
process.exitCode = await main(process.argv.includes('--if-possible'));

/**
 * @param {boolean} ifPossible
 * @returns {Promise<number>} exit status
 */
async function main(ifPossible) {
  if (ifPossible && (await capture('sh', ['-c', 'command -v qemu-system-x86_64'])).status !== 0) {
    console.log('skipped: qemu-system-x86_64 is not there (npm run judge installs it)');
    return 0;
  }
  const setUp = await capture(join(JUDGE, 'setup.sh'), []);
  if (setUp.status !== 0) {
    console.log(`${setUp.output}${ifPossible ? 'skipped' : 'failed'}: what it needs cannot be got`);
    return ifPossible ? 0 : 1;
  }
  let status = 1;
  for (let attempt = 0; attempt < TRIES && status !== 0; attempt++) status = await judge();
  return status;
}

/** @returns {Promise<number>} exit status */
async function judge() {
  const command = ['dist/cli/ringzero.mjs', 'usbip', '--port', '0', '--control', '0'];
  const server = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port, control] = await portsOf(server);
    process.env['CONTROL_PORT'] = control;
    return await run(join(JUDGE, 'run.sh'), [
      '--quiet',
      '--hook',
      join(JUDGE, 'hook.sh'),
      `127.0.0.1:${port}`,
    ]);
  } finally {
    server.kill();
  }
}

/**
 * @param {{ readonly stdout: import('node:stream').Readable }} server
 * @returns {Promise<[string, string]>} where it serves, and where it takes commands
 */
async function portsOf(server) {
  let said = '';
  for await (const piece of server.stdout) {
    said += String(piece);
    const found = /127\.0\.0\.1:(\d+), commands on UDP port (\d+)/u.exec(said);
    if (found !== null) return [found[1] ?? '', found[2] ?? ''];
  }
  throw new Error(`ringzero usbip ended at once: ${said}`);
}
