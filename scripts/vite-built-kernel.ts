// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel for tests, built as it ships.
 *
 * Code that a test runner transforms reads each imported name through a getter, and a machine then
 * takes half as long again. So whoever imports a file of the kernel gets what Vite built of it,
 * file by file, which the engine itself imports. It is built once: not for who watches his changes.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'vite';

import { NODE } from './build-targets.ts';

const ROOT = resolve(import.meta.dirname, '..');
const KERNEL = join(ROOT, 'kernel-sim');
/** Of this process alone; in node_modules, whence packages are found. */
const BUILT = join(ROOT, `node_modules/.cache/kernel-${process.pid}`);

export function builtKernel(): Plugin {
  const files = kernelFiles();
  let built: Promise<unknown> | undefined;
  return {
    name: 'built-kernel',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      if (importer === undefined || !source.startsWith('.')) return null;
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      const name = files.get(found?.id ?? '');
      if (name === undefined) return null;
      await (built ??= buildKernel(files));
      return join(BUILT, `${name}.mjs`);
    },
  };
}

/** Names without `.ts`, by path. Commands start when imported, tests are not the kernel's. */
function kernelFiles(): ReadonlyMap<string, string> {
  const paths = readdirSync(KERNEL, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/^(cli|examples)\/|\.(test|d)\.ts$/.test(path))
    .map((path) => join(KERNEL, path));
  return new Map(paths.map((path) => [path, relative(KERNEL, path).slice(0, -'.ts'.length)]));
}

async function buildKernel(files: ReadonlyMap<string, string>): Promise<void> {
  process.on('exit', () => rmSync(BUILT, { recursive: true, force: true }));
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ssr: true, // For Node: its own modules and packages stay imports.
      outDir: BUILT,
      target: NODE,
      minify: false,
      sourcemap: 'inline',
      rolldownOptions: {
        input: Object.fromEntries([...files].map(([path, name]) => [name, path])),
        output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunk-[hash].mjs' },
      },
    },
  });
}
