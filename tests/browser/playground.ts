// SPDX-License-Identifier: GPL-2.0-or-later
/** The playground in a real browser, as somebody at its keyboard sees it. */
import type { Page } from 'playwright-core';
import { test } from 'vitest';

import { launchChromium, type Browser } from '../support/chromium.ts';
import { servePage, type Site } from '../support/serve.ts';

/** How long anything may take on a busy machine. Nothing sleeps: conditions end waits. */
const PATIENCE_MS = 20_000;

/** What the test files of a worker share: starting it takes longer than most tests. */
export interface Browsing {
  readonly site: Site;
  readonly browser: Browser;
}

/** Tests and hooks with a site and a browser at hand, which end with the worker. */
export const it = test
  .extend('site', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const site = await servePage();
    onCleanup(() => site[Symbol.asyncDispose]());
    return site;
  })
  .extend('browser', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const browser = await launchChromium();
    onCleanup(() => browser[Symbol.asyncDispose]());
    return browser;
  })
  .extend('browsing', { scope: 'worker' }, ({ site, browser }): Browsing => ({ site, browser }));

export interface Visit extends Browsing, AsyncDisposable {}

/** The site in a browser that remembers nothing of it; disposing closes all tabs. */
export async function firstVisit({ site, browser }: Browsing): Promise<Visit> {
  const { context } = browser;
  const blank = await context.newPage();
  const session = await context.newCDPSession(blank);
  const origin = new URL(site.url).origin;
  // All but what is kept of scripts: to compile them anew would be half of each test's work.
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await blank.close();
  return {
    site,
    browser,
    async [Symbol.asyncDispose]() {
      await Promise.all(context.pages().map((page) => page.close()));
    },
  };
}

export class Playground {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** Opens a tab and waits for the prompt. */
  static async open({ site, browser }: Visit, query = ''): Promise<Playground> {
    const playground = new Playground(await browser.context.newPage());
    await playground.page.goto(site.url + query);
    await playground.prompt();
    return playground;
  }

  /** Waits until the app has taken the terminal over, and then Monaco the text. */
  async editor(): Promise<void> {
    await this.page.waitForSelector('.monaco-editor .view-line');
  }

  /** Everything that stands in the terminal. */
  async screen(): Promise<string> {
    const rows = await this.page.locator('.xterm-rows > div').allTextContents();
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** Waits until the terminal shows this. */
  async shows(pattern: RegExp): Promise<void> {
    const { source, flags } = pattern;
    try {
      await this.page.waitForFunction(matchesScreen, { source, flags }, { polling: 'raf' });
    } catch (error) {
      throw new Error(`no ${String(pattern)} in the terminal:\n${await this.screen()}`, {
        cause: error,
      });
    }
  }

  /** Waits until the last line is a prompt with nothing after it. */
  async prompt(): Promise<void> {
    await this.shows(/[$#]$/);
  }

  /** Types a command line, and returns what it printed once the prompt is back. */
  async run(command: string): Promise<string> {
    await this.clear();
    await this.type(`${command}\r`);
    await this.shows(/^[^\n]*[$#] [^]*\n[^\n]*[$#]$/);
    const lines = (await this.screen()).split('\n');
    return lines.slice(1, -1).join('\n');
  }

  async type(keys: string): Promise<void> {
    await this.page.locator('.xterm-helper-textarea').focus();
    await this.page.keyboard.type(keys.replaceAll('\r', '\n'));
  }

  async interrupt(): Promise<void> {
    await this.page.locator('.xterm-helper-textarea').focus();
    await this.page.keyboard.press('Control+c');
  }

  /** Empties the terminal, all but the line with the prompt. */
  async clear(): Promise<void> {
    await this.type('\u000c');
    await this.shows(/^[^\n]*[$#]$/);
  }

  /** Replaces text as a person would. Monaco closes quotes and brackets: leave none open. */
  async replace(before: string, after: string): Promise<void> {
    await this.editor();
    const line = this.page.locator('.monaco-editor .view-line', { hasText: before }).first();
    await line.click();
    await this.page.keyboard.press('Home');
    const at = ((await line.textContent()) ?? '').replaceAll('\u00a0', ' ').indexOf(before);
    const indent = ((await line.textContent()) ?? '').search(/[^\s\u00a0]/);
    for (let n = indent; n < at; n++) await this.page.keyboard.press('ArrowRight');
    for (let n = 0; n < before.length; n++) await this.page.keyboard.press('Shift+ArrowRight');
    await this.page.keyboard.insertText(after);
  }

  /** Waits for it; false when it never came. */
  async appears(selector: string): Promise<boolean> {
    return this.page.waitForSelector(selector).then(
      () => true,
      () => false,
    );
  }

  async text(): Promise<string> {
    await this.editor();
    const lines = await this.page.locator('.monaco-editor .view-line').allTextContents();
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }
}

/** Context: the page. */
function matchesScreen({ source, flags }: { source: string; flags: string }): boolean {
  const screen = [...document.querySelectorAll('.xterm-rows > div')]
    .map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd())
    .join('\n')
    .trimEnd();
  return new RegExp(source, flags).test(screen);
}
