// SPDX-License-Identifier: GPL-2.0-or-later
/** Asks the compiler behind /dev/hostcc for a program, and prints what is wrong with it. */
import { decodeBase64 } from '../../lib/base64.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { O } from '../../uapi/fs.ts';
import type { BuildReply, BuildRequest, Diagnostic } from '../../uapi/hostcc.ts';
import type { Libc } from '../libc/libc.ts';
import { marker } from '../make/diagnostics.ts';
import { complain, errorText } from '../support/command.ts';
import { shortPath } from './paths.ts';
import type { SourceFiles } from './sources.ts';

const COMPILER = '/dev/hostcc';

export interface CompileOptions {
  readonly warns: boolean;
  readonly areWarningsErrors: boolean;
}

/** The bytes of the executable; undefined when there is none, and the reason is told. */
export function* compileProgram(
  c: Libc,
  sources: SourceFiles,
  options: CompileOptions,
): Sleeping<Uint8Array | undefined> {
  const main = sources.named.find((name) => exportsMain(sources.texts.get(name) ?? ''));
  const request: BuildRequest = {
    version: 1,
    target: 'program',
    module: 'a.out',
    board: 'pc',
    main: main ?? sources.named[0] ?? '',
    sources: Object.fromEntries(sources.texts),
  };
  const reply = yield* askCompiler(c, request);
  if (reply === undefined) return undefined;
  const { diagnostics, executable } = reply;
  const cwd = yield* c.getcwd();
  const here = typeof cwd === 'string' ? `${cwd === '/' ? '' : cwd}/` : '/';
  let isRefused = executable === undefined;
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === 'warning') {
      if (!options.warns) continue;
      isRefused ||= options.areWarningsErrors;
    }
    const source = sources.texts.get(diagnostic.file);
    const file = shortPath(sources.folder + diagnostic.file, here);
    yield* c.err(diagnosticText({ ...diagnostic, file }, source));
  }
  if (isRefused && options.areWarningsErrors && executable !== undefined) {
    yield* c.err(`${c.program}: all warnings being treated as errors\n`);
  }
  return isRefused ? undefined : (decodeBase64(executable ?? '') ?? undefined);
}

function exportsMain(text: string): boolean {
  return /^\s*export\s+(?:function|const|let)\s+main\b/m.test(text);
}

function* askCompiler(c: Libc, request: BuildRequest): Sleeping<BuildReply | undefined> {
  const fd = yield* c.open(COMPILER, O.RDWR | O.CLOEXEC);
  if (fd < 0) {
    yield* complain(c, `${COMPILER}: ${errorText(fd)}`);
    return undefined;
  }
  const failure = yield* c.write_all(fd, JSON.stringify(request));
  const reply = failure < 0 ? failure : yield* c.read_to_end(fd);
  yield* c.close(fd);
  if (typeof reply === 'number') {
    yield* complain(c, `${COMPILER}: ${errorText(reply)}`);
    return undefined;
  }
  // The compiler is part of the simulator, so what it says is well-formed.
  return JSON.parse(decodeUtf8(reply)) as BuildReply;
}

/** As gcc prints it: place, message, the line, a caret under it, and what could be done. */
function diagnosticText(diagnostic: Diagnostic, source: string | undefined): string {
  const { file, line, column, code, message, help, severity = 'error' } = diagnostic;
  let text = `${file}:${line}:${column}: ${severity}: ${message} [${code}]\n`;
  const sourceLine = source?.split('\n')[line - 1];
  if (sourceLine !== undefined) {
    text += `${String(line).padStart(5)} | ${sourceLine}\n`;
    text += `      | ${marker(diagnostic, sourceLine)}\n`;
  }
  if (help !== null) text += `${file}:${line}:${column}: note: ${help}\n`;
  return text;
}
