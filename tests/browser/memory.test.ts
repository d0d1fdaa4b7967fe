// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's memory: a driver's object on the map, and from a report to it and to the line. */
import { afterAll, expect } from 'vitest';

import { firstVisit, it, Playground, type Visit } from './playground.ts';

const MAILBOX = `import { module } from "kernel";
import { miscdev, type File, type FileOperations } from "kernel/fs";
import type { UserSliceReader, UserSliceWriter } from "kernel/fs";
import { GFP_KERNEL, kfree, kmalloc, type Ptr } from "kernel/raw";
import { array, struct, u32, u64, u8 } from "uapi";
class Message extends struct({ next: u64, stamp: u64, length: u32, text: array(u8, 73) }) {}
let message: Ptr<Message>;
class Mailbox implements FileOperations {
  static readonly mode = 0o666;
  static open(): Mailbox { return new Mailbox(); }
  write(_file: File, input: UserSliceReader): void {
    input.skip(input.remaining);
    // SAFETY: wrong on purpose.
    unsafe: { kfree(message); }
  }
  read(_file: File, out: UserSliceWriter): void {
    // SAFETY: wrong on purpose.
    unsafe: { out.write_text("x".repeat(message.$.length)); }
  }
}
class MailboxModule {
  constructor(readonly device: miscdev.Registration) {}
  static init(): MailboxModule {
    // SAFETY: nobody has it yet.
    unsafe: { message = kmalloc(Message.size, GFP_KERNEL); message.$.length = 29; }
    return new MailboxModule(miscdev.register("mailbox", Mailbox));
  }
}
export default module(MailboxModule, { name: "mailbox", license: "GPL" });
`;

let visit: Visit;
let desk: Playground;

it.beforeAll(async ({ browsing }) => {
  visit = await firstVisit(browsing);
  desk = await Playground.open(visit);
  await desk.editor();
  const text = MAILBOX.replaceAll('\n', '\\n').replaceAll("'", String.raw`'\''`);
  const kbuild = "echo 'obj-m := mailbox.o' > Kbuild";
  await desk.type(`mkdir mailbox && cd mailbox && printf '${text}' > mailbox.ts && ${kbuild}\r`);
  await desk.shows(/~\/mailbox\$$/);
  await desk.run('make && sudo insmod mailbox.ko');
});
afterAll(() => visit[Symbol.asyncDispose]());

it('shows an object of a driver on the map and in the table', async () => {
  const { page } = desk;
  await page.getByRole('tab', { name: /^Memory/ }).click();
  await page.getByRole('option', { name: /^kmalloc-96: 1 of \d+ allocated/ }).click();
  const map = page.getByRole('grid', { name: 'Objects of kmalloc-96' });
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('gridcell', { name: 'Slab 1, object 0: allocated' }).waitFor();
  const object = page.getByRole('region', { name: 'Object', exact: true });
  await object.getByText(/^insmod\/\d+ on CPU \d/).waitFor();

  await page.keyboard.press('Enter');
  expect(await object.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Escape');
  expect(await map.evaluate((element) => element === document.activeElement)).toBe(true);

  await page.getByRole('button', { name: 'Table' }).click();
  const row = page.locator('.grid-row[aria-selected=true]');
  expect(await row.textContent()).toMatch(/^ffff888[0-9a-f]{9}allocatedmailbox/);
  await page.getByRole('button', { name: 'Map' }).click();

  await object.getByRole('button', { name: 'mailbox.ts:25' }).click();
  await page.locator('.mark-line').waitFor();
  expect(await desk.text()).toContain('message = kmalloc(Message.size, GFP_KERNEL)');
});

it('leads from a report to the object, to the line, and back to the report', async () => {
  const { page } = desk;
  await desk.run('echo x > /dev/mailbox; head -c 29 /dev/mailbox');
  await page.getByRole('tab', { name: /^Memory\s*1/ }).waitFor();
  const caption = page.locator('.caption');
  await caption.getByText(/ bytes of memory that/).waitFor();
  expect(await caption.textContent()).toMatch(/head read 4 bytes of memory that bash had freed/);

  await page.getByRole('tab', { name: /^Log/ }).click();
  const line = page.locator('.log-row', { hasText: 'Read of size 4 at addr' });
  await line.getByRole('button', { name: /^ffff888/ }).click();
  const object = page.getByRole('region', { name: 'Object', exact: true });
  await object.getByText('freed, in quarantine, badly accessed').waitFor();
  const events = object.getByRole('listitem');
  expect(await events.allTextContents()).toEqual([
    expect.stringMatching(/^Allocated.*MailboxModule\.init.*mailbox\.ts:25insmod/),
    expect.stringMatching(/^Freed.*Mailbox\.write.*mailbox\.ts:14bash/),
    expect.stringMatching(/^Read of size 4 from length.*Mailbox\.read.*mailbox\.ts:18head/),
  ]);
  expect(await object.locator('.hex-run.accessed').allTextContents()).toEqual(['1d 00 00 00']);
  const length = object.getByRole('row', { name: '+10 length u32 29' });
  await length.getByRole('button').focus();
  expect(await object.locator('.hex-run.pointed').allTextContents()).toEqual(['1d 00 00 00']);

  await object.getByRole('button', { name: 'mailbox.ts:18' }).click();
  await page.locator('.mark-line').waitFor();
  await object.getByRole('button', { name: 'Report' }).click();
  await page.locator('.log-row.marked', { hasText: 'slab-use-after-free' }).waitFor();
});

it('leads from the terminal to the object', async () => {
  const { page } = desk;
  await page.getByRole('tab', { name: /^Tasks/ }).click();
  await desk.type('clear; dmesg | grep "Read of size"\r');
  await desk.shows(/addr ffff888[^]*[$#]$/);
  const row = page.locator('.xterm-rows > div', { hasText: 'at addr ' }).last();
  const box = await row.boundingBox();
  if (box === null) throw new Error('the report stands on the screen');
  const text = (await row.textContent()) ?? '';
  const columns = text.indexOf('ffff888') + 4;
  const width = await row.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().width / (element.textContent ?? '').length;
  });
  await page.mouse.move(box.x, box.y + box.height / 2);
  await page.mouse.move(box.x + columns * width, box.y + box.height / 2, { steps: 4 });
  await page.locator('.xterm-cursor-pointer').waitFor();
  await page.mouse.click(box.x + columns * width, box.y + box.height / 2);
  const event = '.object-event.marked:has-text("Read of size 4")';
  expect(await desk.appears(event)).toBe(true);
});
