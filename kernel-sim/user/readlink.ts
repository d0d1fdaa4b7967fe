// SPDX-License-Identifier: GPL-2.0-or-later
/** readlink: where a link leads. */
import { canonical, strict } from './support/canonical.ts';
import { command, complain, errorText, has, lastOf, missingOperand } from './support/command.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: readlink [OPTION]... FILE...
Print value of a symbolic link or canonical file name

  -f, --canonicalize            canonicalize by following every symlink in
                                every component of the given name recursively;
                                all but the last component must exist
  -e, --canonicalize-existing   canonicalize by following every symlink in
                                every component of the given name recursively,
                                all components must exist
  -m, --canonicalize-missing    canonicalize by following every symlink in
                                every component of the given name recursively,
                                without requirements on components existence
  -n, --no-newline              do not output the trailing delimiter
  -q, --quiet                   suppress most error messages
  -s, --silent                  suppress most error messages
  -v, --verbose                 report error messages
  -z, --zero                    end each output line with NUL, not newline
      --help        display this help and exit
`;

export const readlink = command({
  short: 'femnqsvz',
  long: {
    canonicalize: 'f',
    'canonicalize-existing': 'e',
    'canonicalize-missing': 'm',
    'no-newline': 'n',
    quiet: 'q',
    silent: 's',
    verbose: 'v',
    zero: 'z',
  },
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    const mode = lastOf(args, ['f', 'e', 'm']);
    const isBare = has(args, 'n') && args.operands.length === 1;
    const end = isBare ? '' : has(args, 'z') ? '\0' : '\n';
    let status = 0;
    for (const path of args.operands) {
      const target = yield* mode === undefined
        ? c.readlink(path)
        : canonical(c, path, strict(mode));
      if (typeof target === 'number') {
        status = 1;
        if (has(args, 'v')) yield* complain(c, `${quoteName(path)}: ${errorText(target)}`);
      } else c.out(target + end);
    }
    return status;
  },
});
