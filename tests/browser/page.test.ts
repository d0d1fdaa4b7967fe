// SPDX-License-Identifier: GPL-2.0-or-later
/** The page as served: it comes up by itself, silently, and talks to nobody else. */
import { expect, it } from 'vitest';

import { launchChromium } from '../support/chromium.ts';
import { servePage } from '../support/serve.ts';

it('loads without an error and without another host', async () => {
  await using site = await servePage();
  await using browser = await launchChromium();
  const complaints: string[] = [];
  const strangers: string[] = [];
  const page = await browser.context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (/^(?:https?|wss?):/.test(url) && !url.startsWith(site.url)) strangers.push(url);
  });

  await page.goto(site.url, { waitUntil: 'load' });

  await expect(page.title()).resolves.toContain('Ring Zero');
  expect(complaints).toEqual([]);
  expect(strangers).toEqual([]);
});
