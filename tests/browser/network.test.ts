// SPDX-License-Identifier: GPL-2.0-or-later
/** The network in the page: a driver is loaded, and its packets are seen, filtered and saved. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

import { readPcapng } from '../../kernel-sim/lib/packet/pcapng.ts';
import { firstVisit, it, Playground } from './playground.ts';

it('shows what goes over the wire, and leads to the line that sent it', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const playground = await Playground.open(visit);
  const { page } = playground;
  await playground.editor();
  await page.getByRole('tab', { name: /^Packets/ }).click();
  await page.getByRole('button', { name: 'Load a driver and try the network' }).click();
  const grid = page.getByRole('grid', { name: 'Packets' });
  const rowWith = (text: string) => grid.getByRole('row').filter({ hasText: text }).first();
  await rowWith('Echo reply').waitFor();
  await rowWith('GET /hello.txt').waitFor();

  const filter = page.getByRole('textbox', { name: /filter/ });
  await filter.fill('udp port 67 or');
  await page.getByRole('status').filter({ hasText: 'syntax error' }).waitFor();
  await filter.fill('udp port 67');
  await rowWith('Discover').waitFor();
  expect(await grid.textContent()).not.toContain('HTTP');
  await rowWith('Discover')
    .getByRole('button', { name: /^ringnic\.ts:\d+$/ })
    .click();
  await page.waitForSelector('.mark-line');
  await page.locator('.caption', { hasText: 'DHCP from 0.0.0.0 to 255.255.255.255' }).waitFor();

  const detail = page.getByRole('region', { name: /^Packet \d/ });
  await detail.getByRole('button', { name: /Time to live/ }).hover();
  expect(await detail.locator('td').locator('.pointed').first().textContent()).toBe('40');
  await detail.locator('[data-at="23"]').first().click();
  await detail.getByRole('button', { name: /^Protocol/, pressed: true }).waitFor();

  await filter.fill('tcp port 80');
  await rowWith('GET /hello.txt').click();
  await detail.getByRole('button', { name: 'Follow the TCP stream' }).click();
  await detail.locator('.said.back', { hasText: '200 OK' }).first().waitFor();

  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as pcapng' }).click();
  const frames = readPcapng(readFileSync(await (await coming).path())) ?? [];
  expect(frames.length).toBeGreaterThan(10);
  expect(new Set(frames.map(({ direction }) => direction))).toEqual(new Set(['rx', 'tx']));
  expect(frames.some(({ comment }) => comment?.includes('ringnic.ts:') === true)).toBe(true);

  await page.getByRole('button', { name: 'Wire', exact: true }).click();
  await page.getByRole('button', { name: 'Pull cable' }).click();
  await page.getByRole('button', { name: 'Plug cable in' }).waitFor();
  expect(await playground.run('cat /sys/class/net/eth0/carrier')).toBe('0');

  const loss = page.locator('.knob', { hasText: 'Loss' });
  // Faster than the kernel can tell that it has heard.
  for (let step = 0; step < 5; step++) await loss.getByRole('slider').press('ArrowRight');
  await loss.getByText('2 %', { exact: true }).waitFor();
  expect(await loss.getByRole('slider').getAttribute('aria-valuetext')).toBe('2 %');
});
