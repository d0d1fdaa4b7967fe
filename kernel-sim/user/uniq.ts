// SPDX-License-Identifier: GPL-2.0-or-later
/** uniq: drops lines that repeat the one before. */
import { O } from '../uapi/fs.ts';
import { command, errorText, has, misuse, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: uniq [OPTION]... [INPUT [OUTPUT]]
Filter adjacent matching lines from INPUT (or standard input),
writing to OUTPUT (or standard output).

  -c, --count           prefix lines by the number of occurrences
  -d, --repeated        only print duplicate lines, one for each group
  -D                    print all duplicate lines
  -f, --skip-fields=N   avoid comparing the first N fields
  -i, --ignore-case     ignore differences in case when comparing
  -s, --skip-chars=N    avoid comparing the first N characters
  -u, --unique          only print unique lines
  -w, --check-chars=N   compare no more than N characters in lines
      --help        display this help and exit
`;

const COUNT_WIDTH = 7;

export const uniq = command({
  short: 'cdDf:is:uw:',
  long: {
    count: 'c',
    repeated: 'd',
    'skip-fields': 'f:',
    'ignore-case': 'i',
    'skip-chars': 's:',
    unique: 'u',
    'check-chars': 'w:',
  },
  help: HELP,
  *main(c, args) {
    const [input = '-', output, extra] = args.operands;
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    const fd = input === '-' ? 0 : yield* c.open(input);
    if (fd < 0) return yield* c.die(c.program, `${quoteName(input)}: ${errorText(fd)}`);
    if (output !== undefined) {
      const target = yield* c.open(output, O.WRONLY | O.CREAT | O.TRUNC, 0o666);
      if (target < 0) return yield* c.die(c.program, `${quoteName(output)}: ${errorText(target)}`);
      yield* c.dup2(target, 1);
    }
    const fields = Number(valueOf(args, 'f') ?? 0);
    const skipped = Number(valueOf(args, 's') ?? 0);
    const compared = Number(valueOf(args, 'w') ?? Infinity);
    const keyOf = (line: string): string => {
      let key = line;
      for (let i = 0; i < fields; i++) key = key.replace(/^[ \t]*[^ \t]*/, '');
      key = key.slice(skipped).slice(0, compared);
      return has(args, 'i') ? key.toLowerCase() : key;
    };
    const showsAll = has(args, 'D');
    const show = (group: readonly string[], size: number): string => {
      const isRepeated = size > 1;
      if (showsAll) return isRepeated ? group.map((line) => `${line}\n`).join('') : '';
      if ((has(args, 'd') && !isRepeated) || (has(args, 'u') && isRepeated)) return '';
      const count = has(args, 'c') ? `${String(size).padStart(COUNT_WIDTH)} ` : '';
      return `${count}${group[0] ?? ''}\n`;
    };
    const lines = c.lines(fd);
    let group: string[] = [];
    let size = 0;
    for (;;) {
      const line = yield* lines.next();
      if (typeof line === 'number') {
        return yield* c.die(c.program, `error reading ${quoteName(input)}: ${errorText(line)}`);
      }
      const isNew = line === undefined || keyOf(line) !== keyOf(group[0] ?? '');
      if (isNew && size > 0) {
        if (c.out(show(group, size)) && (yield* c.flush()) < 0) return 1;
        group = [];
        size = 0;
      }
      if (line === undefined) return 0;
      // Without -D the first line stands for all, however many there are.
      if (size === 0 || showsAll) group.push(line);
      size++;
    }
  },
});
