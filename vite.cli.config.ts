// SPDX-License-Identifier: GPL-2.0-or-later
/** The `ringzero` command: `vite build --config vite.cli.config.ts` makes dist/cli. */
import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

import { NODE } from './scripts/build-targets.ts';
import { iifeSource } from './scripts/vite-iife-source.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** The command, and the process and the thread that it starts for kernel and compiler. */
const ENTRIES = {
  ringzero: 'kernel-sim/cli/ringzero.ts',
  child: 'kernel-sim/cli/child.ts',
  'compiler-thread': 'kernel-sim/cli/compiler-thread.ts',
};

export default defineConfig({
  plugins: [iifeSource({ target: NODE, minify: false })],
  publicDir: false,
  define: { RINGZERO_VERSION: JSON.stringify(version) },
  build: {
    ssr: true, // For Node: its own modules stay imports.
    outDir: 'dist/cli',
    emptyOutDir: true,
    target: NODE,
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: Object.fromEntries(Object.entries(ENTRIES).filter(([, path]) => existsSync(path))),
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
  ssr: { noExternal: true, external: ['typescript'] },
});
