// SPDX-License-Identifier: GPL-2.0-or-later
/** `--check`: reads lines of digests, and says which files they are still true of. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Libc } from '../libc/libc.ts';
import { complain } from '../support/command.ts';
import { closeInput, openInput } from '../support/files.ts';
import { quoteName } from '../support/quote.ts';
import { digestFile, escapeName, parseDigest, type Algorithm, type Expectation } from './digest.ts';

export interface CheckOptions {
  readonly ignoresMissing: boolean;
  readonly isQuiet: boolean;
  readonly isSilent: boolean;
  readonly isStrict: boolean;
  readonly warns: boolean;
}

/** Checks what each of these files says; gives the exit status. */
export function* checkFiles(
  c: Libc,
  algorithm: Algorithm,
  names: readonly string[],
  options: CheckOptions,
): Sleeping<number> {
  let status = 0;
  for (const name of names) {
    if (!(yield* new Check(c, algorithm, name, options).run())) status = 1;
  }
  return status;
}

/** One file with digests. */
class Check {
  readonly #c: Libc;
  readonly #algorithm: Algorithm;
  readonly #name: string;
  readonly #options: CheckOptions;
  #formatted = 0;
  #misformatted = 0;
  #unreadable = 0;
  #mismatched = 0;
  #matched = 0;

  constructor(c: Libc, algorithm: Algorithm, name: string, options: CheckOptions) {
    this.#c = c;
    this.#algorithm = algorithm;
    this.#name = name;
    this.#options = options;
  }

  /** True when everything is as it should be. */
  *run(): Sleeping<boolean> {
    const c = this.#c;
    const fd = yield* openInput(c, this.#name);
    if (fd === undefined) return false;
    const isReadable = yield* this.#readLines(fd);
    yield* closeInput(c, fd);
    if (!isReadable) return false;
    if (this.#formatted === 0) {
      yield* complain(c, `${this.#shownName}: no properly formatted checksum lines found`);
      return false;
    }
    if (!this.#options.isSilent) yield* this.#summarise();
    return (
      this.#mismatched === 0 &&
      this.#unreadable === 0 &&
      (this.#matched > 0 || !this.#options.ignoresMissing) &&
      (this.#misformatted === 0 || !this.#options.isStrict)
    );
  }

  get #shownName(): string {
    return this.#name === '-' ? "'standard input'" : quoteName(this.#name);
  }

  *#readLines(fd: number): Sleeping<boolean> {
    const c = this.#c;
    const lines = c.lines(fd);
    for (let number = 1; ; number++) {
      const line = yield* lines.next();
      if (line === undefined) return true;
      if (typeof line === 'number') {
        yield* complain(c, `${this.#shownName}: read error`);
        return false;
      }
      if (line.startsWith('#')) continue;
      const expected = parseDigest(this.#algorithm, line.replace(/\r$/, ''));
      if (expected !== undefined) yield* this.#checkOne(expected);
      else yield* this.#noteBadLine(number);
    }
  }

  *#noteBadLine(number: number): Sleeping<void> {
    this.#misformatted++;
    if (!this.#options.warns) return;
    const what = `improperly formatted ${this.#algorithm.name} checksum line`;
    yield* complain(this.#c, `${this.#shownName}: ${number}: ${what}`);
  }

  *#checkOne({ file, digest }: Expectation): Sleeping<void> {
    const c = this.#c;
    const { isQuiet, isSilent, ignoresMissing } = this.#options;
    this.#formatted++;
    if (ignoresMissing && (yield* c.stat(file)) === -ERRNO.ENOENT) return;
    const found = yield* digestFile(c, this.#algorithm, file);
    if (found === undefined) this.#unreadable++;
    else if (found === digest) this.#matched++;
    else this.#mismatched++;
    if (isSilent || (isQuiet && found === digest)) return;
    const verdict =
      found === undefined ? 'FAILED open or read' : found === digest ? 'OK' : 'FAILED';
    c.out(`${/[\n\r]/.test(file) ? `\\${escapeName(file)}` : file}: ${verdict}\n`);
  }

  *#summarise(): Sleeping<void> {
    const c = this.#c;
    const [bad, unread, wrong] = [this.#misformatted, this.#unreadable, this.#mismatched];
    if (bad > 0) {
      const what = bad === 1 ? 'line is' : 'lines are';
      yield* complain(c, `WARNING: ${bad} ${what} improperly formatted`);
    }
    if (unread > 0) {
      const what = unread === 1 ? 'listed file' : 'listed files';
      yield* complain(c, `WARNING: ${unread} ${what} could not be read`);
    }
    if (wrong > 0) {
      const what = wrong === 1 ? 'computed checksum' : 'computed checksums';
      yield* complain(c, `WARNING: ${wrong} ${what} did NOT match`);
    }
    if (this.#options.ignoresMissing && this.#matched === 0) {
      yield* complain(c, `${this.#shownName}: no file was verified`);
    }
  }
}
