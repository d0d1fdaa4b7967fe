// SPDX-License-Identifier: GPL-2.0-or-later
/** lsmod: /proc/modules in columns. */
import { errorText } from './support/command.ts';
import { defineProgram } from './libc/libc.ts';
import { loadedModules } from './support/modules.ts';

export const lsmod = defineProgram(function* (c) {
  if (c.argv.length > 1) {
    yield* c.err(`Usage: ${c.program}\n`);
    return 1;
  }
  const modules = yield* loadedModules(c);
  if (typeof modules === 'number') {
    yield* c.err(`Error: could not get list of modules: ${errorText(modules)}\n`);
    return 1;
  }
  c.out('Module                  Size  Used by\n');
  for (const { name, size, references, holders } of modules) {
    const users = holders.length > 0 ? ` ${holders.join(',')}` : '';
    c.out(`${name.padEnd(19)} ${size.padStart(8)}  ${references}${users}\n`);
  }
  return 0;
});
