// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: words because modprobe.d(5) has a command of that name
/** modprobe: loads a module with all that it needs, as modules.dep and /etc/modprobe.d say. */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { moduleError } from './insmod.ts';
import { getopt } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { errorText, has, type ParsedCommandLine } from './support/command.ts';
import { joinPath, listNames } from './support/files.ts';
import { type KnownModule, moduleFolder, readTree } from './support/module-tree.ts';
import { loadedModules, moduleName } from './support/modules.ts';

const HELP = `Usage:
	modprobe [options] [-b] modulename [parameters]
	modprobe [options] -a [-b] modulename [modulename...]
	modprobe [options] -r modulename
Options:
	-a, --all                   Consider every non-argument to
	                            be a module name to be inserted
	                            or removed (-r)
	-r, --remove                Remove modules instead of inserting
	    --first-time            Fail if module already inserted or removed
	-b, --use-blacklist         Apply blacklist to resolved alias.
	-f, --force                 Force module insertion.
	-D, --show-depends          Only print module dependencies and exit
	-n, --dry-run               Do not execute operations, just print out
	-q, --quiet                 disable messages
	-v, --verbose               enables more messages
	-V, --version               show version
	-h, --help                  show this help
`;

/** MODULE_INIT_IGNORE_MODVERSIONS | MODULE_INIT_IGNORE_VERMAGIC */
const IGNORE_ALL = 3;
const CONFIG_FOLDER = '/etc/modprobe.d';

interface Config {
  readonly denied: ReadonlySet<string>;
  readonly options: ReadonlyMap<string, string>;
}

export const modprobe = defineProgram(function* (c) {
  const args = getopt(c.argv, {
    short: 'arbfDnqvVh',
    long: {
      all: 'a',
      remove: 'r',
      'use-blacklist': 'b',
      force: 'f',
      'show-depends': 'D',
      'dry-run': 'n',
      show: 'n',
      quiet: 'q',
      verbose: 'v',
      'first-time': 'first-time',
      version: 'V',
      help: 'h',
    },
  });
  if ('error' in args) {
    yield* c.err(`${args.error}\n`);
    return 1;
  }
  if (has(args, 'h') || has(args, 'V')) {
    c.out(has(args, 'h') ? HELP : 'kmod version 30\n');
    return 0;
  }
  const [first, ...rest] = args.operands;
  if (first === undefined) return yield* c.die('modprobe', 'ERROR: missing parameters. See -h.');
  const folder = yield* moduleFolder(c);
  const probe = new Modprobe(c, args, folder, yield* readTree(c, folder), yield* readConfig(c));
  const isList = has(args, 'a') || has(args, 'r');
  let status = 0;
  for (const name of isList ? args.operands : [first]) {
    const words = isList ? '' : rest.join(' ');
    const failed = has(args, 'r') ? yield* probe.remove(name) : yield* probe.insert(name, words);
    status = Math.max(status, failed);
  }
  return status;
});

class Modprobe {
  readonly #c: Libc;
  readonly #args: ParsedCommandLine;
  readonly #folder: string;
  readonly #known: ReadonlyMap<string, KnownModule>;
  readonly #config: Config;

  constructor(
    c: Libc,
    args: ParsedCommandLine,
    folder: string,
    known: ReadonlyMap<string, KnownModule>,
    config: Config,
  ) {
    this.#c = c;
    this.#args = args;
    this.#folder = folder;
    this.#known = known;
    this.#config = config;
  }

  *insert(given: string, words: string): Sleeping<number> {
    const name = moduleName(given);
    const module = this.#known.get(name);
    if (module === undefined) {
      return yield* this.#fatal(`Module ${given} not found in directory ${this.#folder}`);
    }
    if (has(this.#args, 'b') && this.#config.denied.has(name)) return 0;
    const shows = has(this.#args, 'D');
    const present = shows ? [] : yield* this.#loaded();
    if (present.includes(name)) {
      if (!has(this.#args, 'first-time')) return 0;
      return yield* this.#error(`could not insert '${name}': Module already in kernel`);
    }
    for (const path of [...module.needs.toReversed(), module.path]) {
      const each = moduleName(path);
      if (present.includes(each)) continue;
      const set = this.#config.options.get(each) ?? '';
      const parameters = [set, each === name ? words : ''].filter((it) => it !== '').join(' ');
      if (shows || has(this.#args, 'n') || has(this.#args, 'v')) {
        this.#c.out(`insmod ${path} ${parameters}\n`);
      }
      if (shows || has(this.#args, 'n')) continue;
      const failure = yield* this.#load(path, parameters);
      if (failure === 0 || failure === -ERRNO.EEXIST) continue;
      return yield* this.#error(`could not insert '${name}': ${moduleError(-failure)}`);
    }
    return 0;
  }

  /** The module, and then what it needed and nobody else does. */
  *remove(given: string): Sleeping<number> {
    const name = moduleName(given);
    const module = this.#known.get(name);
    if (module === undefined) return yield* this.#fatal(`Module ${given} not found.`);
    if (!(yield* this.#loaded()).includes(name)) {
      if (!has(this.#args, 'first-time')) return 0;
      return yield* this.#fatal(`Module ${name} is not in kernel.`);
    }
    for (const [index, path] of [module.path, ...module.needs].entries()) {
      const each = moduleName(path);
      const modules = yield* loadedModules(this.#c);
      const loaded =
        typeof modules === 'number' ? undefined : modules.find((it) => it.name === each);
      if (loaded === undefined) continue;
      if (loaded.references > 0) {
        if (index > 0) continue;
        return yield* this.#fatal(`Module ${each} is in use.`);
      }
      if (has(this.#args, 'n') || has(this.#args, 'v')) this.#c.out(`rmmod ${each}\n`);
      if (has(this.#args, 'n')) continue;
      const failure = yield* this.#c.delete_module(each, O.NONBLOCK);
      if (failure === 0 || index > 0) continue;
      return yield* this.#fatal(`Error removing ${each} (${path}): ${errorText(failure)}`);
    }
    return 0;
  }

  *#load(path: string, parameters: string): Sleeping<number> {
    const c = this.#c;
    const fd = yield* c.open(path);
    if (fd < 0) return fd;
    const flags = has(this.#args, 'f') ? IGNORE_ALL : 0;
    const failure = yield* c.finit_module(fd, parameters, flags);
    yield* c.close(fd);
    return failure;
  }

  *#loaded(): Sleeping<readonly string[]> {
    const modules = yield* loadedModules(this.#c);
    return typeof modules === 'number' ? [] : modules.map(({ name }) => name);
  }

  *#fatal(text: string): Sleeping<number> {
    if (!has(this.#args, 'q')) yield* this.#c.err(`modprobe: FATAL: ${text}\n`);
    return 1;
  }

  *#error(text: string): Sleeping<number> {
    yield* this.#c.err(`modprobe: ERROR: ${text}\n`);
    return 1;
  }
}

/** `blacklist NAME` and `options NAME WORDS` of every `.conf` file. */
function* readConfig(c: Libc): Sleeping<Config> {
  const denied = new Set<string>();
  const options = new Map<string, string>();
  const names = yield* listNames(c, CONFIG_FOLDER);
  for (const file of typeof names === 'number' ? [] : names) {
    const bytes = file.endsWith('.conf') ? yield* c.read_file(joinPath(CONFIG_FOLDER, file)) : 0;
    if (typeof bytes === 'number') continue;
    for (const line of decodeUtf8(bytes).split('\n')) {
      const [command = '', given = '', ...words] = line.trim().split(/\s+/);
      const name = moduleName(given);
      if (command === 'blacklist') denied.add(name);
      if (command !== 'options') continue;
      options.set(name, [options.get(name) ?? '', ...words].filter((it) => it !== '').join(' '));
    }
  }
  return { denied, options };
}
