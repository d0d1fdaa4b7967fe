// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Writes the declarations of the driver API and of the C library from kernel-sim/api and
 * kernel-sim/user/libc/program into kernel-sim/toolchain/generated/api, and the symbols that the
 * kernel exports, kernel-sim/api/exported-symbols.ts.
 *
 * Run it after a change there, and commit the result: a test compares the two.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { makeApiDeclarations } from './api-declarations.mjs';
import { makeExportedSymbols } from './symbol-names.mjs';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'kernel-sim/toolchain/generated/api');

rmSync(folder, { recursive: true, force: true });
const declarations = makeApiDeclarations(root);
for (const [subpath, text] of declarations) {
  const path = join(folder, `${subpath}.d.ts`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
writeFileSync(join(root, 'kernel-sim/api/exported-symbols.ts'), makeExportedSymbols(declarations));
