// SPDX-License-Identifier: GPL-2.0-or-later
/** The adapter in the page: plugged in, driven, looked into, and pulled out. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

import { readPcapng } from '../../kernel-sim/lib/packet/pcapng.ts';
import { firstVisit, it, Playground } from './playground.ts';

it('shows the chip, and leads from its registers and transfers to the driver', async ({
  browsing,
}) => {
  await using visit = await firstVisit(browsing);
  const playground = await Playground.open(visit);
  const { page } = playground;
  await playground.editor();
  await page.getByRole('tab', { name: /^Devices/ }).click();
  await page.getByRole('img', { name: 'A free USB port' }).waitFor();
  await page.getByRole('button', { name: 'Load its driver and try it' }).click();
  const words = page.getByRole('region', { name: 'The adapter' });
  await words.filter({ hasText: '100 Mbit/s, full duplex' }).waitFor();
  await page.getByRole('img', { name: /cable in its socket; link light lit/ }).waitFor();
  await page.waitForFunction(() =>
    document.querySelector('.xterm-rows')?.textContent.includes('ping statistics'),
  );

  const registers = page.getByRole('grid', { name: 'Registers' });
  const id = registers.getByRole('row').filter({ hasText: 'ID_REV' });
  await id.getByRole('button', { name: /^chip\.ts:\d+$/ }).click();
  await page.waitForSelector('.mark-line');
  await page.locator('.caption', { hasText: 'read ec000002 from ID_REV' }).waitFor();
  await id.click();
  const bits = page.getByRole('region', { name: 'Bits of ID_REV' });
  expect(await bits.getByRole('row').filter({ hasText: 'CHIP_ID' }).textContent()).toContain(
    '0xec00',
  );

  await page.getByText('URBs', { exact: true }).click();
  const urbs = page.getByRole('grid', { name: 'URBs' });
  await urbs.getByRole('row').filter({ hasText: 'bulk OUT 2' }).last().click();
  await page.getByRole('region', { name: 'Bytes of the transfer' }).waitFor();
  await page.locator('.caption', { hasText: 'A bulk OUT 2 transfer of 1-1.1' }).waitFor();
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as pcapng' }).click();
  const frames = readPcapng(readFileSync(await (await coming).path())) ?? [];
  expect(new Set(frames.map(({ device }) => device))).toEqual(new Set(['usbmon1', 'eth0']));
  await page.getByText('Wire', { exact: true }).click();
  await page.getByRole('region', { name: 'Knobs of the wire' }).getByText('Loss').waitFor();

  await words.getByRole('button', { name: 'Pull cable' }).click();
  await words.filter({ hasText: 'No cable in its socket' }).waitFor();
  await words.getByRole('button', { name: 'Unplug' }).click();
  await words.getByRole('button', { name: 'Plug LAN9512 in' }).waitFor();
});
