// SPDX-License-Identifier: GPL-2.0-or-later
/** rmdir: removes empty directories. */
import { ERRNO } from '../uapi/errno.ts';
import { command, complain, errorText, has, misuse } from './support/command.ts';
import { dirName } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';

const HELP = `Usage: rmdir [OPTION]... DIRECTORY...
Remove the DIRECTORY(ies), if they are empty.

      --ignore-fail-on-non-empty
                  ignore each failure that is solely because a directory
                    is non-empty
  -p, --parents   remove DIRECTORY and its ancestors
  -v, --verbose   output a diagnostic for every directory processed
      --help        display this help and exit
`;

export const rmdir = command({
  short: 'pv',
  long: { 'ignore-fail-on-non-empty': 'ignore', parents: 'p', verbose: 'v' },
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* misuse(c, 'missing operand');
    let status = 0;
    for (const operand of args.operands) {
      for (let path = operand; path !== '.' && path !== '/'; path = dirName(path)) {
        if (has(args, 'v')) c.out(`${c.program}: removing directory, ${quoteAlways(path)}\n`);
        const failure = yield* c.rmdir(path);
        if (failure < 0) {
          if (failure === -ERRNO.ENOTEMPTY && has(args, 'ignore')) break;
          const what = path === operand ? 'failed to remove' : 'failed to remove directory';
          yield* complain(c, `${what} ${quoteAlways(path)}: ${errorText(failure)}`);
          status = 1;
          break;
        }
        if (!has(args, 'p')) break;
      }
    }
    return status;
  },
});
