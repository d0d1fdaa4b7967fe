// SPDX-License-Identifier: GPL-2.0-or-later
/** modprobe: loads a module with all that it needs, as modules.dep and modprobe.d say. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { type Candidate, Catalog, type Step } from './modprobe/catalog.ts';
import { readConfig } from './modprobe/config.ts';
import { MODPROBE_HELP, MODPROBE_OPTIONS } from './modprobe/options.ts';
import { errorText, has, type ParsedCommandLine, valueOf } from './support/command.ts';
import { kmodCommand } from './support/kmod-command.ts';
import { moduleFolder, readIndex } from './support/module-index.ts';
import { type LoadedModule, loadedModules, removeModule } from './support/modules.ts';
import { runProgram } from './support/run-program.ts';

/** MODULE_INIT_IGNORE_MODVERSIONS, MODULE_INIT_IGNORE_VERMAGIC */
const IGNORE = { VERSIONS: 1, VERMAGIC: 2 } as const;

export const modprobe = kmodCommand({
  options: MODPROBE_OPTIONS,
  help: MODPROBE_HELP,
  *main(c, args) {
    const [first, ...rest] = args.operands;
    if (first === undefined && !has(args, 'c')) {
      return yield* c.die('modprobe', 'ERROR: missing parameters. See -h.');
    }
    const configs = args.options.flatMap((it) => (it.name === 'C' ? (it.value ?? []) : []));
    const config = yield* readConfig(c, configs);
    const folder = yield* moduleFolder(c, valueOf(args, 'd'), valueOf(args, 'S'));
    const catalog = new Catalog(yield* readIndex(c, folder), config);
    if (has(args, 'c')) {
      c.out(catalog.describe());
      return 0;
    }
    const probe = new Modprobe(c, args, catalog);
    const isList = has(args, 'a') || has(args, 'r');
    let status = 0;
    for (const name of isList ? args.operands : [first ?? '']) {
      const words = isList ? '' : rest.map(quoted).join(' ');
      const failed = has(args, 'r') ? yield* probe.remove(name) : yield* probe.insert(name, words);
      status = Math.max(status, failed);
    }
    return status;
  },
});

/** A value with spaces stays one word. */
function quoted(word: string): string {
  const match = /^([^=]*=)([^"'].* .*)$/s.exec(word);
  return match === null ? word : `${match[1]}"${match[2]}"`;
}

class Modprobe {
  readonly #c: Libc;
  readonly #args: ParsedCommandLine;
  readonly #catalog: Catalog;
  readonly #isDry: boolean;

  constructor(c: Libc, args: ParsedCommandLine, catalog: Catalog) {
    this.#c = c;
    this.#args = args;
    this.#catalog = catalog;
    this.#isDry = this.#has('n') || this.#has('D');
  }

  *insert(given: string, words: string): Sleeping<number> {
    const found = this.#catalog.lookup(given);
    if (found.length === 0) {
      const { folder } = this.#catalog.index;
      return yield* this.#complain(`Module ${given} not found in directory ${folder}`);
    }
    let status = 0;
    for (const candidate of found) {
      if (this.#has('R')) this.#c.out(`${candidate.name}\n`);
      else status = yield* this.#insert(candidate, words);
    }
    return status;
  }

  *#insert(wanted: Candidate, words: string): Sleeping<number> {
    const { name, alias } = wanted;
    const fail = (errno: number): Sleeping<number> => this.#notInserted(name, errno);
    const failsIfLoaded = this.#has('first-time');
    if (!this.#has('D') && (yield* this.#isLoaded(wanted))) {
      return failsIfLoaded ? yield* fail(-ERRNO.EEXIST) : 0;
    }
    // Who asks by the name means it, unless told otherwise.
    const isAlias = alias !== undefined;
    if (this.#catalog.isDenied(wanted) && (isAlias || this.#has('b'))) return 0;
    for (const step of this.#catalog.steps(wanted, this.#has('i'))) {
      const isWanted = step.name === name && step.alias === alias;
      const failure = yield* this.#step(step, isWanted ? words : '');
      if (failure === -ERRNO.EEXIST && !(isWanted && failsIfLoaded)) continue;
      if (failure < 0 && step.isRequired) return yield* fail(failure);
    }
    return 0;
  }

  /** Loads one module, by its install command if it has one. */
  *#step(step: Step, words: string): Sleeping<number> {
    if (!this.#has('D') && (yield* this.#isLoaded(step))) return -ERRNO.EEXIST;
    const set = this.#catalog.options(step);
    const options = set === '' ? words : `${set} ${words}`;
    const install = step.ignoresCommand ? undefined : this.#catalog.installCommand(step);
    if (install !== undefined) {
      this.#show(`install ${install} ${options}\n`);
      if (this.#isDry) return 0;
      const status = yield* this.#run(install.replaceAll('$CMDLINE_OPTS', options), step.name);
      return status === 0 ? 0 : -ERRNO.EINVAL;
    }
    if (step.known !== undefined) this.#show(`insmod ${step.known.path} ${options}\n`);
    else if (this.#catalog.index.builtin.has(step.name)) this.#show(`builtin ${step.name}\n`);
    if (this.#isDry) return 0;
    return step.known === undefined ? -ERRNO.ENOENT : yield* this.#load(step.known.path, options);
  }

  *#load(path: string, parameters: string): Sleeping<number> {
    const c = this.#c;
    const fd = yield* c.open(path);
    if (fd < 0) return fd;
    const versions = this.#has('f') || this.#has('force-modversion') ? IGNORE.VERSIONS : 0;
    const vermagic = this.#has('f') || this.#has('force-vermagic') ? IGNORE.VERMAGIC : 0;
    const failure = yield* c.finit_module(fd, parameters, versions | vermagic);
    yield* c.close(fd);
    return failure;
  }

  *#notInserted(name: string, errno: number): Sleeping<number> {
    let text = errorText(errno);
    if (errno === -ERRNO.EEXIST) text = 'Module already in kernel';
    if (errno === -ERRNO.ENOENT) {
      text = 'Unknown symbol in module, or unknown parameter (see dmesg)';
    }
    if (!this.#has('q')) {
      yield* this.#c.err(`modprobe: ERROR: could not insert '${name}': ${text}\n`);
    }
    return 1;
  }

  /** The module, and then what it needed and nobody else does. */
  *remove(given: string): Sleeping<number> {
    const found = this.#catalog.lookup(given);
    if (found.length === 0) return yield* this.#complain(`Module ${given} not found.`);
    for (const candidate of found) {
      const status = yield* this.#remove(candidate, this.#has('holders'), false);
      if (status !== 0) return status;
    }
    return 0;
  }

  *#remove(module: Candidate, withHolders: boolean, isAside: boolean): Sleeping<number> {
    const catalog = this.#catalog;
    const { name } = module;
    const soft = this.#has('i') ? { before: [], after: [] } : catalog.softDependencies(name);
    const command = this.#has('i') ? undefined : catalog.removeCommand(module);
    if (command === undefined) {
      if (catalog.index.builtin.has(name)) {
        return isAside ? 0 : yield* this.#complain(`Module ${name} is builtin.`);
      }
      if ((yield* this.#loaded(name)) === undefined) {
        if (!this.#has('first-time')) return 0;
        return yield* this.#complain(`Module ${name} is not in kernel.`);
      }
    }
    yield* this.#removeAside(soft.after);
    if (withHolders) {
      for (const holder of ((yield* this.#loaded(name))?.holders ?? []).toReversed()) {
        const status = yield* this.#remove(catalog.candidate(holder), true, true);
        if (status !== 0) return status;
      }
      // The last holder may have taken it along.
      if (command === undefined && (yield* this.#loaded(name)) === undefined) return 0;
    }
    if (command !== undefined) {
      this.#show(`remove ${command}\n`);
      const status = this.#isDry ? 0 : yield* this.#run(command, name);
      if (status !== 0) return yield* this.#complain(`Error running remove command for ${name}`);
    } else if (((yield* this.#loaded(name))?.references ?? 0) > 0) {
      return yield* this.#complain(`Module ${name} is in use.`);
    } else if (!(yield* this.#unload(name))) return 1;
    for (const { name: need } of command === undefined ? catalog.needs(module).toReversed() : []) {
      if ((yield* this.#loaded(need))?.references === 0) yield* this.#unload(need);
    }
    yield* this.#removeAside(soft.before);
    return 0;
  }

  /** What is there because of another module; whether that works matters to nobody. */
  *#removeAside(names: readonly string[]): Sleeping<void> {
    for (const name of names.toReversed()) {
      for (const it of this.#catalog.lookup(name)) yield* this.#remove(it, false, true);
    }
  }

  *#unload(name: string): Sleeping<boolean> {
    this.#show(`rmmod ${name}\n`);
    if (this.#isDry) return true;
    const flags = O.NONBLOCK | (this.#has('f') ? O.TRUNC : 0);
    return (yield* removeModule(this.#c, name, flags)) === 0;
  }

  *#run(command: string, name: string): Sleeping<number> {
    const c = this.#c;
    c.env.set('MODPROBE_MODULE', name);
    const ended = yield* runProgram(c, ['sh', '-c', command]);
    c.env.delete('MODPROBE_MODULE');
    return ended.kind === 'exited' ? ended.status : 1;
  }

  *#isLoaded({ name }: Candidate): Sleeping<boolean> {
    return this.#catalog.index.builtin.has(name) || (yield* this.#loaded(name)) !== undefined;
  }

  *#loaded(name: string): Sleeping<LoadedModule | undefined> {
    const modules = yield* loadedModules(this.#c);
    return typeof modules === 'number' ? undefined : modules.find((it) => it.name === name);
  }

  #has(option: string): boolean {
    return has(this.#args, option);
  }

  #show(text: string): void {
    if (this.#has('D') || this.#has('v')) this.#c.out(text);
  }

  /** Of a list the others still count, so that it is a warning there. */
  *#complain(text: string): Sleeping<number> {
    const level = this.#has('a') ? 'WARNING' : 'FATAL';
    if (!this.#has('q')) yield* this.#c.err(`modprobe: ${level}: ${text}\n`);
    return 1;
  }
}
