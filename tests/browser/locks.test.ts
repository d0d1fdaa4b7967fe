// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks: the order that warns before a deadlock, the deadlock, and the lines of both. */
import { afterAll, expect } from 'vitest';

import { firstVisit, it, Playground, type Visit } from './playground.ts';

const FILE = 'abba_deadlock_wrong.ts';
/** Of move(), which takes two locks. */
const AT_LINE = /\.ts:\d/;
const LINES = { first: 15, second: 17 };
const AT = (line: number): string => `${FILE}:${line}`.replace('.', String.raw`\.`);
const BOTH_LINES = `${AT(LINES.first)}then${AT(LINES.second)}`;

let visit: Visit;
let desk: Playground;

it.beforeAll(async ({ browsing }) => {
  visit = await firstVisit(browsing);
  desk = await Playground.open(visit);
  await desk.editor();
  await desk.run('cd bug_abba_deadlock && make && cc -o abba_deadlock_try abba_deadlock_try.ts');
  await desk.run('sudo insmod abba_deadlock_wrong.ko');
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
  await desk.run('./abba_deadlock_try');
  await page.getByRole('tab', { name: /^Locks\s*1/ }).waitFor();
  await page.locator('.caption').getByText('It can end in a deadlock').waitFor();
  const rows = page.getByRole('list', { name: 'First seen' }).getByRole('listitem');
  await rows.nth(1).waitFor();
  expect(await rows.allTextContents()).toEqual([
    expect.stringMatching(new RegExp(`^1CHECKING.*SAVINGS.*${BOTH_LINES}$`)),
    expect.stringMatching(new RegExp(`^2SAVINGS.*CHECKING.*${BOTH_LINES}$`)),
  ]);
  await page.getByText('Nobody is stuck yet').waitFor();
  await page.getByRole('img', { name: /^Orders of locks: .* before .*; .* before/ }).waitFor();

  const first = rows.first().getByRole('button', { name: / before / });
  await first.focus();
  await page.keyboard.press('Enter');
  expect(await first.getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await page.getByRole('table', { name: 'Classes of locks' }).waitFor();
  await rows
    .last()
    .getByRole('button', { name: `${FILE}:${LINES.second}` })
    .click();
  await page.locator('.mark-line').waitFor();
  expect(await desk.text()).toContain('using target = to.lock();');
});

it('shows the circle when they are, in the picture, the table and the source', async () => {
  const { page } = desk;
  await desk.type('(./abba_deadlock_try s &); (./abba_deadlock_try c &)\r');
  await page.getByRole('button', { name: 'Now', exact: true }).click();
  await page.getByText('cycle of 4').waitFor();
  await page.locator('.caption').getByText('Neither can ever go on').waitFor();
  const picture = page.getByRole('img', { name: /^A circle of 4/ });
  expect(await picture.getAttribute('aria-label')).toMatch(
    /1: abba\S+ waits for .*2: .* is held by abba\S+; 3: .* waits for .*4:/,
  );
  const table = page.getByRole('table', { name: 'Locks that somebody has or waits for' });
  const rows = await table.getByRole('row').allTextContents();
  const held = `${AT(LINES.first)}abba[^ ]+ ?${AT(LINES.second)}$`;
  // Where there is little room they have no headings.
  expect(rows.filter((row) => AT_LINE.test(row)).toSorted()).toEqual([
    expect.stringMatching(new RegExp(`^.*CHECKING.*${held}`)),
    expect.stringMatching(new RegExp(`^.*SAVINGS.*${held}`)),
  ]);
  await page.locator('.note-glyph.held').first().waitFor();
  await page.locator('.note-glyph.waiting').first().waitFor();
  expect(await desk.text()).toMatch(/holds/);

  await page.getByRole('tab', { name: /^Log/ }).click();
  await page.locator('.note-glyph').first().waitFor({ state: 'detached' });
});
