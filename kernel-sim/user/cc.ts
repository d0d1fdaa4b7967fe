// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * cc: makes programs from TypeScript, with gcc's command line.
 *
 * The compiler is outside of the machine, behind /dev/hostcc. Differs: which functions may switch
 * is known only of a whole program, so there are no object files.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import { compileProgram } from './cc/compile.ts';
import { readSources } from './cc/sources.ts';
import { CC_HELP, type CcRequest, parseCcWords } from './cc/words.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { complain, errorText } from './support/command.ts';

const VERSION = `cc (Ring Zero, TypeScript) 6.0.3
This is free software; see the source for copying conditions.  There is NO
warranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.

`;

export const cc = defineProgram(function* (c) {
  const request = parseCcWords(c.argv.slice(1));
  if ('error' in request) return yield* fail(c, request.error);
  if (request.wantsHelp || request.wantsVersion) {
    c.out(request.wantsHelp ? CC_HELP : VERSION);
    return 0;
  }
  if (request.stopsAtObjects) {
    return yield* fail(c, "'-c': there are no object files, name all files of a program at once");
  }
  for (const path of request.inputs) {
    if (path.endsWith('.ts')) continue;
    return yield* fail(c, `${path}: file format not recognized`);
  }
  if (request.inputs.length === 0) return yield* terminate(c);
  return yield* build(c, request);
});

function* fail(c: Libc, message: string): Sleeping<number> {
  yield* complain(c, `error: ${message}`);
  return 1;
}

function* terminate(c: Libc): Sleeping<number> {
  yield* c.err(`${c.program}: fatal error: no input files\ncompilation terminated.\n`);
  return 1;
}

function* build(c: Libc, request: CcRequest): Sleeping<number> {
  const sources = yield* readSources(c, request.inputs);
  if ('failure' in sources) {
    yield* complain(c, `error: ${sources.path}: ${errorText(sources.failure)}`);
    return yield* terminate(c);
  }
  const executable = yield* compileProgram(c, sources, request);
  if (executable === undefined) return 1;
  return request.onlyChecks ? 0 : yield* install(c, request.output ?? 'a.out', executable);
}

/** As the linker does: a new file, so that a process that runs the old one keeps it. */
function* install(c: Libc, path: string, bytes: Uint8Array): Sleeping<number> {
  const old = yield* c.lstat(path);
  if (typeof old !== 'number') yield* c.unlink(path);
  const fd = yield* c.open(path, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC, 0o777);
  const failure = fd < 0 ? fd : yield* c.write_all(fd, bytes);
  if (fd >= 0) yield* c.close(fd);
  if (failure >= 0) return 0;
  const what = fd < 0 ? 'cannot open output file' : 'final link failed:';
  yield* c.err(`${c.program}: ${what} ${path}: ${errorText(failure)}\n`);
  return 1;
}
