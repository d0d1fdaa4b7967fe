// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The page under a flood: `sudo cat /dev/yes` fills the terminal, as fast as the terminal's line
 * carries it. How long Ctrl-C takes from its keydown to the drawn prompt, and how long frames take.
 * Then the map of memory, scrolled, and the timeline, zoomed and moved.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { preview } from 'vite';

import { findChromium } from '../chromium.mjs';
import type { Row } from './measure.ts';
import { LOAD_MANY, OBJECTS, scrollMap } from './memory-map.ts';
import { EVENTS, LOCK_MANY, moveTimeline } from './timeline.ts';

const INTERRUPTIONS = 20;
const FRAMES = 300;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
];
/** What PROBE puts into the page. */
interface Probe {
  frames: number[];
  answerMs: number;
  screenRows(): string[];
}

const SETUP =
  'cd ~/yes_chardev && make && sudo insmod yes_chardev.ko && ' +
  'sudo mknod /dev/yes c 243 0; clear; echo ready-$((1 + 1))';

/** Runs in the page: keeps frame times, and the time from Ctrl-C to a prompt. */
const PROBE = `
  globalThis.frames = [];
  let last = performance.now();
  requestAnimationFrame(function frame(now) {
    globalThis.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  });
  globalThis.screenRows = () =>
    [...document.querySelectorAll('.xterm-rows > div')].map((row) => row.textContent.trimEnd());
  globalThis.answerMs = 0;
  addEventListener('keydown', (event) => {
    if (!event.ctrlKey || event.key !== 'c') return;
    requestAnimationFrame(function look() {
      const row = globalThis.screenRows().findLast((text) => text !== '');
      if (row?.endsWith('$')) globalThis.answerMs = performance.now() - event.timeStamp;
      else requestAnimationFrame(look);
    });
  }, true);
`;

async function pageUnderFlood(): Promise<readonly Row[]> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: npm test says how to get one');
  const server = await preview({
    root: process.cwd(),
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port: 0, strictPort: true },
  });
  const profile = mkdtempSync(join(tmpdir(), 'ringzero-bench-'));
  const options = { executablePath, args: FLAGS, headless: true };
  const context = await chromium.launchPersistentContext(profile, options);
  try {
    const address = server.httpServer.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    return await measure(page);
  } finally {
    await context.close();
    await server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function measure(page: Page): Promise<readonly Row[]> {
  await page.evaluate(PROBE);
  await page.waitForFunction(() =>
    (globalThis as unknown as Probe).screenRows().some((row) => row.endsWith('$')),
  );
  await page.waitForSelector('.monaco-editor .view-line');
  await page.click('.xterm');
  await enter(page, SETUP);
  await page.waitForFunction(() =>
    (globalThis as unknown as Probe).screenRows().includes('ready-2'),
  );

  const answers: number[] = [];
  while (answers.length < INTERRUPTIONS) {
    await flood(page);
    await page.keyboard.press('Control+c');
    await page.waitForFunction(() => (globalThis as unknown as Probe).answerMs > 0);
    answers.push(await page.evaluate(() => (globalThis as unknown as Probe).answerMs));
  }
  await flood(page);
  await page.evaluate('globalThis.frames.length = 0');
  await page.waitForFunction(
    (count) => (globalThis as unknown as Probe).frames.length >= count,
    FRAMES,
  );
  const frames = await page.evaluate(() => (globalThis as unknown as Probe).frames);
  await page.keyboard.press('Control+c');
  await enter(page, LOAD_MANY);
  await page.waitForFunction(() =>
    (globalThis as unknown as Probe).screenRows().includes('ready-2'),
  );
  const mapFrames = await scrollMap(page);
  await page.click('.xterm');
  await enter(page, LOCK_MANY);
  await page.waitForFunction(() =>
    (globalThis as unknown as Probe).screenRows().includes('ready-3'),
  );
  const timelineFrames = await moveTimeline(page);
  return [
    row('Ctrl-C in a flood, keydown to drawn prompt', answers, 'at most 100 ms'),
    row('frames while the terminal is flooded', frames, 'at most 20 ms'),
    row(`frames while a map of ${OBJECTS} objects is scrolled`, mapFrames, 'median 17 ms'),
    row(`frames while a timeline of ${EVENTS} events is moved`, timelineFrames, 'median 17 ms'),
  ];
}

/** Starts the flood and waits until it fills the screen. */
async function flood(page: Page): Promise<void> {
  await page.evaluate('globalThis.answerMs = 0');
  await enter(page, 'sudo cat /dev/yes');
  await page.waitForFunction(() =>
    (globalThis as unknown as Probe).screenRows().every((row) => row === 'y' || row === ''),
  );
}

async function enter(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

function row(what: string, times: readonly number[], goal: string): Row {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0)} ms`;
  return { what, here: `${at(0.95)} (median ${at(0.5)})`, against: '', ratio: '', goal };
}

for (const { what, here, goal } of await pageUnderFlood()) {
  process.stdout.write(`| ${what} | ${here} | | | ${goal} |\n`);
}
