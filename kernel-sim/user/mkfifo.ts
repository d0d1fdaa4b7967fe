// SPDX-License-Identifier: GPL-2.0-or-later
/** mkfifo: makes named pipes. */
import { S } from '../uapi/fs.ts';
import { command, complain, errorText, missingOperand, valueOf } from './support/command.ts';
import { changeMode } from './support/mode.ts';
import { quoteAlways } from './support/quote.ts';

const PERMISSIONS = 0o666;

const HELP = `Usage: mkfifo [OPTION]... NAME...
Create named pipes (FIFOs) with the given NAMEs.

  -m, --mode=MODE    set file permission bits to MODE, not a=rw - umask
      --help        display this help and exit
`;

export const mkfifo = command({
  short: 'm:',
  long: { mode: 'm:' },
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    const text = valueOf(args, 'm');
    const mode = text === undefined ? PERMISSIONS : changeMode(text, PERMISSIONS, false, 0);
    if (mode === undefined) return yield* c.die(c.program, 'invalid mode');
    let status = 0;
    for (const name of args.operands) {
      let failure = yield* c.mknod(name, S.IFIFO | mode);
      if (failure === 0 && text !== undefined) failure = yield* c.chmod(name, mode);
      if (failure === 0) continue;
      yield* complain(c, `cannot create fifo ${quoteAlways(name)}: ${errorText(failure)}`);
      status = 1;
    }
    return status;
  },
});
