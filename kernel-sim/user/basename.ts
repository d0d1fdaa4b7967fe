// SPDX-License-Identifier: GPL-2.0-or-later
/** basename: the last part of a path, without a suffix if one is given. */
import { command, has, misuse, missingOperand, valueOf } from './support/command.ts';
import { baseName } from './support/files.ts';
import { quoted } from './support/locale.ts';

const HELP = `Usage: basename NAME [SUFFIX]
  or:  basename OPTION... NAME...
Print NAME with any leading directory components removed.
If specified, also remove a trailing SUFFIX.

  -a, --multiple       support multiple arguments and treat each as a NAME
  -s, --suffix=SUFFIX  remove a trailing SUFFIX; implies -a
  -z, --zero           end each output line with NUL, not newline
      --help        display this help and exit
`;

export const basename = command({
  short: 'as:z',
  long: { multiple: 'a', suffix: 's:', zero: 'z' },
  posixly: true,
  help: HELP,
  *main(c, args) {
    const { operands } = args;
    const [first, second, third] = operands;
    if (first === undefined) return yield* missingOperand(c);
    const isMultiple = has(args, 'a') || has(args, 's');
    if (!isMultiple && third !== undefined) {
      return yield* misuse(c, `extra operand ${quoted(c, third)}`);
    }
    const suffix = valueOf(args, 's') ?? (isMultiple ? '' : (second ?? ''));
    for (const path of isMultiple ? operands : [first]) {
      const name = baseName(path);
      const isCut = suffix !== '' && name !== suffix && name.endsWith(suffix);
      c.out(`${isCut ? name.slice(0, -suffix.length) : name}${has(args, 'z') ? '\0' : '\n'}`);
    }
    return 0;
  },
});
