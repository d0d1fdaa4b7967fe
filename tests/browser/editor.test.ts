// SPDX-License-Identifier: GPL-2.0-or-later
/** Editing: from the text to the loaded module, and what becomes of the text. */
import { describe, expect } from 'vitest';

import { firstVisit, it, Playground } from './playground.ts';

describe('building and loading', () => {
  it('takes a changed text into the log with one Ctrl Enter', async ({ browsing }) => {
    await using visit = await firstVisit(browsing);
    const playground = await Playground.open(visit);
    const { page } = playground;
    await playground.replace('Hello from', 'Greetings from');
    await page.keyboard.press('Control+Enter');

    await page.waitForSelector('.log-row.marked:has-text("Greetings from TypeScript!")');
    await page.waitForSelector('text=Loaded build matches this text');
    expect(await playground.run('dmesg | tail -n 1')).toContain('Greetings from TypeScript!');
  });

  it('unloads the old build first, and keeps half a line that somebody had typed', async ({
    browsing,
  }) => {
    await using visit = await firstVisit(browsing);
    const playground = await Playground.open(visit);
    const { page } = playground;
    await playground.editor();
    await playground.type('echo half a line');
    await playground.shows(/half a line$/);
    await page.keyboard.press('Control+Enter');
    await playground.shows(/insmod helloworld\.ko\n[^]*\$ echo half a line$/);
    await playground.replace('Hello from', 'Howdy from');
    await page.keyboard.press('Control+Enter');
    await playground.shows(/rmmod helloworld[^]*LD \[M\][^]*\$ echo half a line$/);
    expect(await playground.appears('.log-row.marked:has-text("Howdy from TypeScript!")')).toBe(
      true,
    );
  });

  it('shows what is wrong, in the text and in a list', async ({ browsing }) => {
    await using visit = await firstVisit(browsing);
    const playground = await Playground.open(visit);
    const { page } = playground;
    await playground.replace('return new', 'return nwe');
    await page.waitForSelector('.squiggly-error');
    await page.getByRole('tab', { name: /Problems/ }).click();
    await page.waitForSelector('.problem:has-text("nwe")');
    await playground.replace('return nwe', 'return new');
    expect(await playground.appears('text=Types checked')).toBe(true);
  });

  it('explains what stands under the pointer', async ({ browsing }) => {
    await using visit = await firstVisit(browsing);
    const playground = await Playground.open(visit);
    const { page } = playground;
    await playground.editor();
    await page.waitForSelector('text=Types checked');
    const line = page.locator('.view-line', { hasText: 'Hello from' });
    await line.locator('span span').first().hover();
    expect(await playground.appears('.monaco-hover:has-text("kernel log")')).toBe(true);
  });
});

describe('files', () => {
  it('outlive the tab', async ({ browsing }) => {
    await using visit = await firstVisit(browsing);
    const playground = await Playground.open(visit);
    await playground.replace('Hello from', 'Still here from');
    await playground.page.close({ runBeforeUnload: true });

    const again = await Playground.open(visit);
    expect(await again.text()).toContain('Still here from TypeScript!');
    expect(await again.run('grep -c Still ~/hello_world/hello_world.ts')).toBe('1');
  });

  it('go back to how they ship, and forth to what was written', async ({ browsing }) => {
    await using visit = await firstVisit(browsing);
    const playground = await Playground.open(visit);
    const { page } = playground;
    await playground.replace('Hello from', 'Mine from');
    await page.getByRole('button', { name: 'Reset this example' }).click();
    await page.getByRole('button', { name: 'Reset the example' }).click();
    await page.waitForSelector('.view-line:has-text("Hello")');

    await page.getByRole('button', { name: 'Earlier versions of this file' }).click();
    await page.getByRole('option', { name: /Before the example was reset/ }).click();
    await page.getByRole('button', { name: 'Restore this version' }).click();
    expect(await playground.appears('.editor-pane .view-line:has-text("Mine")')).toBe(true);
  });

  it('follow what programs of the machine write', async ({ browsing }) => {
    await using visit = await firstVisit(browsing);
    const playground = await Playground.open(visit);
    const { page } = playground;
    await playground.editor();
    await playground.run('echo "// from the shell" >> ~/hello_world/hello_world.ts');
    await page.waitForSelector('.view-line:has-text("from the shell")');
    await playground.run('mkdir ~/mine; cp ~/hello_world/hello_world.ts ~/mine/mine.ts');
    await page.getByRole('button', { name: /^Project/ }).click();
    await page.getByRole('menuitem', { name: 'mine' }).click();
    expect(await playground.appears('[role=tab]:has-text("mine.ts")')).toBe(true);
  });

  it('change with the project', async ({ browsing }) => {
    await using visit = await firstVisit(browsing);
    const playground = await Playground.open(visit);
    const { page } = playground;
    await playground.editor();
    await page.getByRole('button', { name: /^Project/ }).click();
    await page.getByRole('menuitem', { name: 'yes_chardev' }).click();
    expect(await playground.appears('.view-line:has-text("write_repeated")')).toBe(true);
  });
});
