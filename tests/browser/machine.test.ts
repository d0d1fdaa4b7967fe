// SPDX-License-Identifier: GPL-2.0-or-later
/** A kernel that hangs is noticed, said calmly, and replaced, and no text is lost. */
import { expect } from 'vitest';

import { firstVisit, it, Playground } from './playground.ts';

/** One operation of the engine that takes many seconds, where no budget can look. */
const ENDLESS = '7n ** 300_000_000n; return new';

it('restarts a kernel that does not answer, with the files as they are', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const playground = await Playground.open(visit);
  const { page } = playground;
  await playground.replace('return new', ENDLESS);
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('text=The kernel has not answered for 3 s.');

  await page.getByRole('button', { name: 'Restart the machine' }).click();
  await playground.prompt();
  await page.waitForSelector('.machine-word:has-text("Running")');
  expect(await playground.text()).toContain('300_000_000n');
  expect(await playground.run('grep -c 300_000_000n ~/hello_world/hello_world.ts')).toBe('1');
});

it('says what an endless loop in a driver led to', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const playground = await Playground.open(visit);
  const { page } = playground;
  await playground.replace('return new', 'for (;;); return new');
  await page.keyboard.press('Control+Enter');
  expect(await playground.appears('.caption:has-text("soft lockup")')).toBe(true);
  await playground.prompt();
});

it('takes a new machine for the next build of a driver that oopsed', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const playground = await Playground.open(visit);
  const { page } = playground;
  await playground.replace('return new', 'throw new Error("boom"); return new');
  await page.keyboard.press('Control+Enter');
  const died = '.caption:has-text("kernel BUG at hello_world.ts:7. The task was ended")';
  expect(await playground.appears(died)).toBe(true);
  await playground.prompt();

  await playground.replace('throw new Error("boom"); return new', 'return new');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('text=the machine is a new one');
  expect(await playground.appears('.caption:has-text("The kernel owns it until rmmod")')).toBe(
    true,
  );
  expect(await playground.run('lsmod | grep -c helloworld')).toBe('1');
});
