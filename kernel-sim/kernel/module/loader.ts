// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Loads and unloads modules: the kernel owns each as the value that its `init` made.
 *
 * Loading: the file is checked, its symbols resolved, its sections put into memory and relocated,
 * its code evaluated, its parameters set, `init` called, and the memory of `.init` sections given
 * back. Unloading drops the value, which runs its dispose and drops its fields. A module that
 * oopsed stays as it is, as on Linux: its code must not run again, and nobody knows what it left
 * behind.
 *
 * Linux: kernel/module/main.c (load_module, delete_module).
 */
import type { ElfSymbol } from '../../lib/elf.ts';
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { ModuleFactory } from '../../uapi/module-abi.ts';
import { SECTION } from '../../uapi/module-sections.ts';
import { LEVEL, type Printk } from '../printk/printk.ts';
import type { Preempt } from '../sched/preempt.ts';
import type { TaintLetter } from '../taint.ts';
import type { DriverCalls } from './driver-calls.ts';
import { FunctionTable } from './function-table.ts';
import { type KoFile, readKo } from './ko-file.ts';
import { type ModuleLayout, type ModuleMemory, PlacedModule, planLayout } from './layout.ts';
import {
  LoadedModule,
  type ModuleExport,
  type PlacedSection,
  type ResolvedSymbol,
} from './loaded-module.ts';
import {
  isSameParameter,
  ModuleParameter,
  type ParameterEntry,
  parameterValues,
  parseWords,
  readParameterEntries,
} from './parameters.ts';
import { checkContext } from './init-context.ts';
import { type ModuleSignatures, taintKernel } from './module-taint.ts';
import type { DriverRuntime, ModuleFunctions } from './runtime.ts';
import { entryPath, nothrowPath, type SiteRegistry } from './sites.ts';
import { type KernelSymbols, SymbolResolver } from './symbols.ts';

const INIT_PATH = entryPath(
  '__x64_sys_finit_module',
  'init_module_from_file',
  'do_init_module',
  'do_one_initcall',
);
const EXIT_PATH = nothrowPath('__x64_sys_delete_module');

export interface LoaderDependencies {
  readonly sim: Sim;
  readonly printk: Printk;
  readonly sites: SiteRegistry;
  readonly runtime: DriverRuntime;
  readonly calls: DriverCalls;
  readonly taint: { mask: number };
  readonly preempt: Preempt;
  /** Linux: WARN. */
  readonly warn: (text: string) => void;
  readonly addTaint: (letter: TaintLetter) => void;
  /** What becomes of a module that nobody has signed. Linux: CONFIG_MODULE_SIG. */
  readonly signatures: ModuleSignatures;
  readonly board: 'pc' | 'rpi3';
  /** Which of a module's two builds is run. */
  readonly build: 'fast' | 'stepped';
  /** The host's evaluator; throws for text that is no program. */
  readonly evaluate: (code: string, name: string) => unknown;
  /** The exports of an API subpath, or undefined. */
  readonly resolveApi: (specifier: string) => object | undefined;
  /** `init` of the class in a `module()` value; undefined for anything else. */
  readonly initOf: (exported: unknown) => ((params: object) => unknown) | undefined;
  readonly memory: ModuleMemory;
  readonly kernelSymbols: KernelSymbols;
}

export interface LoaderHooks {
  loading(): void;
  loaded(module: LoadedModule): void;
  unloaded(module: LoadedModule): void;
  refused(name: string, errno: number): void;
}

/** Who is told when a module comes to be and when it is gone, whether its init worked or not. */
export interface ModuleWatcher {
  added(module: LoadedModule): void;
  removed(module: LoadedModule): void;
}

/** What a factory should answer; one that was not made by the toolchain may answer anything. */
type Exports = ReturnType<ModuleFactory>;

/** A module on its way in: what is known of it before its code runs. */
interface Prepared {
  readonly module: LoadedModule;
  readonly factory: ModuleFactory;
  readonly initAddress: number;
}

export class ModuleLoader {
  readonly #deps: LoaderDependencies;
  readonly #resolver: SymbolResolver;
  /** In order of loading; /proc/modules shows the newest first. */
  readonly #modules = new Map<string, LoadedModule>();
  hooks: LoaderHooks = {
    loading: () => undefined,
    loaded: () => undefined,
    unloaded: () => undefined,
    refused: () => undefined,
  };
  readonly #functions = new FunctionTable();
  watcher: ModuleWatcher = { added: () => undefined, removed: () => undefined };

  constructor(deps: LoaderDependencies) {
    this.#deps = deps;
    deps.sites.functionAddress = (module, name) =>
      this.#modules.get(module)?.image.functionAddresses.get(name) ?? 0;
    this.#resolver = new SymbolResolver(deps.printk, deps.kernelSymbols, () => this.modules);
  }

  get modules(): Iterable<LoadedModule> {
    return this.#modules.values();
  }

  /** What memory may hold the addresses of. */
  get functions(): ModuleFunctions {
    const table = this.#functions;
    return {
      define: (site, fn) => table.define(this.#addressOfSite(site), fn),
      addressOf: (fn) => table.addressOf(fn),
      at: (address) => table.at(address),
    };
  }

  /** Where `.bss` of the module lies whose first site is `base`; undefined for none. */
  variablesOf(base: number): PlacedSection | undefined {
    const { module: owner } = this.#deps.sites.resolve(base);
    const module = owner === undefined ? undefined : this.#modules.get(owner);
    return module?.image.sections.find(({ name }) => name === SECTION.BSS);
  }

  /** 0 also once the module is linked: by then all its functions have their names. */
  #addressOfSite(site: number): number {
    const { name, module: owner } = this.#deps.sites.resolve(site);
    const module = owner === undefined ? undefined : this.#modules.get(owner);
    if (module === undefined || module.isLinked) return 0;
    return module.image.functionAddresses.get(name) ?? 0;
  }

  get(name: string): LoadedModule | undefined {
    return this.#modules.get(name);
  }

  /**
   * finit_module(2): 0 or a negative errno. Context: task that may sleep; the caller is allowed.
   *
   * @param words `name=value` after the file on insmod's command line
   * @param flags `INIT_FLAG` of ko-file.ts
   */
  *load(bytes: Uint8Array, words = '', flags = 0): Sleeping<number> {
    const read = readKo(bytes, this.#deps.board, flags);
    this.hooks.loading();
    if (!read.ok) {
      this.#deps.printk.err(read.why);
      this.hooks.refused('', read.errno);
      return read.errno;
    }
    const errno = yield* this.#loadChecked(read.ko, words, flags !== 0);
    if (errno < 0) this.hooks.refused(read.ko.words.name, errno);
    return errno;
  }

  *#loadChecked(ko: KoFile, words: string, isForced: boolean): Sleeping<number> {
    const { name } = ko.words;
    if (this.#modules.has(name)) return -ERRNO.EEXIST;
    if (this.#deps.signatures === 'enforce') {
      this.#deps.printk.print(LEVEL.NOTICE, 'Loading of unsigned module is rejected');
      return -ERRNO.EKEYREJECTED;
    }
    const prepared = this.#prepare(ko, isForced);
    if (typeof prepared === 'number') return prepared;
    const { module, initAddress } = prepared;
    const { memory } = this.#deps;
    this.#modules.set(name, module);
    for (const provider of module.providers) {
      provider.references++;
      provider.users.add(module);
    }
    // Nobody takes a module out whose init runs, or never came back.
    module.references++;
    this.watcher.added(module);
    let errno = this.#parseWords(module, words);
    if (errno === 0) errno = yield* this.#init(module, prepared.factory);
    module.references--;
    memory.free(initAddress);
    this.#functions.forget(initAddress, module.image.initBytes);
    if (errno < 0) {
      this.#release(module);
      return errno;
    }
    module.state = 'Live';
    this.#trace(module, 0);
    this.hooks.loaded(module);
    return 0;
  }

  /** Everything up to the first line of the module's own code. */
  #prepare(ko: KoFile, isForced: boolean): Prepared | number {
    const { build, printk, evaluate, taint } = this.#deps;
    const { name } = ko.words;
    let factory: unknown;
    try {
      factory = evaluate(ko[build], `${name}.ko`);
    } catch {
      printk.err(`${name}: its code is damaged`);
      return -ERRNO.ENOEXEC;
    }
    if (typeof factory !== 'function') return -ERRNO.ENOEXEC;
    const layout = planLayout(ko.elf);
    const entries = readParameterEntries(ko.elf);
    if (layout === undefined || entries === undefined) {
      printk.err(`${name}: Invalid module format: sections that fit nowhere`);
      return -ERRNO.ENOEXEC;
    }
    const isForce = isForced && (ko.hasForeignVermagic || this.#resolver.lacksVersions(ko));
    const letters = taintKernel(this.#deps, ko, isForce);
    const resolved = this.#resolver.resolve(ko, letters);
    if (typeof resolved === 'number') return resolved;
    taint.mask |= resolved.taint;
    const placed = this.#place(ko, layout, entries, resolved.symbols);
    if (typeof placed === 'number') return placed;
    placed.module.taint = resolved.taint;
    return { ...placed, factory: factory as ModuleFactory };
  }

  /** Takes memory and fills it. */
  #place(
    ko: KoFile,
    layout: ModuleLayout,
    entries: readonly ParameterEntry[],
    imports: readonly ResolvedSymbol[],
  ): Omit<Prepared, 'factory'> | number {
    const { memory, sites, printk } = this.#deps;
    const { name } = ko.words;
    const { coreBytes, initBytes } = layout;
    const address = memory.allocate(coreBytes);
    if (address === 0) return -ERRNO.ENOMEM;
    const initAddress = initBytes === 0 ? 0 : memory.allocate(initBytes);
    const giveBack = (errno: number): number => {
      memory.free(address);
      memory.free(initAddress);
      return errno;
    };
    if (initAddress === 0 && initBytes > 0) return giveBack(-ERRNO.ENOMEM);
    const placed = new PlacedModule(ko.elf, layout, address, initAddress);
    const symbols = this.#addresses(ko.elf.symbols, placed, imports);
    const contents = placed.contents(layout, (symbol) => symbols.get(symbol));
    const exports = ko.exports.flatMap((it): ModuleExport[] => {
      const at = symbols.get(it.name);
      return at === undefined ? [] : [{ ...it, address: at }];
    });
    if (typeof contents === 'string' || exports.length < ko.exports.length) {
      const why = typeof contents === 'string' ? contents : 'an exported symbol is not defined';
      printk.err(`${name}: Invalid module format: ${why}`);
      return giveBack(-ERRNO.ENOEXEC);
    }
    memory.write(address, contents.core);
    if (initBytes > 0) memory.write(initAddress, contents.init);
    for (const { isInit, kind, offset, sizeBytes } of layout.segments) {
      memory.protect((isInit ? initAddress : address) + offset, sizeBytes, kind);
    }
    const parameters = entries.map((entry) => {
      const description = ko.descriptions.get(entry.name) ?? '';
      return new ModuleParameter(entry, description, placed.addressOf(entry.value) ?? 0, memory);
    });
    const image = {
      words: ko.words,
      sizeBytes: coreBytes,
      initBytes,
      siteBase: sites.register(name, ko.sites),
      address,
      staticsAt: address + Math.ceil(layout.coreEnd / 8) * 8,
      sections: placed.coreSections,
      symbols: placed.coreSymbols,
      functionAddresses: placed.functionAddresses,
      exports,
      parameters,
      notes: new Map(
        ko.elf.sections
          .filter((section) => section.name.startsWith('.note'))
          .map((section) => [section.name, section.bytes]),
      ),
    };
    return { module: new LoadedModule(image, imports), initAddress };
  }

  /** Where each symbol that the file speaks of lies. */
  #addresses(
    symbols: readonly ElfSymbol[],
    placed: PlacedModule,
    imports: readonly ResolvedSymbol[],
  ): Map<string, number> {
    const addresses = new Map<string, number>();
    for (const { name, owner } of imports) {
      const address = this.#resolver.addressOf(name, owner);
      if (address !== undefined) addresses.set(name, address);
    }
    for (const symbol of symbols) {
      const address = placed.addressOf(symbol);
      if (address !== undefined) addresses.set(symbol.name, address);
    }
    return addresses;
  }

  #parseWords(module: LoadedModule, text: string): number {
    const { printk } = this.#deps;
    for (const [name, value] of parseWords(text)) {
      const parameter = module.image.parameters.find((it) => isSameParameter(it.name, name));
      if (parameter === undefined) {
        printk.warn(`${module.name}: unknown parameter '${name}' ignored`);
        continue;
      }
      const errno = parameter.set(value);
      if (errno === 0) continue;
      const what = errno === -ERRNO.ENOSPC ? 'too large' : 'invalid';
      printk.err(`${module.name}: \`${value ?? ''}' ${what} for parameter \`${name}'`);
      return errno;
    }
    return 0;
  }

  *#init(module: LoadedModule, factory: ModuleFactory): Sleeping<number> {
    const { runtime, calls, printk, initOf } = this.#deps;
    const linked = this.#linkedFunctions(module);
    const requireApi = (specifier: string): object => {
      if (specifier.startsWith('./')) return linked;
      const exports = this.#deps.resolveApi(specifier);
      if (exports === undefined) throw new Error(`there is no ${specifier}`);
      return exports;
    };
    // Reading the exports may run the module's code too: they may be getters.
    const top = calls.call(module, INIT_PATH, () => {
      const exported = factory(runtime, module.image.siteBase, requireApi) as Exports | undefined;
      for (const { name } of module.image.exports) {
        const fn: unknown = exported?.symbols?.[name];
        if (typeof fn !== 'function') continue;
        module.functions.set(name, fn as (...args: never[]) => unknown);
      }
      return exported?.default;
    });
    module.isLinked = true;
    if (top.errno < 0) return top.errno;
    const init = initOf(top.value);
    if (init === undefined) {
      printk.err(`${module.name}: its default export is no module()`);
      return -ERRNO.ENOEXEC;
    }
    const missing = module.image.exports.find(({ name }) => !module.functions.has(name));
    if (missing !== undefined) {
      printk.err(`${module.name}: there is no function behind its symbol ${missing.name}`);
      return -ERRNO.ENOEXEC;
    }
    const parameters = parameterValues(module.image.parameters);
    const count = this.#deps.preempt.count;
    const answer = yield* calls.callSwitching(module, INIT_PATH, function* () {
      return yield* runtime.maybe(init(parameters));
    });
    checkContext(this.#deps, module.name, count);
    if (answer.errno < 0) return answer.errno;
    if (typeof answer.value !== 'object' || answer.value === null) {
      printk.err(`${module.name}: init returned no module`);
      return -ERRNO.EINVAL;
    }
    module.instance = answer.value;
    calls.initialised(module);
    return 0;
  }

  /** What the module imports of others, by name. */
  #linkedFunctions(module: LoadedModule): object {
    const linked: object = {};
    for (const { name, owner } of module.imports) {
      const fn = owner?.functions.get(name);
      if (fn !== undefined) Object.defineProperty(linked, name, { value: fn, enumerable: true });
    }
    return Object.freeze(linked);
  }

  /**
   * delete_module(2): 0 or a negative errno. Context: task that may sleep; the caller is allowed.
   *
   * @param isForced takes it from those who use it. Linux: try_force_unload
   */
  *unload(name: string, isForced = false): Sleeping<number> {
    const module = this.#modules.get(name);
    if (module === undefined) return -ERRNO.ENOENT;
    if (module.users.size > 0) return -ERRNO.EAGAIN;
    if (module.state !== 'Live') return -ERRNO.EBUSY;
    if (module.references > 0) {
      if (!isForced) return -ERRNO.EAGAIN;
      this.#deps.addTaint('R');
    }
    const { runtime, calls } = this.#deps;
    module.state = 'Unloading';
    calls.unloading(module);
    yield* calls.callSwitching(module, EXIT_PATH, () => runtime.dropSwitching(module.instance));
    module.instance = undefined;
    this.#release(module);
    this.#trace(module, 1);
    this.hooks.unloaded(module);
    return 0;
  }

  /** Forgets a module, and gives back its memory and the modules that it used. */
  #release(module: LoadedModule): void {
    const { image } = module;
    this.#modules.delete(module.name);
    module.isGone = true;
    this.watcher.removed(module);
    for (const provider of module.providers) {
      provider.users.delete(module);
      provider.put();
    }
    for (const parameter of image.parameters) parameter.release();
    this.#functions.forget(image.address, image.sizeBytes);
    module.isFreed = true;
    this.#deps.memory.free(image.address);
  }

  #trace(module: LoadedModule, what: number): void {
    const { trace } = this.#deps.sim;
    if (trace.on) trace.emit(EVENT.MODULE, trace.intern(module.name), what);
  }
}
