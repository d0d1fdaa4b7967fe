// SPDX-License-Identifier: GPL-2.0-or-later
/** less: pages through files and pipes. Like cat where nobody can see a page. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { COMMANDS, startSearch } from './less/commands.ts';
import { openFile } from './less/files.ts';
import { LESS_HELP } from './less/help.ts';
import { parseLessWords, type LessCommandLine } from './less/options.ts';
import { Pager, type PagedFile } from './less/pager.ts';
import { Terminal } from './support/terminal.ts';

const BLOCK = 16_384;
const STDERR = 2;

export const less = defineProgram(function* (c) {
  const fromEnvironment = (c.env.get('LESS') ?? '').split(/[ $]+/).filter((word) => word !== '');
  const flags = fromEnvironment.map((word) => (/^[-+]/.test(word) ? word : `-${word}`));
  return yield* runLess(c, parseLessWords([...flags, ...c.argv.slice(1)]));
});

function* runLess(c: Libc, line: LessCommandLine): Sleeping<number> {
  const { options } = line;
  if (line.wantsVersion) {
    c.out('less 590 (POSIX regular expressions)\n');
    return 0;
  }
  if (line.error !== undefined) yield* c.err(`${line.error}\n`);
  const isSeen = yield* c.isatty(1);
  if (line.wantsHelp && !isSeen) {
    c.out(LESS_HELP);
    return 0;
  }
  const names = line.files.length > 0 ? line.files : ['-'];
  if (line.files.length === 0 && !line.wantsHelp && (yield* c.isatty(0))) {
    yield* c.err('Missing filename ("less --help" for help)\n');
    return 1;
  }
  if (!isSeen) return yield* copyAll(c, names);
  const terminal = yield* Terminal.open(c, STDERR);
  if (typeof terminal === 'number') return yield* copyAll(c, names);
  const files: PagedFile[] = names.map((name) => ({
    name,
    open: () => openFile(c, name, options),
  }));
  let hasComplained = false;
  for (const [index, file] of files.entries()) {
    const document = yield* file.open();
    if (typeof document === 'string') {
      yield* c.err(`${document}\n`);
      hasComplained = true;
      continue;
    }
    if (hasComplained) yield* waitForReturn(terminal);
    const pager = new Pager(c, terminal, options, files, document, index);
    if (line.wantsHelp) pager.showHelp();
    const { commands } = line;
    if (commands === '') return yield* pager.run(COMMANDS);
    return yield* pager.run(COMMANDS, (it) => runCommands(it, commands));
  }
  return 1;
}

/** What `+` asks for: a search, or a number and keys. */
function* runCommands(pager: Pager, commands: string): Sleeping<void> {
  const [, digits = '', rest = ''] = /^(\d*)(.*)$/s.exec(commands) ?? [];
  const count = digits === '' ? undefined : Number(digits);
  const direction = rest.startsWith('?') ? 'backward' : 'forward';
  if (/^[/?]/.test(rest)) return yield* startSearch(pager, rest.slice(1), direction, count ?? 1);
  if (rest === '' && count !== undefined) yield* COMMANDS.get('g')?.(pager, count) ?? nothing();
  for (const letter of rest) yield* COMMANDS.get(letter)?.(pager, count) ?? nothing();
}

function* nothing(): Sleeping<void> {}

function* waitForReturn(terminal: Terminal): Sleeping<void> {
  yield* terminal.write('Press RETURN to continue ');
  yield* terminal.enter();
  yield* terminal.key();
  yield* terminal.leave();
  yield* terminal.write('\n');
}

/** cat. */
function* copyAll(c: Libc, names: readonly string[]): Sleeping<number> {
  for (const name of names) {
    const fd = name === '-' ? 0 : yield* c.open(name);
    if (fd < 0) {
      yield* c.err(`${name}: ${c.strerror(fd)}\n`);
      continue;
    }
    for (;;) {
      const bytes = yield* c.read(fd, BLOCK);
      if (typeof bytes === 'number') {
        const why = bytes === -ERRNO.EISDIR ? ' is a directory' : `: ${c.strerror(bytes)}`;
        yield* c.err(`${name}${why}\n`);
        break;
      }
      if (bytes.length === 0) break;
      if ((yield* c.print(new Uint8Array(bytes))) < 0) return 1;
    }
    if (fd > 0) yield* c.close(fd);
  }
  return 0;
}
