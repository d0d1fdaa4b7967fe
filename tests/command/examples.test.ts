// SPDX-License-Identifier: GPL-2.0-or-later
/** `ringzero run` obeys what people type for the examples, word for word. */
import { beforeAll, expect, it, vi } from 'vitest';

import { EXAMPLE_COMMANDS, withoutTimes } from '../support/example-commands.ts';
import { expectFreshBuild, runCommand } from './built-command.ts';

// Each test starts processes, on machines that have others to run.
vi.setConfig({ testTimeout: 60_000 });

const END = '(end of the command)';

beforeAll(expectFreshBuild);

it.each(Object.entries(EXAMPLE_COMMANDS))('%s', async (_name, commands) => {
  // Nobody is at a keyboard to press Ctrl-C: there the reader ends, and with it what it reads.
  const lines = commands.map(({ line, isEndless }) => (isEndless ? `${line} | head -n 99` : line));
  const script = `exec 2>&1\n${lines.map((line) => `${line}\necho '${END}'`).join('\n')}\n`;
  const { stdout, status } = await runCommand(['run', '-'], script);
  expect(status).toBe(0);
  const outputs = stdout.split(`${END}\n`);
  const wrong = commands
    .map(({ line, prints = /^$/ }, index) => ({ line, prints, output: outputs[index]! }))
    .filter(({ prints, output }) => !prints.test(withoutTimes(output)));
  expect(wrong).toEqual([]);
});
