// SPDX-License-Identifier: GPL-2.0-or-later
/** Running other programs, for the scripts beside this file. Node's own modules only. */
import { spawn } from 'node:child_process';

/**
 * Runs a program to its end, with our terminal as its own.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit status; 1 when it could not start or a signal ended it
 */
export function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('error', () => resolve(1));
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/**
 * Runs a program to its end and keeps what it says, for programs that run side by side.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<{ status: number, output: string }>}
 */
export function capture(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { shell: process.platform === 'win32' });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ status: 1, output: `${error.message}\n` }));
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
