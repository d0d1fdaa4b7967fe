// SPDX-License-Identifier: GPL-2.0-or-later
/** sysctl: reads and writes kernel parameters under /proc/sys. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { getopt, usage_error } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { errorText, has, valueOf } from './support/command.ts';
import { isDirectory, joinPath, listNames } from './support/files.ts';

const ROOT = '/proc/sys';

const HELP = `
Usage:
 sysctl [options] [variable[=value] ...]

Options:
  -a, --all            display all variables
  -A                   alias of -a
  -X                   alias of -a
  -b, --binary         print value without new line
  -e, --ignore         ignore unknown variables errors
  -N, --names          print variable names without values
  -n, --values         print only values of the given variable(s)
  -p, --load[=<file>]  read values from file
  -q, --quiet          do not echo variable set
  -w, --write          enable writing a value to variable

 -h, --help     display this help and exit
 -V, --version  output version information and exit

For more details see sysctl(8).
`;

interface Options {
  readonly names: boolean;
  readonly values: boolean;
  readonly binary: boolean;
  readonly ignores: boolean;
  readonly quiet: boolean;
  readonly writes: boolean;
}

export const sysctl = defineProgram(function* (c) {
  const args = getopt(c.argv, {
    short: 'aAXbdeNnp::fqwhVox',
    long: {
      all: 'a',
      binary: 'b',
      ignore: 'e',
      names: 'N',
      values: 'n',
      load: 'p::',
      quiet: 'q',
      write: 'w',
      help: 'h',
      version: 'V',
    },
  });
  if ('error' in args) return yield* usage_error(c, args.error);
  if (has(args, 'h') || has(args, 'd')) {
    c.out(HELP);
    return 0;
  }
  if (has(args, 'V')) {
    c.out('sysctl from procps-ng 4.0.2\n');
    return 0;
  }
  const tool = new Sysctl(c, {
    names: has(args, 'N'),
    values: has(args, 'n'),
    binary: has(args, 'b'),
    ignores: has(args, 'e'),
    quiet: has(args, 'q'),
    writes: has(args, 'w'),
  });
  if (['a', 'A', 'X'].some((name) => has(args, name))) return yield* tool.all(ROOT);
  if (has(args, 'p') || has(args, 'f')) {
    return yield* tool.load(valueOf(args, 'p') ?? args.operands[0] ?? '/etc/sysctl.conf');
  }
  if (args.operands.length === 0) {
    yield* c.err(HELP);
    return 1;
  }
  let status = 0;
  for (const operand of args.operands) {
    if (!(yield* tool.setting(operand))) status = 1;
  }
  return status;
});

class Sysctl {
  readonly #c: Libc;
  readonly #options: Options;

  constructor(c: Libc, options: Options) {
    this.#c = c;
    this.#options = options;
  }

  *#warn(message: string): Sleeping<false> {
    yield* this.#c.err(`sysctl: ${message}\n`);
    return false;
  }

  /** `key`, `key=value`. */
  *setting(text: string): Sleeping<boolean> {
    const equals = text.indexOf('=');
    if (equals < 0) {
      if (!this.#options.writes) return yield* this.#read(text);
      return yield* this.#warn('command line(0): invalid syntax, continuing...');
    }
    return yield* this.#write(text.slice(0, equals).trim(), text.slice(equals + 1).trim());
  }

  *load(file: string): Sleeping<number> {
    const bytes = yield* this.#c.read_file(file);
    if (typeof bytes === 'number') {
      yield* this.#warn(`cannot open "${file}": ${errorText(bytes)}`);
      return 1;
    }
    let status = 0;
    for (const [index, raw] of decodeUtf8(bytes).split('\n').entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
      if (!line.includes('=')) {
        yield* this.#warn(`${file}(${index + 1}): invalid syntax, continuing...`);
      } else if (!(yield* this.setting(line))) status = 1;
    }
    return status;
  }

  *all(folder: string): Sleeping<number> {
    const names = yield* listNames(this.#c, folder);
    if (typeof names === 'number') {
      yield* this.#warn(`unable to open directory "${folder}"`);
      return 1;
    }
    let status = 0;
    for (const name of names) {
      const path = joinPath(folder, name);
      if (isDirectory(yield* this.#c.stat(path))) status |= yield* this.all(path);
      else if (!(yield* this.#show(path, keyOf(path)))) status = 1;
    }
    return status;
  }

  *#read(text: string): Sleeping<boolean> {
    const path = pathOf(text);
    const stat = yield* this.#c.stat(path);
    if (typeof stat === 'number') return yield* this.#missing(path, stat);
    if (isDirectory(stat)) return (yield* this.all(path)) === 0;
    return yield* this.#show(path, keyOf(path));
  }

  *#missing(path: string, failure: number): Sleeping<boolean> {
    if (this.#options.ignores) return true;
    return yield* this.#warn(`cannot stat ${path}: ${errorText(failure)}`);
  }

  *#show(path: string, key: string): Sleeping<boolean> {
    if (this.#options.names) {
      this.#c.out(`${key}\n`);
      return true;
    }
    const bytes = yield* this.#c.read_file(path);
    if (typeof bytes === 'number') {
      if (bytes === -ERRNO.EACCES) return yield* this.#warn(`permission denied on key '${key}'`);
      return yield* this.#warn(`reading key "${key}": ${errorText(bytes)}`);
    }
    const text = decodeUtf8(bytes);
    // A value of several lines has the key before each.
    for (const line of (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')) {
      this.#print(key, line);
    }
    return true;
  }

  #print(key: string, value: string): void {
    const prefix = this.#options.values || this.#options.binary ? '' : `${key} = `;
    this.#c.out(`${prefix}${value}${this.#options.binary ? '' : '\n'}`);
  }

  *#write(text: string, value: string): Sleeping<boolean> {
    const path = pathOf(text);
    const key = keyOf(path);
    const stat = yield* this.#c.stat(path);
    if (typeof stat === 'number') return yield* this.#missing(path, stat);
    const fd = yield* this.#c.open(path, O.WRONLY | O.TRUNC);
    const failure = fd < 0 ? fd : yield* this.#c.write_all(fd, `${value}\n`);
    if (fd >= 0) yield* this.#c.close(fd);
    if (failure === -ERRNO.EACCES && fd < 0) {
      return yield* this.#warn(`permission denied on key "${key}"`);
    }
    if (failure < 0) return yield* this.#warn(`setting key "${key}": ${errorText(failure)}`);
    if (!this.#options.quiet) {
      if (this.#options.names) this.#c.out(`${key}\n`);
      else this.#print(key, value);
    }
    return true;
  }
}

/** `kernel.ostype` and `kernel/ostype` are the same; whichever comes first separates. */
function pathOf(text: string): string {
  const separator = /[./]/.exec(text)?.[0];
  if (separator === '/') return `${ROOT}/${text}`;
  return `${ROOT}/${swapped(text)}`;
}

function keyOf(path: string): string {
  return swapped(path.slice(ROOT.length + 1));
}

/** Dots and slashes exchanged. */
function swapped(text: string): string {
  return [...text].map((char) => ({ '.': '/', '/': '.' })[char] ?? char).join('');
}
