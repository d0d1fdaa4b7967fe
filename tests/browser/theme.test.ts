// SPDX-License-Identifier: GPL-2.0-or-later
/** The theme: the address, then the person, then the system, live; everywhere the same colours. */
import { afterAll, expect } from 'vitest';

import { TOKENS, type ThemeName } from '../../src/lib/tokens.ts';
import { firstVisit, it, Playground, type Visit } from './playground.ts';

let visit: Visit;

it.beforeAll(async ({ browsing }) => {
  visit = await firstVisit(browsing);
});
afterAll(() => visit[Symbol.asyncDispose]());

function rgb(theme: ThemeName): string {
  const value = Number.parseInt(TOKENS[theme].bg1.hex.slice(1), 16);
  return `rgb(${value >> 16}, ${(value >> 8) & 0xff}, ${value & 0xff})`;
}

async function wears(playground: Playground, theme: ThemeName): Promise<boolean> {
  const { page } = playground;
  await page.waitForSelector(`html[data-theme=${theme}]`);
  await playground.editor();
  for (const part of ['.pane', '.monaco-editor', '.xterm-viewport']) {
    await page.waitForFunction(
      ([selector, colour]) => {
        const element = document.querySelector(selector ?? '');
        return element !== null && getComputedStyle(element).backgroundColor === colour;
      },
      [part, rgb(theme)],
    );
  }
  return true;
}

it('follows the system while the page is open', async () => {
  const playground = await Playground.open(visit);
  await playground.page.emulateMedia({ colorScheme: 'dark' });
  expect(await wears(playground, 'dark')).toBe(true);
  await playground.page.emulateMedia({ colorScheme: 'light' });
  expect(await wears(playground, 'light')).toBe(true);
});

it('is what the address says', async () => {
  const playground = await Playground.open(visit, '?theme=dark');
  await playground.page.emulateMedia({ colorScheme: 'light' });
  expect(await wears(playground, 'dark')).toBe(true);
});

it('is what the person chose, on the next visit too', async () => {
  const playground = await Playground.open(visit);
  await playground.page.emulateMedia({ colorScheme: 'light' });
  await playground.page.getByRole('button', { name: 'Settings' }).click();
  await playground.page.getByRole('menuitem', { name: 'Dark' }).click();
  expect(await wears(playground, 'dark')).toBe(true);
  const again = await Playground.open(visit);
  await again.page.emulateMedia({ colorScheme: 'light' });
  expect(await wears(again, 'dark')).toBe(true);
});
