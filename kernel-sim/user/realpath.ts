// SPDX-License-Identifier: GPL-2.0-or-later
/** realpath: the absolute path of a file, without links. */
import { canonical, LONG, strict } from './support/canonical.ts';
import { command, complain, errorText, has, lastOf, missingOperand } from './support/command.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: realpath [OPTION]... FILE...
Print the resolved absolute file name;
all but the last component must exist

  -e, --canonicalize-existing  all components of the path must exist
  -m, --canonicalize-missing   no path components need exist or be a directory
  -q, --quiet                  suppress most error messages
      --help        display this help and exit
`;

export const realpath = command({
  short: 'emqsz',
  long: LONG,
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    let status = 0;
    for (const path of args.operands) {
      const target = yield* canonical(c, path, strict(lastOf(args, ['e', 'm']) ?? 'f'));
      if (typeof target === 'number') {
        status = 1;
        if (!has(args, 'q')) yield* complain(c, `${quoteName(path)}: ${errorText(target)}`);
      } else c.out(`${target}\n`);
    }
    return status;
  },
});
