// SPDX-License-Identifier: GPL-2.0-or-later
/** printenv: the values of variables of the environment. */
import { command, has } from './support/command.ts';

const HELP = `Usage: printenv [OPTION]... [VARIABLE]...
Print the values of the specified environment VARIABLE(s).
If no VARIABLE is specified, print name and value pairs for them all.

  -0, --null     end each output line with NUL, not newline
      --help        display this help and exit
`;

export const printenv = command({
  short: '0',
  long: { null: '0' },
  usageStatus: 2,
  help: HELP,
  *main(c, args) {
    const end = has(args, '0') ? '\0' : '\n';
    if (args.operands.length === 0) {
      c.out(
        c
          .environ()
          .map((entry) => entry + end)
          .join(''),
      );
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
