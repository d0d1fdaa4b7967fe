// SPDX-License-Identifier: GPL-2.0-or-later
/** `npm start`: from a fresh clone to a page at the address that the last command prints. */
import { installPackages } from './packages.mjs';
import { run } from './processes.mjs';

process.chdir(`${import.meta.dirname}/..`);

const vite = 'node_modules/vite/bin/vite.js';

process.exitCode =
  (await installPackages()) ||
  (await run('npm', ['run', '--silent', 'build'])) ||
  // Takes the next port when its own is busy.
  (await run(process.execPath, [vite, 'preview', '--host', 'localhost']));
