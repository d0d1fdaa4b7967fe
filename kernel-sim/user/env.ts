// SPDX-License-Identifier: GPL-2.0-or-later
/** env: the environment, and programs in another one. */
import { command, errorText, has, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { quoteAlways } from './support/quote.ts';
import { runCommand } from './support/run-command.ts';

const HELP = `Usage: env [OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]
Set each NAME to VALUE in the environment and run COMMAND.

  -i, --ignore-environment  start with an empty environment
  -0, --null           end each output line with NUL, not newline
  -u, --unset=NAME     remove variable from the environment
  -C, --chdir=DIR      change working directory to DIR
      --help        display this help and exit

A mere - implies -i.  If no COMMAND, print the resulting environment.
`;

const FAILED = 125;

export const env = command({
  short: 'i0u:C:S:v',
  long: { 'ignore-environment': 'i', null: '0', unset: 'u:', chdir: 'C:' },
  posixly: true,
  usageStatus: FAILED,
  help: HELP,
  *main(c, args) {
    const words = [...args.operands];
    if (has(args, 'i') || words[0] === '-') c.env.clear();
    if (words[0] === '-') words.shift();
    for (const { name, value = '' } of args.options) if (name === 'u') c.env.delete(value);
    while (words[0]?.includes('=') === true) {
      const word = words.shift() ?? '';
      c.env.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1));
    }
    const directory = valueOf(args, 'C');
    if (directory !== undefined) {
      const failure = yield* c.chdir(directory);
      if (failure < 0) {
        const what = `cannot change directory to ${quoteAlways(directory)}`;
        return yield* c.die(c.program, `${what}: ${errorText(failure)}`, FAILED);
      }
    }
    const [name] = words;
    if (name === undefined) {
      const end = has(args, '0') ? '\0' : '\n';
      c.out(
        c
          .environ()
          .map((entry) => entry + end)
          .join(''),
      );
      return 0;
    }
    return yield* runCommand(c, words, (file, error) => `${quoted(c, file)}: ${error}`);
  },
});
