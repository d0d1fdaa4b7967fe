// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * cat: copies files to standard output.
 *
 * Without options the bytes never leave the program's memory: one read and one write per block.
 */
import { WOULD_BLOCK, type Sleeping } from '../uapi/coroutine.ts';
import { S, SEEK } from '../uapi/fs.ts';
import type { Stat } from './libc/file-calls.ts';
import type { Libc } from './libc/libc.ts';
import { CatFormatter } from './support/cat-format.ts';
import { command, complain, errorText } from './support/command.ts';
import { closeInput, openInput } from './support/files.ts';
import { quoteName } from './support/quote.ts';

const BUFFER_SIZE = 128 * 1024;

const HELP = `Usage: cat [OPTION]... [FILE]...
Concatenate FILE(s) to standard output.

With no FILE, or when FILE is -, read standard input.

  -A, --show-all           equivalent to -vET
  -b, --number-nonblank    number nonempty output lines, overrides -n
  -e                       equivalent to -vE
  -E, --show-ends          display $ at end of each line
  -n, --number             number all output lines
  -s, --squeeze-blank      suppress repeated empty output lines
  -t                       equivalent to -vT
  -T, --show-tabs          display TAB characters as ^I
  -u                       (ignored)
  -v, --show-nonprinting   use ^ and M- notation, except for LFD and TAB
      --help        display this help and exit
`;

export const cat = command({
  short: 'AbeEnstTuv',
  long: {
    'show-all': 'A',
    'number-nonblank': 'b',
    'show-ends': 'E',
    number: 'n',
    'squeeze-blank': 's',
    'show-tabs': 'T',
    'show-nonprinting': 'v',
  },
  help: HELP,
  *main(c, { options, operands }) {
    const letters = options.map((option) => option.name).join('');
    const given = (names: string): boolean => [...names].some((name) => letters.includes(name));
    const formatter = given('AbeEnstTv')
      ? new CatFormatter({
          number: given('b') ? 'nonblank' : given('n') ? 'all' : 'none',
          squeeze: given('s'),
          ends: given('AeE'),
          tabs: given('AtT'),
          nonprinting: given('Aetv'),
        })
      : undefined;

    const output = yield* c.fstat(1);
    if (typeof output === 'number') {
      return yield* c.die(c.program, `standard output: ${errorText(output)}`);
    }
    const buffer = yield* c.memory.malloc(BUFFER_SIZE);
    if (buffer === 0) return yield* c.die(c.program, 'memory exhausted');
    let status = 0;
    for (const name of operands.length > 0 ? operands : ['-']) {
      const fd = yield* openInput(c, name);
      if (fd === undefined) {
        status = 1;
        continue;
      }
      if (yield* feedsItself(c, fd, output)) {
        yield* complain(c, `${quoteName(name)}: input file is output file`);
        status = 1;
      } else if (formatter === undefined) status |= yield* copy(c, fd, name, buffer);
      else status |= yield* format(c, fd, name, formatter);
      yield* closeInput(c, fd);
      if (c.stdout.error < 0) break;
    }
    return status;
  },
});

/** `cat x >> x` would never end. */
function* feedsItself(c: Libc, fd: number, output: Stat | number): Sleeping<boolean> {
  if (typeof output === 'number' || (output.mode & S.IFMT) !== S.IFREG) return false;
  const input = yield* c.fstat(fd);
  if (typeof input === 'number') return false;
  if (input.dev !== output.dev || input.ino !== output.ino) return false;
  return (yield* c.lseek(fd, 0, SEEK.CUR)) < input.size;
}

function* copy(c: Libc, fd: number, name: string, buffer: number): Sleeping<number> {
  for (;;) {
    let count = c.read_into(fd, buffer, BUFFER_SIZE);
    if (count === WOULD_BLOCK) count = yield* c.wait();
    if (count <= 0) return count === 0 ? 0 : yield* readError(c, name, count);
    for (let done = 0; done < count;) {
      let written = c.write_from(1, buffer + done, count - done);
      if (written === WOULD_BLOCK) written = yield* c.wait();
      if (written < 0) {
        // The end of the program reports it.
        c.stdout.error = written;
        return 1;
      }
      done += written;
    }
  }
}

function* format(c: Libc, fd: number, name: string, formatter: CatFormatter): Sleeping<number> {
  for (;;) {
    const bytes = yield* c.read(fd, BUFFER_SIZE);
    if (typeof bytes === 'number') return yield* readError(c, name, bytes);
    if (bytes.length === 0) return 0;
    c.out(formatter.format(bytes));
    if ((yield* c.flush()) < 0) return 1;
  }
}

function* readError(c: Libc, name: string, failure: number): Sleeping<number> {
  yield* complain(c, `${quoteName(name)}: ${errorText(failure)}`);
  return 1;
}
