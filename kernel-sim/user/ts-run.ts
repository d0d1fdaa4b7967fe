// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ts-run: runs a program from its source. The kernel starts it for files that end in `.ts`, as
 * binfmt_misc starts an interpreter, and it may stand behind `#!`.
 *
 * It compiles the file and becomes the result, which has no name any more by then.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import { compileProgram } from './cc/compile.ts';
import { readSources } from './cc/sources.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { complain, errorText } from './support/command.ts';

/** What a shell answers for a command that is found but does not run. */
const CANNOT_RUN = 126;

export const tsRun = defineProgram(function* (c) {
  const [, path, ...args] = c.argv;
  if (path === undefined) {
    yield* c.err(`Usage: ${c.program} FILE.ts [ARGUMENT]...\n`);
    return 2;
  }
  const sources = yield* readSources(c, [path]);
  if ('failure' in sources) {
    yield* complain(c, `${path}: ${errorText(sources.failure)}`);
    return CANNOT_RUN;
  }
  const bytes = yield* compileProgram(c, sources, { warns: false, areWarningsErrors: false });
  if (bytes === undefined) return 1;
  const fd = yield* nameless(c, path.slice(path.lastIndexOf('/') + 1), bytes);
  const failure = fd < 0 ? fd : yield* c.fexecve(fd, [path, ...args], c.environ());
  yield* complain(c, `${path}: ${errorText(failure)}`);
  return CANNOT_RUN;
});

/** An open file without a name that holds `bytes`, or a negative errno. */
function* nameless(c: Libc, name: string, bytes: Uint8Array): Sleeping<number> {
  const folder = `/tmp/ts-run.${yield* c.getpid()}`;
  const made = yield* c.mkdir(folder, 0o700);
  if (made < 0) return made;
  const path = `${folder}/${name}`;
  const fd = yield* c.open(path, O.RDWR | O.CREAT | O.EXCL | O.CLOEXEC, 0o700);
  yield* c.unlink(path);
  yield* c.rmdir(folder);
  if (fd < 0) return fd;
  const failure = yield* c.write_all(fd, bytes);
  if (failure >= 0) return fd;
  yield* c.close(fd);
  return failure;
}
