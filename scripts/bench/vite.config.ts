// SPDX-License-Identifier: GPL-2.0-or-later
/** The benchmarks, built as the command is built (vite.cli.config.ts). */
import { defineConfig } from 'vite';

import { NODE } from '../build-targets.ts';
import { iifeSource } from '../vite-iife-source.ts';

export default defineConfig({
  plugins: [iifeSource({ target: NODE, minify: false })],
  publicDir: false,
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir: 'node_modules/.cache/bench',
    emptyOutDir: true,
    target: NODE,
    minify: false,
    rolldownOptions: {
      input: { main: 'scripts/bench/main.ts', page: 'scripts/bench/page.ts' },
      output: { entryFileNames: '[name].mjs' },
    },
  },
  ssr: { noExternal: true, external: ['typescript', 'playwright-core', 'vite'] },
});
