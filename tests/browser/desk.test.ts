// SPDX-License-Identifier: GPL-2.0-or-later
/** The page around editor and shell: terminals, files, tasks, search, palette, settings, reset. */
import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';

import { type Browsing, firstVisit, it, Playground, type Visit } from './playground.ts';

async function visitDesk(
  browsing: Browsing,
): Promise<{ readonly visit: Visit; readonly desk: Playground }> {
  const visit = await firstVisit(browsing);
  const desk = await Playground.open(visit);
  await desk.editor();
  return { visit, desk };
}

/** Does a command by its palette. */
async function command(desk: Playground, words: string): Promise<void> {
  await desk.page.keyboard.press('F1');
  await desk.page.getByRole('combobox').fill(words);
  await desk.page.keyboard.press('Enter');
  await desk.page.waitForSelector('.palette', { state: 'detached' });
}

describe('terminals', () => {
  it('are sessions of their own, until their tab is closed', async ({ browsing }) => {
    const { visit, desk } = await visitDesk(browsing);
    await using _ = visit;
    const { page } = desk;
    await page.getByRole('button', { name: 'Another terminal' }).click();
    await desk.shows(/ttyS1\n\n[^\n]*\$$/);
    expect(await desk.run('tty 2> /dev/null || ls -l /proc/self/fd/0 | cut -d ">" -f 2')).toContain(
      '/dev/ttyS1',
    );
    await desk.type('sleep 1000\r');
    await page.waitForSelector('[role=tab]:has-text("ttyS1 sleep"), [role=tab]:has-text("sleep")');

    await page.getByRole('tab', { name: /ttyS0/ }).click();
    expect(await desk.run('ps ax | grep -c "sleep 100[0]"')).toBe('1');
    await page.getByRole('tab', { name: /ttyS1/ }).focus();
    await page.getByRole('button', { name: 'Close ttyS1' }).click();
    await page.waitForSelector('[role=tab]:has-text("ttyS1")', { state: 'detached' });
    expect(await desk.run('ps ax | grep -c "sleep 100[0]"')).toBe('0');
    expect(await desk.run('ps ax | grep -c "[g]etty"')).toBe('3');
  });
});

describe('files', () => {
  it('are made, renamed, deleted and brought back, here and in the machine', async ({
    browsing,
  }) => {
    const { visit, desk } = await visitDesk(browsing);
    await using _ = visit;
    const { page } = desk;
    const row = (name: string) => page.locator('.tree-row', { hasText: name });
    await page.getByRole('button', { name: 'Files and search' }).click();
    await page.getByRole('button', { name: 'New file' }).click();
    await page.keyboard.type('notes.md\n');
    await row('notes.md').focus();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'New name of notes.md' }).fill('Kbuild');
    await page.waitForSelector('text=There is something of that name already.');
    await page.getByRole('textbox', { name: 'New name of notes.md' }).fill('todo.md');
    await page.keyboard.press('Enter');
    await row('todo.md').waitFor();
    expect(await desk.run('ls hello_world | grep md')).toBe('README.md\ntodo.md');

    await row('todo.md').focus();
    await page.keyboard.press('Delete');
    await row('todo.md').waitFor({ state: 'detached' });
    expect(await desk.run('ls hello_world | grep -c todo')).toBe('0');
    await page.getByRole('button', { name: 'Undo' }).click();
    await row('todo.md').waitFor();
    expect(await desk.run('ls hello_world | grep -c todo')).toBe('1');
  });

  it('show what the shell does, and outlive the tab but for built modules', async ({
    browsing,
  }) => {
    const { visit, desk } = await visitDesk(browsing);
    await using _ = visit;
    const { page } = desk;
    await page.getByRole('button', { name: 'Files and search' }).click();
    await desk.run('mkdir empty; cd hello_world; make');
    await page.waitForSelector('.tree-row:has-text("empty")');
    await page.waitForSelector('.tree-row:has-text("helloworld.ko")');
    await desk.run('rmdir ~/empty; mkdir ~/kept');
    await page.waitForSelector('.tree-row:has-text("empty")', { state: 'detached' });
    await page.close({ runBeforeUnload: true });

    const again = await Playground.open(visit);
    await again.page.waitForSelector('.tree-row:has-text("kept")');
    expect(await again.run('ls; ls hello_world | grep -c ko')).toMatch(/^[^]*kept[^]*\n0$/);
  });

  it('come from and go to the disk, byte for byte', async ({ browsing }) => {
    const { visit, desk } = await visitDesk(browsing);
    await using _ = visit;
    const { page } = desk;
    const bytes = Buffer.from(Array.from({ length: 512 }, (_each, index) => index % 256));
    await page.getByRole('button', { name: 'Files and search' }).click();
    await page
      .getByLabel('Files to upload')
      .setInputFiles({ name: 'data.bin', mimeType: 'application/octet-stream', buffer: bytes });
    await page.waitForSelector('.tree-row:has-text("data.bin")');
    expect(await desk.run('wc -c < hello_world/data.bin')).toBe('512');

    const download = async (name: string, choice: string): Promise<Buffer> => {
      await page.locator('.tree-row', { hasText: name }).first().click({ button: 'right' });
      const coming = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: choice }).click();
      return readFileSync(await (await coming).path());
    };
    expect(await download('data.bin', 'Download')).toEqual(bytes);
    const archive = await download('hello_world', 'Download as .tar.gz');
    expect([...archive.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  });

  it('are searched', async ({ browsing }) => {
    const { visit, desk } = await visitDesk(browsing);
    await using _ = visit;
    const { page } = desk;
    await page.keyboard.press('Control+Shift+f');
    await page.getByRole('textbox', { name: 'Search in all files' }).fill('Goodbye from');
    await page.locator('.search-hit', { hasText: 'println' }).click();
    expect(await desk.appears('text=Ln 11')).toBe(true);
    await page.getByRole('textbox', { name: 'Search in all files' }).fill('(');
    await page.getByRole('button', { name: 'Regular expression' }).click();
    expect(await desk.appears('.search-count:has-text("Invalid")')).toBe(true);
  });
});

it('shows tasks, and signals them by a command that one can see', async ({ browsing }) => {
  const { visit, desk } = await visitDesk(browsing);
  await using _ = visit;
  const { page } = desk;
  await desk.run('sleep 1000 &');
  await page.getByRole('tab', { name: /Tasks/ }).click();
  await page.locator('.grid-row', { hasText: 'sleep 1000' }).click();
  await page.getByRole('button', { name: /^Ask to end/ }).click();
  await desk.shows(/kill -TERM \d+/);
  await page.locator('.grid-row', { hasText: 'sleep 1000' }).waitFor({ state: 'detached' });
  expect(await desk.run('ps ax | grep -c "sleep 100[0]"')).toMatch(/^0$/m);
});

it('boots what the settings say', async ({ browsing }) => {
  const { visit, desk } = await visitDesk(browsing);
  await using _ = visit;
  const { page } = desk;
  await command(desk, 'settings');
  await page.getByRole('button', { name: 'CPUs: more' }).click();
  await page.getByRole('button', { name: 'CPUs: more' }).click();
  await page.getByText('Full preemption').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart to apply' }).click();
  await page.waitForSelector('text=pc, 4 CPUs');
  await desk.prompt();
  expect(await desk.run('nproc; cat /proc/cmdline')).toMatch(/^4\n[^\n]*preempt=full/);
});

it('goes back to how it ships, when one is sure', async ({ browsing }) => {
  const { visit, desk } = await visitDesk(browsing);
  await using _ = visit;
  const { page } = desk;
  await desk.run('echo mine > mine.txt; mkdir folder; rm yes_chardev/README.md');
  await desk.replace('Hello from', 'Mine from');
  await command(desk, 'reset everything');
  await page.getByRole('button', { name: 'Keep everything' }).click();
  expect(await desk.text()).toContain('Mine from');
  await command(desk, 'reset everything');
  await page.getByRole('dialog').getByRole('button', { name: 'Reset everything' }).click();
  await page.waitForSelector('.view-line:has-text("Hello from")');
  await page.waitForSelector('text=Everything is as it ships');
  await desk.prompt();
  expect(await desk.run('ls -d mine.txt folder 2> /dev/null; ls yes_chardev')).toMatch(/^Kbuild/);
});

it('says so when another tab has the same files', async ({ browsing }) => {
  const { visit, desk } = await visitDesk(browsing);
  await using _ = visit;
  const other = await Playground.open(visit);
  expect(await desk.appears('text=Another tab has these files open too')).toBe(true);
  await other.replace('Hello from', 'Theirs from');
  expect(await desk.appears('text=hello_world.ts was saved in another tab')).toBe(true);
});

it('is worked by keys alone', async ({ browsing }) => {
  const { visit, desk } = await visitDesk(browsing);
  await using _ = visit;
  const { page } = desk;
  const pane = () =>
    page.evaluate(
      () => document.activeElement?.closest<HTMLElement>('[data-pane]')?.dataset['pane'],
    );
  await page.locator('.xterm-helper-textarea').focus();
  const seen = new Set<string | undefined>();
  for (let n = 0; n < 3; n++) {
    await page.keyboard.press('F6');
    seen.add(await pane());
  }
  expect(seen).toEqual(new Set(['editor', 'shell', 'views']));
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Control+Shift+Enter');
  await page.waitForSelector('.editor-pane', { state: 'detached' });
  await page.keyboard.press('Control+Shift+Enter');
  await page.waitForSelector('.editor-pane');
  await page.getByRole('button', { name: 'Settings' }).focus();
  await page.keyboard.press('?');
  expect(await desk.appears('.keys:has-text("Build and load")')).toBe(true);
});
