// SPDX-License-Identifier: GPL-2.0-or-later
/** pwd: prints the working directory. */
import { command, complain, errorText, lastOf } from './support/command.ts';

export const pwd = command({
  short: 'LP',
  long: { logical: 'L', physical: 'P' },
  help: 'Usage: pwd [OPTION]...\nPrint the full filename of the current working directory.\n',
  *main(c, args) {
    if (args.operands.length > 0) yield* complain(c, 'ignoring non-option arguments');
    const cwd = yield* c.getcwd();
    if (typeof cwd === 'number') {
      return yield* c.die(c.program, `error retrieving current directory: ${errorText(cwd)}`);
    }
    const logical = c.env.get('PWD');
    if (lastOf(args, ['L', 'P']) === 'L' && logical !== undefined) {
      const [here, there] = [yield* c.stat('.'), yield* c.stat(logical)];
      const isSame =
        typeof here !== 'number' &&
        typeof there !== 'number' &&
        here.ino === there.ino &&
        here.dev === there.dev;
      if (isSame && logical.startsWith('/')) {
        c.out(`${logical}\n`);
        return 0;
      }
    }
    c.out(`${cwd}\n`);
    return 0;
  },
});
