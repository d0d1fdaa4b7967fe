// SPDX-License-Identifier: GPL-2.0-or-later
/** Modules in every detail, what the caption says of them, and programs beside them. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

import { firstVisit, it, Playground } from './playground.ts';

async function open(desk: Playground, file: string): Promise<void> {
  await desk.page.keyboard.press('F1');
  await desk.page.getByRole('combobox').fill(`open ${file}`);
  await desk.page.keyboard.press('Enter');
  await desk.page.waitForSelector(`[role=tab][aria-selected=true]:has-text("${file}")`);
}

it('shows modules and who holds them, and takes them out by a command', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const desk = await Playground.open(visit);
  await desk.editor();
  const { page } = desk;
  await page.getByRole('tab', { name: /^Modules/ }).click();
  expect(await desk.appears('text=No module is loaded.')).toBe(true);

  await open(desk, 'ticket_user.ts');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.grid-row:has-text("1: ticket_user")');
  const facts = page.locator('.facts');
  await facts.filter({ hasText: 'Takes tickets when it is loaded.' }).waitFor();
  await facts.getByRole('button', { name: 'ticket_core' }).click();
  await page.getByRole('tab', { name: /^Symbols/ }).click();
  await page.getByRole('textbox', { name: /symbols with this text/ }).fill('exported');
  await page.waitForSelector('.grid-row:has-text("ticket_next"):has-text("exported")');
  expect(await page.locator('.grid-row', { hasText: 'cleanup_module' }).count()).toBe(0);

  await page.getByRole('grid', { name: 'Modules' }).focus();
  await page.keyboard.press('End');
  await page.getByRole('tab', { name: /^Parameters/ }).click();
  await page.waitForSelector('.grid-row:has-text("how many tickets to take")');

  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download .ko' }).click();
  const ko = readFileSync(await (await coming).path());
  expect(ko.subarray(1, 4).toString()).toBe('ELF');

  await page.getByRole('button', { name: 'Unload: sudo rmmod ticket_user' }).click();
  await page.waitForSelector('.grid-row:has-text("ticket_user")', { state: 'detached' });
  await desk.shows(/sudo rmmod ticket_user/);
});

it('says what a module registered, and what to do about a refused one', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const desk = await Playground.open(visit);
  await desk.editor();
  const { page } = desk;
  await open(desk, 'yes_chardev.ts');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.caption:has-text("character device yes, major number 243")');
  await desk.prompt();
  await page.locator('.caption-next button').click();
  await desk.shows(/head -c 8[^]*y\ny\ny\ny\n/);
  await desk.run('insmod yes_chardev.ko');
  expect(await desk.appears('.caption:has-text("put sudo before insmod")')).toBe(true);
});

it('compiles and runs programs', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const desk = await Playground.open(visit);
  await desk.editor();
  const { page } = desk;
  await open(desk, 'counter.ts');
  await page.getByRole('button', { name: 'Build and run' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await desk.shows(/cc -o counter counter\.ts && \.\/counter\n40000 of 40000/);
  await desk.prompt();
  await page.getByText('Types checked').waitFor();
  await page.locator('.view-line span', { hasText: 'pthread_create' }).first().hover();
  expect(await desk.appears('.monaco-hover:has-text("pthread_create")')).toBe(true);
  await desk.replace('const ROUNDS = 10_000;', 'const ROUNDS = "many";');
  await page.getByRole('button', { name: /problem/ }).waitFor();
});
