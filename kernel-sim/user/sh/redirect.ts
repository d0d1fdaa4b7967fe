// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Redirections, in two steps: `openRedirections` opens files at high descriptors and says what goes
 * where; then a child's spawn actions do it, or `applyRedirections` does it here until `undo`.
 */
import type { HereDoc, HereString, Redirect, Redirection, WordPart } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { O, PIPE_BUF, S } from '../../uapi/fs.ts';
import { RLIMIT } from '../../uapi/resource.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import type { SpawnAction } from '../libc/process-calls.ts';
import { expandBody, expandText, expandWords } from './expand.ts';
import { flushOutput } from './output.ts';
import type { Shell } from './shell.ts';

/** The shell's own descriptors are numbered from here, as bash's are. */
const FIRST_PRIVATE = 10;

/** One change of the descriptor table, in order. */
type Change =
  | { readonly kind: 'dup'; readonly from: number; readonly to: number }
  | { readonly kind: 'close'; readonly fd: number };

export interface Redirections {
  readonly changes: readonly Change[];
  /** Files opened for this, to be closed when it is done. */
  readonly opened: readonly number[];
}

/** Undefined: one failed, which has been said; nothing stays open. */
export function* openRedirections(
  shell: Shell,
  redirects: readonly Redirection[],
): Sleeping<Redirections | undefined> {
  const changes: Change[] = [];
  const opened: number[] = [];
  for (const redirect of redirects) {
    shell.setLine(redirect.pos);
    const done =
      redirect.type === 'Redirect'
        ? yield* openRedirect(shell, redirect, changes, opened)
        : yield* openHere(shell, redirect, changes, opened);
    if (done) continue;
    yield* closeAll(shell, opened);
    return undefined;
  }
  return { changes, opened };
}

export function* closeAll(shell: Shell, fds: readonly number[]): Sleeping<void> {
  for (const fd of fds) yield* shell.c.close(fd);
}

function* openRedirect(
  shell: Shell,
  redirect: Redirect,
  changes: Change[],
  opened: number[],
): Sleeping<boolean> {
  const { operator, descriptor, target } = redirect;
  const isInput = operator.startsWith('<');
  if (target === undefined) return false;
  const name = descriptor?.type === 'FileDescriptorVariable' ? descriptor.name : undefined;
  const isClosing = target.text === '-' && (operator === '>&' || operator === '<&');
  const fd =
    descriptor?.type === 'FileDescriptor'
      ? descriptor.value
      : name === undefined
        ? isInput
          ? 0
          : 1
        : yield* namedDescriptor(shell, name, isClosing);
  if (fd < 0) {
    yield* shell.complain(`${name ?? ''}: ${shell.c.strerror(fd)}`);
    return false;
  }
  if (fd >= FIRST_PRIVATE && !(yield* isPossible(shell, fd))) {
    yield* shell.complain(`${fd}: Bad file descriptor`);
    return false;
  }
  const fields = yield* expandWords(shell, [target]);
  if (fields === undefined) return false;
  const [path] = fields;
  if (path === undefined || fields.length > 1) {
    yield* shell.complain(`${target.text}: ambiguous redirect`);
    return false;
  }
  if (operator === '>&' || operator === '<&') {
    if (path === '-') {
      changes.push({ kind: 'close', fd });
      return true;
    }
    if (/^\d+-?$/.test(path)) return yield* duplicate(shell, path, target.text, fd, changes);
    if (operator === '<&' || descriptor !== undefined) {
      yield* shell.complain(`${target.text}: ambiguous redirect`);
      return false;
    }
  }
  const file = yield* openFile(shell, path, operator);
  if (file < 0) return false;
  opened.push(file);
  // The file itself may have got the number that was free.
  const to = name === undefined ? fd : yield* namedDescriptor(shell, name, false);
  changes.push({ kind: 'dup', from: file, to });
  if (operator === '&>' || operator === '&>>' || operator === '>&') {
    changes.push({ kind: 'dup', from: file, to: 2 });
  }
  return true;
}

/** Where the search for a free number ends. */
const NAMED_LIMIT = 256;

/** `{name}>`: a free number, which the variable gets. `{name}>&-`: the number that it has. */
function* namedDescriptor(shell: Shell, name: string, isClosing: boolean): Sleeping<number> {
  if (isClosing) {
    const text = shell.variables.get(name) ?? '';
    return /^\d+$/.test(text) ? Number(text) : -ERRNO.EBADF;
  }
  for (let fd = FIRST_PRIVATE; fd < NAMED_LIMIT; fd++) {
    if (typeof (yield* shell.c.fstat(fd)) !== 'number') continue;
    shell.variables.set(name, String(fd));
    return fd;
  }
  return -ERRNO.EMFILE;
}

/** `n>&m` and `n>&m-`. The source may be what an earlier redirection of this command made. */
function* duplicate(
  shell: Shell,
  text: string,
  written: string,
  fd: number,
  changes: Change[],
): Sleeping<boolean> {
  const from = Number.parseInt(text, 10);
  const last = changes.findLast(
    (change) => (change.kind === 'dup' ? change.to : change.fd) === from,
  );
  const isOpen =
    last === undefined ? typeof (yield* shell.c.fstat(from)) !== 'number' : last.kind === 'dup';
  if (!isOpen) {
    yield* shell.complain(`${written}: ${shell.c.strerror(-ERRNO.EBADF)}`);
    return false;
  }
  changes.push({ kind: 'dup', from, to: fd });
  if (text.endsWith('-') && from !== fd) changes.push({ kind: 'close', fd: from });
  return true;
}

function* openFile(shell: Shell, path: string, operator: string): Sleeping<number> {
  const { c } = shell;
  let flags = flagsOf(operator);
  if (shell.options.noclobber && (operator === '>' || operator === '&>')) {
    const stat = yield* c.stat(path);
    if (typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFREG) {
      yield* shell.complain(`${path}: cannot overwrite existing file`);
      return -ERRNO.EEXIST;
    }
  }
  if (path === '') flags &= ~O.CREAT;
  for (;;) {
    const fd = yield* c.open(path, flags | O.CLOEXEC, 0o666);
    if (fd === -ERRNO.EINTR && (yield* isWorthTrying(shell))) continue;
    if (fd < 0) {
      if (shell.flow === undefined) yield* shell.complain(`${path}: ${c.strerror(fd)}`);
      return fd;
    }
    return yield* moveAway(shell, fd);
  }
}

/** After EINTR: try again unless it was ^C at a prompt. */
function* isWorthTrying(shell: Shell): Sleeping<boolean> {
  yield* shell.handleSignals();
  return shell.flow === undefined;
}

function flagsOf(operator: string): number {
  switch (operator) {
    case '<':
      return O.RDONLY;
    case '<>':
      return O.RDWR | O.CREAT;
    case '>>':
    case '&>>':
      return O.WRONLY | O.CREAT | O.APPEND;
    default:
      return O.WRONLY | O.CREAT | O.TRUNC;
  }
}

/** RLIMIT_NOFILE allows a descriptor of this number. */
function* isPossible(shell: Shell, fd: number): Sleeping<boolean> {
  const limit = yield* shell.c.getrlimit(RLIMIT.NOFILE);
  return typeof limit === 'number' || fd < limit.soft;
}

/** The same file at a private number, out of the way of what the user names. */
function* moveAway(shell: Shell, fd: number): Sleeping<number> {
  if (fd >= FIRST_PRIVATE) return fd;
  const moved = yield* shell.c.dup_cloexec(fd, FIRST_PRIVATE);
  if (moved < 0) return fd;
  yield* shell.c.close(fd);
  return moved;
}

/** A here-document or here-string becomes a pipe, or a nameless file when it is long. */
function* openHere(
  shell: Shell,
  redirect: HereDoc | HereString,
  changes: Change[],
  opened: number[],
): Sleeping<boolean> {
  const text = yield* hereText(shell, redirect);
  if (text === undefined) return false;
  const bytes = encodeUtf8(text);
  const fd =
    bytes.length <= PIPE_BUF ? yield* herePipe(shell, bytes) : yield* hereFile(shell, bytes);
  if (fd < 0) {
    yield* shell.complain(`cannot create temp file for here-document: ${shell.c.strerror(fd)}`);
    return false;
  }
  opened.push(fd);
  const { descriptor } = redirect;
  const to = descriptor?.type === 'FileDescriptor' ? descriptor.value : 0;
  changes.push({ kind: 'dup', from: fd, to });
  return true;
}

function* hereText(shell: Shell, redirect: HereDoc | HereString): Sleeping<string | undefined> {
  if (redirect.type === 'HereString') {
    const { target } = redirect;
    const text = target === undefined ? '' : yield* expandText(shell, target);
    return text === undefined ? undefined : `${text}\n`;
  }
  const { body, operator } = redirect;
  const strip = (text: string): string =>
    operator === '<<-' ? text.replaceAll(/^\t+/gm, '') : text;
  if (redirect.delimiter?.quoted === true || body.parts === undefined) return strip(body.text);
  if (operator === '<<') return yield* expandBody(shell, body.parts);
  // Tabs go before expansion: those that a variable brings stay.
  let atLineStart = true;
  const parts: WordPart[] = [];
  for (const part of body.parts) {
    const isStart = atLineStart;
    atLineStart = part.type === 'Literal' && part.value.endsWith('\n');
    if (part.type !== 'Literal') {
      parts.push(part);
      continue;
    }
    const value = isStart ? part.value.replace(/^\t+/, '') : part.value;
    parts.push({ ...part, value: value.replaceAll(/\n\t+/g, '\n') });
  }
  return yield* expandBody(shell, parts);
}

function* herePipe(shell: Shell, bytes: Uint8Array): Sleeping<number> {
  const ends = yield* shell.c.pipe2(O.CLOEXEC);
  if (typeof ends === 'number') return ends;
  const [reader, writer] = ends;
  yield* shell.c.write_all(writer, bytes);
  yield* shell.c.close(writer);
  return yield* moveAway(shell, reader);
}

function* hereFile(shell: Shell, bytes: Uint8Array): Sleeping<number> {
  const { c } = shell;
  const path = `/tmp/sh-thd.${shell.pid}.${shell.nextSerial()}`;
  const writer = yield* c.open(path, O.WRONLY | O.CREAT | O.EXCL | O.CLOEXEC, 0o600);
  if (writer < 0) return writer;
  const failure = yield* c.write_all(writer, bytes);
  yield* c.close(writer);
  const reader = failure < 0 ? failure : yield* c.open(path, O.RDONLY | O.CLOEXEC);
  yield* c.unlink(path);
  return reader < 0 ? reader : yield* moveAway(shell, reader);
}

/** The changes as posix_spawn does them in the child. */
export function spawnActions(redirections: Redirections): SpawnAction[] {
  return redirections.changes.map((change) =>
    change.kind === 'dup' ? { dup2: change.from, to: change.to } : { close: change.fd },
  );
}

/** How to take back what `applyRedirections` did: target and its private copy (-1: was closed). */
export type Undo = readonly { readonly fd: number; readonly copy: number }[];

/** Does the changes in the shell's own table. What was there is kept for `undoRedirections`. */
export function* applyRedirections(
  shell: Shell,
  redirections: Redirections,
  isPermanent = false,
): Sleeping<Undo> {
  const { c } = shell;
  yield* flushOutput(shell);
  const undo: { fd: number; copy: number }[] = [];
  for (const change of redirections.changes) {
    const fd = change.kind === 'dup' ? change.to : change.fd;
    if (!isPermanent && !undo.some((entry) => entry.fd === fd)) {
      const copy = yield* c.dup_cloexec(fd, FIRST_PRIVATE);
      if (copy >= 0) shell.saved.add(copy);
      undo.push({ fd, copy });
    }
    if (change.kind === 'close') yield* c.close(fd);
    else yield* c.dup2(change.from, fd);
  }
  // Without room for private numbers a file may lie where it is wanted already.
  const wanted = new Set(redirections.changes.map((each) => (each.kind === 'dup' ? each.to : -1)));
  yield* closeAll(
    shell,
    redirections.opened.filter((fd) => !wanted.has(fd)),
  );
  return undo;
}

export function* undoRedirections(shell: Shell, undo: Undo): Sleeping<void> {
  const { c } = shell;
  yield* flushOutput(shell);
  for (const { fd, copy } of undo.toReversed()) {
    if (copy < 0) {
      yield* c.close(fd);
      continue;
    }
    yield* c.dup2(copy, fd);
    yield* c.close(copy);
    shell.saved.delete(copy);
  }
}
