// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Writes the declarations of the driver API and of the C library from kernel-sim/api and
 * kernel-sim/user/libc/program into kernel-sim/toolchain/generated/api.
 *
 * Run it after a change there, and commit the result: a test compares the two.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { makeApiDeclarations } from './api-declarations.mjs';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'kernel-sim/toolchain/generated/api');

rmSync(folder, { recursive: true, force: true });
for (const [subpath, text] of makeApiDeclarations(root)) {
  const path = join(folder, `${subpath}.d.ts`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
