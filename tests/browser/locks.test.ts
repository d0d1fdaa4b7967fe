// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks: the order that warns before a deadlock, the deadlock, and the lines of both. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { BANK } from '../support/bank.ts';
import { firstVisit, Playground, type Visit } from './playground.ts';

let visit: Visit;
let desk: Playground;

beforeAll(async () => {
  visit = await firstVisit();
  desk = await Playground.open(visit);
  await desk.editor();
  const text = BANK.replaceAll('\n', '\\n').replaceAll("'", String.raw`'\''`);
  const kbuild = "echo 'obj-m := bank.o' > Kbuild";
  await desk.type(`mkdir bank && cd bank && printf '${text}' > bank.ts && ${kbuild}\r`);
  await desk.shows(/~\/bank\$$/);
  await desk.run('make && sudo insmod bank.ko');
  await desk.page.getByRole('tab', { name: /^Locks/ }).click();
});
afterAll(() => visit[Symbol.asyncDispose]());

it('says what would fill it, and offers the command', async () => {
  const { page } = desk;
  await page.getByText('Nobody has a lock just now.').waitFor();
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await page.getByText('No task has taken a lock while it had another.').waitFor();
  expect(await page.locator('.locks .empty-frame').getByRole('button').count()).toBe(1);
});

it('warns of two orders before anybody is stuck', async () => {
  const { page } = desk;
  await desk.run('echo x > /dev/bank; head -c 9 /dev/bank; echo');
  await page.getByRole('tab', { name: /^Locks\s*1/ }).waitFor();
  await page.locator('.caption').getByText('It can end in a deadlock').waitFor();
  const rows = page.getByRole('list', { name: 'First seen' }).getByRole('listitem');
  await rows.nth(1).waitFor();
  expect(await rows.allTextContents()).toEqual([
    expect.stringMatching(/^1.*bash\/\d+bank\.ts:15thenbank\.ts:17$/),
    expect.stringMatching(/^2.*head\/\d+bank\.ts:21thenbank\.ts:23$/),
  ]);
  await page.getByText('Nobody is stuck yet').waitFor();
  await page.getByRole('img', { name: /^Orders of locks: .* before .*; .* before/ }).waitFor();

  const first = rows.first().getByRole('button', { name: / before / });
  await first.focus();
  await page.keyboard.press('Enter');
  expect(await first.getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await page.getByRole('table', { name: 'Classes of locks' }).waitFor();
  await rows.last().getByRole('button', { name: 'bank.ts:23' }).click();
  await page.locator('.mark-line').waitFor();
  expect(await desk.text()).toContain('using money = accounts.lock();');
});

it('shows the circle when they are, in the picture, the table and the source', async () => {
  const { page } = desk;
  await desk.type('(echo x > /dev/bank &); head -c 9 /dev/bank &\r');
  await page.getByRole('button', { name: 'Now', exact: true }).click();
  await page.getByText('cycle of 4').waitFor();
  await page.locator('.caption').getByText('Neither can ever go on').waitFor();
  const picture = page.getByRole('img', { name: /^A circle of 4/ });
  expect(await picture.getAttribute('aria-label')).toMatch(
    /1: (bash|head)\/\d+ waits for .*2: .* is held by (bash|head)\/\d+; 3: .* waits for .*4:/,
  );
  const table = page.getByRole('table', { name: 'Locks that somebody has or waits for' });
  const rows = await table.getByRole('row').allTextContents();
  expect(rows.slice(1).toSorted()).toEqual([
    expect.stringMatching(/bash\/\d+[\d.]+bank\.ts:15head\/\d+ ?bank\.ts:23$/),
    expect.stringMatching(/head\/\d+[\d.]+bank\.ts:21bash\/\d+ ?bank\.ts:17$/),
  ]);
  await page.locator('.note-glyph.held').nth(1).waitFor();
  await page.locator('.note-glyph.waiting').nth(1).waitFor();
  expect(await desk.text()).toContain('head holds');

  await page.getByRole('tab', { name: /^Log/ }).click();
  await page.locator('.note-glyph').first().waitFor({ state: 'detached' });
});
