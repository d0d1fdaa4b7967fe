// SPDX-License-Identifier: GPL-2.0-or-later
/** A headless Chromium for one test file, with nothing left over from another. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

import { findChromium } from '../../scripts/chromium.mjs';

/** Works as root and on a machine without a GPU or a network, and calls nobody. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser extends AsyncDisposable {
  readonly context: BrowserContext;
}

/** Starts Chromium with an empty profile; disposing stops it and removes the profile. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: `npm test` says how to get one');

  const profile = mkdtempSync(join(tmpdir(), 'ringzero-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: FLAGS,
    headless: true,
    viewport: { width: 1440, height: 900 },
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
