// SPDX-License-Identifier: GPL-2.0-or-later
/** The timeline of a machine: found by keys, read as a table, and followed to the driver's line. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

import { firstVisit, it, Playground } from './playground.ts';

it('shows who took which lock, and leads to the line', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const playground = await Playground.open(visit);
  const { page } = playground;
  await playground.editor();
  await playground.run('cd sync_example && make > make.log && sudo insmod sync_example.ko');
  await page.getByRole('tab', { name: 'Timeline' }).click();
  const lanes = page.getByRole('application', { name: /^Timeline/ });
  await lanes.press('Home');
  await lanes.press('.');
  const sentence = page.locator('.timeline-sentence');
  await sentence.locator('text=on CPU').waitFor();
  const first = await sentence.textContent();
  await lanes.press('.');
  expect(await sentence.textContent()).not.toBe(first);

  await page.getByRole('button', { name: 'Table' }).click();
  const grid = page.getByRole('grid', { name: 'Events' });
  await grid.focus();
  await page.keyboard.press('End');
  const unlock = grid.locator('[role=row]:has-text("gives")').last();
  while ((await unlock.count()) === 0) await page.keyboard.press('ArrowUp');
  await unlock.getByRole('button').click();
  await page.waitForSelector('.view-line:has-text("sync_example")');

  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as Chrome trace' }).click();
  const saved = readFileSync(await (await coming).path(), 'utf8');
  const { traceEvents } = JSON.parse(saved) as { traceEvents: readonly { cat?: string }[] };
  const kinds = new Set(traceEvents.map(({ cat }) => cat));
  expect([...kinds]).toEqual(expect.arrayContaining(['running', 'sleeping', 'lock held']));
});
