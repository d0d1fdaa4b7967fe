// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Makes kernel-sim/toolchain/generated/assets.ts: the texts that the toolchain needs, as strings.
 *
 * `node scripts/generate-assets.mjs` before a type check, a build or tests; it returns at once when
 * nothing has changed. The declarations of the API are committed (generate-api.mjs makes them), the
 * library's text is not ours and is not.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const GENERATED = join(ROOT, 'kernel-sim/toolchain/generated');
const OUTPUT = join(GENERATED, 'assets.ts');
/** The library once more as a file, for the examples' own compiler settings. */
const LIB = join(GENERATED, 'lib.driver.d.ts');

const { version } = JSON.parse(
  readFileSync(join(ROOT, 'node_modules/typescript/package.json'), 'utf8'),
);

/** Subpath as a driver imports it (`kernel/fs`) to the text of its declarations. */
function readApi() {
  const folder = join(GENERATED, 'api');
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .toSorted();
  return Object.fromEntries(
    files.map((file) => [
      file.replaceAll('\\', '/').replace(/\.d\.ts$/, ''),
      readFileSync(join(folder, file), 'utf8'),
    ]),
  );
}

const api = readApi();
const key = createHash('sha256')
  .update(version)
  .update(readFileSync(join(ROOT, 'scripts/driver-lib.mjs')))
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(JSON.stringify(api))
  .digest('hex');

const isUpToDate =
  existsSync(LIB) && existsSync(OUTPUT) && readFileSync(OUTPUT, 'utf8').slice(0, 400).includes(key);

if (!isUpToDate) {
  const { makeDriverLib } = await import('./driver-lib.mjs');
  const lib = makeDriverLib();
  mkdirSync(GENERATED, { recursive: true });
  writeFileSync(LIB, lib);
  writeFileSync(
    OUTPUT,
    `// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-assets.mjs from ${key}
import type { ToolchainAssets } from '../assets.ts';

export const assets: ToolchainAssets = {
  lib: ${JSON.stringify(lib)},
  api: ${JSON.stringify(api, null, 2).replaceAll('\n', '\n  ')},
};
`,
  );
}
