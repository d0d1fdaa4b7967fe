// SPDX-License-Identifier: GPL-2.0-or-later
/** A kernel report explains itself, and leads to the line of the driver that caused it. */
import { afterAll, expect } from 'vitest';

import { firstVisit, it, Playground, type Visit } from './playground.ts';

const DRIVER = `import { module } from "kernel";
class Boom {
  static init(): Boom {
    throw new Error("too much");
  }
}
export default module(Boom, { license: "GPL" });
`;

let visit: Visit;
let playground: Playground;

it.beforeAll(async ({ browsing }) => {
  visit = await firstVisit(browsing);
  playground = await Playground.open(visit);
  await playground.editor();
  const text = DRIVER.replaceAll('\n', '\\n').replaceAll("'", String.raw`'\''`);
  await playground.type(`mkdir boom && cd boom && printf '${text}' > boom.ts && make\r`);
  await playground.shows(/ boom\.ko\n[^\n]*[$#]$/);
  await playground.type('clear; sudo insmod boom.ko; dmesg | tail -20\r');
  await playground.shows(/end trace [^]*[$#]$/);
});
afterAll(() => visit[Symbol.asyncDispose]());

it('explains a part of the log that is pointed at', async () => {
  const { page } = playground;
  await page.getByRole('tab', { name: 'Log' }).click();
  await page.locator('.term', { hasText: 'PID: ' }).hover();
  const tooltip = page.getByRole('tooltip');
  await tooltip.waitFor();
  expect(await tooltip.textContent()).toMatch(/^Process \d+, insmodThe program in whose system/);
});

it('explains a part of the terminal that is pointed at', async () => {
  const { page } = playground;
  const row = page.locator('.xterm-rows > div', { hasText: 'RIP:' });
  const box = await row.boundingBox();
  if (box === null) throw new Error('the report stands on the screen');
  const columns = '[    0.000000] RIP: 0010:Boo'.length;
  const width = await row.evaluate((element) => {
    const { length } = element.textContent ?? '';
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().width / length;
  });
  await page.mouse.move(box.x, box.y + box.height / 2);
  await page.mouse.move(box.x + columns * width, box.y + box.height / 2, { steps: 4 });
  const hint = page.locator('.hint');
  await hint.waitFor();
  expect(await hint.textContent()).toMatch(/^In Boom\.init, module boom/);
});

it('opens and marks the line', async () => {
  const { page } = playground;
  await page.locator('.log-row .link', { hasText: 'boom.ts:4' }).first().click();
  await page.locator('.monaco-editor .view-line', { hasText: 'too much' }).waitFor();
  expect(await playground.text()).toContain('throw new Error("too much");');
});
