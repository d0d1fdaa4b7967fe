// SPDX-License-Identifier: GPL-2.0-or-later
/** env and printenv: the environment, and programs in another one. */
import { ERRNO } from '../uapi/errno.ts';
import { command, errorText, has, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { quoteAlways } from './support/quote.ts';

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
const NOT_RUNNABLE = 126;
const NOT_FOUND = 127;

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
        const message = `cannot change directory to ${quoteAlways(directory)}: ${errorText(failure)}`;
        return yield* c.die(c.program, message, FAILED);
      }
    }
    const [name] = words;
    if (name === undefined) {
      const end = has(args, '0') ? '\0' : '\n';
      c.out(c.environ().map((entry) => entry + end).join(''));
      return 0;
    }
    const path = yield* c.find_program(name);
    const failure = typeof path === 'number' ? path : yield* c.execve(path, words, c.environ());
    const status = failure === -ERRNO.ENOENT ? NOT_FOUND : NOT_RUNNABLE;
    return yield* c.die(c.program, `${quoted(c, name)}: ${errorText(failure)}`, status);
  },
});

export const printenv = command({
  short: '0',
  long: { null: '0' },
  usageStatus: 2,
  help: 'Usage: printenv [OPTION]... [VARIABLE]...\nPrint the values of the specified environment VARIABLE(s).\n',
  *main(c, args) {
    const end = has(args, '0') ? '\0' : '\n';
    if (args.operands.length === 0) {
      c.out(c.environ().map((entry) => entry + end).join(''));
      return 0;
    }
    let status = 0;
    for (const name of args.operands) {
      const value = c.env.get(name);
      if (value === undefined) status = 1;
      else c.out(value + end);
    }
    return status;
  },
});
