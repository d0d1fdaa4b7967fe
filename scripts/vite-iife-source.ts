// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `import text from './kernel.ts?iife-source'`: a module and all it imports, as the text of
 * one classic script.
 *
 * The sandboxed frame can neither fetch nor start a module worker, so its worker arrives as
 * text. A nested build makes it, the same in development, in a build and in tests.
 */
import { isAbsolute } from 'node:path';
import { build, type BuildOptions, type Plugin, type Rollup } from 'vite';

type Options = Pick<BuildOptions, 'target' | 'minify'>;

const QUERY = '?iife-source';

/**
 * In a vm context of Node each look-up of a global goes through an interceptor: 80 ns, at every
 * `Math.imul`. A constant of the script costs nothing, and a number less.
 */
const GLOBALS =
  'Array ArrayBuffer BigInt Boolean DataView Error JSON Map Math NaN Number Object RangeError ' +
  'Set String Symbol TypeError WeakMap Int8Array Int16Array Int32Array Uint8Array Uint16Array ' +
  'Uint32Array BigInt64Array BigUint64Array Float32Array Float64Array';
const DEFINE = { Infinity: '(1/0)' };

/** The build lowers `using`, but a fresh vm context of Node 20 lacks the symbol that it reads. */
const INTRO = `const { ${GLOBALS.replaceAll(' ', ', ')} } = globalThis;
Symbol.dispose ??= Symbol.for('Symbol.dispose');`;

export function iifeSource(options: Options): Plugin {
  return {
    name: 'iife-source',
    async load(id) {
      if (!id.endsWith(QUERY)) return null;
      const { code, moduleIds } = await bundle(id.slice(0, -QUERY.length), options);
      for (const path of moduleIds) if (isAbsolute(path)) this.addWatchFile(path);
      return `export default ${JSON.stringify(code)};`;
    },
  };
}

async function bundle(entry: string, options: Options): Promise<Rollup.OutputChunk> {
  const result = await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: DEFINE,
    build: {
      ...options,
      write: false,
      lib: { entry, formats: ['iife'], name: 'ringzero' },
      rolldownOptions: { output: { intro: INTRO } },
    },
  });
  const output = (result as Rollup.RollupOutput[])[0]?.output[0];
  if (output === undefined) throw new Error(`${entry} built to nothing`);
  return output;
}
