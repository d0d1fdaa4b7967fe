// SPDX-License-Identifier: GPL-2.0-or-later
/** Two projects: `unit` runs in Node, `browser` drives Chromium over the production build. */
import { defineConfig } from 'vitest/config';

import { NODE } from './scripts/build-targets.ts';
import { LongestFirst } from './scripts/longest-first.ts';
import { builtKernel } from './scripts/vite-built-kernel.ts';
import { iifeSource } from './scripts/vite-iife-source.ts';

/** `vitest run`, as opposed to one that runs tests again when their files change. */
const isOneRun = process.argv.some((arg) => arg === 'run' || arg === '--run');

export default defineConfig({
  plugins: [isOneRun && builtKernel(), iifeSource({ target: NODE, minify: false })],
  oxc: { target: NODE },
  test: {
    passWithNoTests: true,
    maxWorkers: '100%', // Unless told, a core stays idle.
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{kernel-sim,src,tests}/**/*.test.{ts,tsx}'],
          exclude: ['tests/browser/**', 'kernel-sim/examples/**'],
          pool: 'threads',
          // No room has state of its own, so files need not load the compiler anew each.
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          // One browser, and one test at a time in it.
          isolate: false,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
