// SPDX-License-Identifier: GPL-2.0-or-later
/** rev: prints each line backwards, character by character. */
import { command, complain, errorText } from './support/command.ts';
import { closeInput } from './support/files.ts';

const HELP = `Usage: rev [options] [file ...]

Reverse lines characterwise.

Options:
 -h, --help     display this help
`;

export const rev = command({
  short: '',
  help: HELP,
  *main(c, args) {
    let status = 0;
    for (const name of args.operands.length > 0 ? args.operands : ['-']) {
      const fd = name === '-' ? 0 : yield* c.open(name);
      if (fd < 0) {
        yield* complain(c, `cannot open ${name}: ${errorText(fd)}`);
        status = 1;
        continue;
      }
      const lines = c.lines(fd);
      for (;;) {
        const line = yield* lines.next();
        if (typeof line !== 'string') {
          if (line !== undefined) yield* complain(c, `${name}: ${errorText(line)}`);
          if (line !== undefined) status = 1;
          break;
        }
        yield* c.print([...line].toReversed().join('') + (lines.terminated ? '\n' : ''));
      }
      yield* closeInput(c, fd);
    }
    return status;
  },
});
