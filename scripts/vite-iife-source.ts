// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `import text from './kernel.ts?iife-source'`: a module and all it imports, as the text of
 * one classic script.
 *
 * The sandboxed frame can neither fetch nor start a module worker, so its worker arrives as
 * text. A nested build makes it, the same in development, in a build and in tests.
 */
import { build, type Plugin, type Rollup } from 'vite';

const QUERY = '?iife-source';

export function iifeSource(options: { target: string | string[] }): Plugin {
  return {
    name: 'iife-source',
    async load(id) {
      if (!id.endsWith(QUERY)) return null;
      const { code, moduleIds } = await bundle(id.slice(0, -QUERY.length), options.target);
      for (const path of moduleIds) if (path.startsWith('/')) this.addWatchFile(path);
      return `export default ${JSON.stringify(code)};`;
    },
  };
}

async function bundle(entry: string, target: string | string[]): Promise<Rollup.OutputChunk> {
  const result = await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target,
      lib: { entry, formats: ['iife'], name: 'ringzero' },
    },
  });
  const output = (result as Rollup.RollupOutput[])[0]?.output[0];
  if (output === undefined) throw new Error(`${entry} built to nothing`);
  return output;
}
