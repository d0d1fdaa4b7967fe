// SPDX-License-Identifier: GPL-2.0-or-later
/** nice: runs a command with another nice value. */
import { ERRNO } from '../uapi/errno.ts';
import { PRIO } from '../uapi/sched.ts';
import { command, complain, errorText, misuse, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { runCommand } from './support/run-command.ts';

const HELP = `Usage: nice [OPTION] [COMMAND [ARG]...]
Run COMMAND with its nice value changed; without one, print the present value.
Values go from -20 (favoured) to 19 (anybody else first).

  -n, --adjustment=N   add N to the nice value (10 unless told)
      --help        display this help and exit
`;

const FAILED = 125;
const DEFAULT_ADJUSTMENT = 10;

export const nice = command({
  short: 'n:',
  long: { adjustment: 'n:' },
  posixly: true,
  usageStatus: FAILED,
  help: HELP,
  rewrite: oldFashioned,
  *main(c, args) {
    const text = valueOf(args, 'n');
    if (text !== undefined && !/^\s*[+-]?\d+$/.test(text)) {
      return yield* c.die(c.program, `invalid adjustment ${quoted(c, text)}`, FAILED);
    }
    const own = 20 - (yield* c.getpriority(PRIO.PROCESS, 0));
    if (args.operands.length === 0) {
      if (text !== undefined) {
        return yield* misuse(c, 'a command must be given with an adjustment', FAILED);
      }
      c.out(`${own}\n`);
      return 0;
    }
    const wanted = own + Number(text ?? DEFAULT_ADJUSTMENT);
    const failure = yield* c.setpriority(PRIO.PROCESS, 0, Math.max(-20, Math.min(19, wanted)));
    if (failure < 0) {
      yield* complain(c, `cannot set niceness: ${errorText(failure)}`);
      // As the original: what may not be favoured runs as it is.
      if (failure !== -ERRNO.EACCES && failure !== -ERRNO.EPERM) return FAILED;
    }
    return yield* runCommand(c, args.operands, (name, error) => `${quoted(c, name)}: ${error}`);
  },
});

/** `nice -5 cmd` and `nice --5 cmd` for -n 5 and -n -5. */
function oldFashioned(argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    const match = index === 0 ? null : /^-([+-]?\d+)$/.exec(word);
    if (match !== null) words.push('-n', match[1] ?? '');
    else words.push(word);
    if (word === '-n') words.push(argv[++index] ?? '');
    else if (index > 0 && match === null && !word.startsWith('-')) {
      return [...words, ...argv.slice(index + 1)];
    }
  }
  return words;
}
