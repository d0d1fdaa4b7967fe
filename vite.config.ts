// SPDX-License-Identifier: GPL-2.0-or-later
/** The page: `vite build` makes dist/page, `vite` serves it while one develops. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { BROWSERS } from './scripts/build-targets.ts';
import { iifeSource } from './scripts/vite-iife-source.ts';

export default defineConfig({
  base: './', // Any static host will do, under any path.
  plugins: [react(), iifeSource({ target: BROWSERS })],
  worker: { format: 'es', plugins: () => [iifeSource({ target: BROWSERS })] },
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: BROWSERS,
    // Monaco and the compiler are large, and loaded when needed.
    chunkSizeWarningLimit: 8000,
  },
});
