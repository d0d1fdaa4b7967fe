// SPDX-License-Identifier: GPL-2.0-or-later
/** dirname: a path without its last part. */
import { command, has, missingOperand } from './support/command.ts';
import { dirName } from './support/files.ts';

const HELP = `Usage: dirname [OPTION] NAME...
Output each NAME with its last non-slash component and trailing slashes
removed; if NAME contains no /'s, output '.' (meaning the current directory).

  -z, --zero     end each output line with NUL, not newline
      --help        display this help and exit
`;

export const dirname = command({
  short: 'z',
  long: { zero: 'z' },
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    for (const path of args.operands) c.out(`${dirName(path)}${has(args, 'z') ? '\0' : '\n'}`);
    return 0;
  },
});
