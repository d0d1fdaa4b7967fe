// SPDX-License-Identifier: GPL-2.0-or-later
/** What people type for the examples, word for word, in the page's own terminal. */
import { afterAll, describe, expect } from 'vitest';

import { EXAMPLE_COMMANDS, withoutTimes } from '../support/example-commands.ts';
import { firstVisit, it, Playground, type Visit } from './playground.ts';

let visit: Visit;
let playground: Playground;

it.beforeAll(async ({ browsing }) => {
  visit = await firstVisit(browsing);
  playground = await Playground.open(visit);
});
afterAll(() => visit[Symbol.asyncDispose]());

describe.each(Object.entries(EXAMPLE_COMMANDS))('%s', (_name, commands) => {
  it.each(commands)('$line', async ({ line, prints = /^$/, isEndless }) => {
    const output = await (isEndless ? untilInterrupted(line, prints) : playground.run(line));
    expect(withoutTimes(output)).toMatch(isEndless ? /\^C/ : prints);
  });
});

/** What stands in the terminal after Ctrl-C has ended the command. */
async function untilInterrupted(line: string, prints: RegExp): Promise<string> {
  await playground.type(`${line}\r`);
  await playground.shows(prints);
  await playground.interrupt();
  await playground.prompt();
  return playground.screen();
}
