// SPDX-License-Identifier: GPL-2.0-or-later
/** tac: prints the lines of files, the last first. */
import { command, complain, errorText } from './support/command.ts';
import { closeInput } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';

const NEWLINE = 10;

const HELP = `Usage: tac [OPTION]... [FILE]...
Write each FILE to standard output, last line first.

With no FILE, or when FILE is -, read standard input.

      --help        display this help and exit
`;

export const tac = command({
  short: '',
  help: HELP,
  *main(c, args) {
    let status = 0;
    for (const name of args.operands.length > 0 ? args.operands : ['-']) {
      const fd = name === '-' ? 0 : yield* c.open(name);
      if (fd < 0) {
        const shown = quoteAlways(name);
        yield* complain(c, `failed to open ${shown} for reading: ${errorText(fd)}`);
        status = 1;
        continue;
      }
      const bytes = yield* c.read_to_end(fd);
      yield* closeInput(c, fd);
      if (typeof bytes === 'number') {
        yield* complain(c, `${name}: read error: ${errorText(bytes)}`);
        status = 1;
        continue;
      }
      // A last line without a newline joins the one that comes after it now.
      for (let end = bytes.length; end > 0;) {
        const start = end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1;
        yield* c.print(bytes.subarray(start, end));
        end = start;
      }
    }
    return status;
  },
});
