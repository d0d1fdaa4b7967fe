// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The commands to try of each README, typed at a terminal as they stand there, remarks and all. One
 * must succeed, or print what its remark says: `# prints TEXT; why`. What follows as a block
 * without a language is what the last command prints.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { withoutTimes } from '../support/example-commands.ts';
import { TestMachine } from '../support/machine.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLES = readdirSync(join(ROOT, 'kernel-sim/examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => `kernel-sim/examples/${entry.name}/README.md`);
const CTRL_C = '\u0003';
/** The shell has the line, and leaves the terminal to the command. */
const ENTERED = '\u001B[?2004l';

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(path: string): readonly Block[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return Array.from(text.matchAll(/^```(\w*)\n(.*?)^```$/gms), ([, language, body]) => ({
    language: language!,
    text: body!,
  }));
}

/** What a command prints, between its line and the next prompt. */
function printed(guest: TestMachine, line: string): string {
  const output = guest.command(line).replaceAll('\r', '');
  return output.slice(output.indexOf(ENTERED) + ENTERED.length, output.lastIndexOf('\n') + 1);
}

function interrupted(guest: TestMachine, line: string): string {
  guest.type(`${line}\r`);
  guest.waitFor('y\r\ny\r\ny\r\n');
  const from = guest.terminal.length;
  guest.type(CTRL_C);
  guest.runUntil(() => guest.terminal.slice(from).endsWith('$ '), 'the prompt after Ctrl-C');
  return guest.terminal.slice(from);
}

/** Types the READMEs' commands into a machine of its own; notes what did not come as promised. */
class Reader {
  readonly complaints: string[] = [];
  readonly #guest = TestMachine.boot();
  #lastOutput = '';

  constructor(blocks: readonly Block[]) {
    this.#guest.waitFor('$ ');
    for (const { language, text } of blocks) {
      if (language === 'sh' && text.startsWith('cd ~/')) this.#tryOut(text);
      else if (language === '') this.#check('the block after it', text, withoutTimes);
    }
  }

  #tryOut(commands: string): void {
    for (const line of commands.split('\n').filter((each) => each !== '')) {
      const wanted = /# prints ([^;]+)/.exec(line)?.[1];
      const isEndless = line.endsWith('# until Ctrl-C');
      this.#lastOutput = (isEndless ? interrupted : printed)(this.#guest, line);
      if (wanted !== undefined || isEndless) this.#check(line, wanted ?? '^C');
      else if (printed(this.#guest, 'echo $?') !== '0\n') this.#complain(line);
    }
  }

  #check(line: string, wanted: string, filter = (output: string): string => output): void {
    if (!filter(this.#lastOutput).includes(wanted.trimEnd())) this.#complain(line);
  }

  #complain(line: string): void {
    this.complaints.push(`${line}\n${this.#lastOutput}`);
  }
}

describe('the commands to try', { timeout: 60_000 }, () => {
  it.each(['README.md', ...EXAMPLES])('of %s do what it says', (path) => {
    expect(new Reader(blocksOf(path)).complaints).toEqual([]);
  });

  it('are noticed when they do not', () => {
    const text = 'cd ~/hello_world\nfalse\necho 1 # prints 2; or so\necho 3\n';
    const blocks = [
      { language: 'sh', text },
      { language: '', text: '4\n' },
    ];
    expect(new Reader(blocks).complaints).toEqual([
      'false\n',
      'echo 1 # prints 2; or so\n1\n',
      'the block after it\n3\n',
    ]);
  });
});
