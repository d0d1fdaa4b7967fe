// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Loads and unloads modules: the kernel owns each as the value that its `init` made.
 *
 * Loading: the file is checked, its memory taken, its code evaluated, `init` called. Unloading
 * drops the value, which runs its dispose and drops its fields. A module that oopsed stays as it
 * is, as on
 * Linux: its code must not run again, and nobody knows what it left behind.
 *
 * Linux: kernel/module/main.c (load_module, delete_module).
 */
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { ModuleFactory } from '../../uapi/module-abi.ts';
import type { Printk } from '../printk/printk.ts';
import { taintBit } from '../taint.ts';
import type { DriverCalls } from './driver-calls.ts';
import { type KoFile, readKo } from './ko-file.ts';
import { LoadedModule } from './loaded-module.ts';
import type { DriverRuntime } from './runtime.ts';
import { entryPath, nothrowPath, type SiteRegistry } from './sites.ts';

const INIT_PATH = entryPath(
  '__x64_sys_finit_module',
  'init_module_from_file',
  'do_init_module',
  'do_one_initcall',
);
const EXIT_PATH = nothrowPath('__x64_sys_delete_module');

/** Licences that do not taint. Linux: license_is_gpl_compatible. */
const FREE_LICENSES: ReadonlySet<string> = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

export interface LoaderDependencies {
  readonly sim: Sim;
  readonly printk: Printk;
  readonly sites: SiteRegistry;
  readonly runtime: DriverRuntime;
  readonly calls: DriverCalls;
  readonly taint: { mask: number };
  readonly board: 'pc' | 'rpi3';
  /** Which of a module's two builds is run. */
  readonly build: 'fast' | 'stepped';
  /** The host's evaluator; throws for text that is no program. */
  readonly evaluate: (code: string, name: string) => unknown;
  /** The exports of an API subpath, or undefined. */
  readonly resolveApi: (specifier: string) => object | undefined;
  /** `init` of the class in a `module()` value; undefined for anything else. */
  readonly initOf: (exported: unknown) => (() => unknown) | undefined;
  /** Memory for a module's code; 0 when there is none. Linux: module_alloc. */
  readonly allocate: (bytes: Uint8Array) => number;
  readonly free: (address: number, sizeBytes: number) => void;
}

export interface LoaderHooks {
  loading(): void;
  loaded(module: LoadedModule): void;
  unloaded(module: LoadedModule): void;
  refused(name: string, errno: number): void;
}

const PAGE = 4096;

/** What a factory should answer; one that was not made by the toolchain may answer anything. */
type Exports = ReturnType<ModuleFactory>;

export class ModuleLoader {
  readonly #deps: LoaderDependencies;
  /** In order of loading; /proc/modules shows the newest first. */
  readonly #modules = new Map<string, LoadedModule>();
  hooks: LoaderHooks = {
    loading: () => undefined,
    loaded: () => undefined,
    unloaded: () => undefined,
    refused: () => undefined,
  };

  constructor(deps: LoaderDependencies) {
    this.#deps = deps;
  }

  get modules(): Iterable<LoadedModule> {
    return this.#modules.values();
  }

  get(name: string): LoadedModule | undefined {
    return this.#modules.get(name);
  }

  /**
   * finit_module(2): 0 or a negative errno. Context: task that may sleep; the caller is allowed.
   */
  *load(bytes: Uint8Array): Sleeping<number> {
    const read = readKo(bytes, this.#deps.board);
    if (!read.ok) {
      this.#deps.printk.err(read.why);
      return read.errno;
    }
    this.hooks.loading();
    const errno = yield* this.#loadChecked(read.ko);
    if (errno < 0) this.hooks.refused(read.ko.name, errno);
    return errno;
  }

  *#loadChecked(ko: KoFile): Sleeping<number> {
    const { build, printk, evaluate, free } = this.#deps;
    if (this.#modules.has(ko.name)) return -ERRNO.EEXIST;
    const code = ko[build];
    let factory: unknown;
    try {
      factory = evaluate(code, `${ko.name}.ko`);
    } catch {
      printk.err(`${ko.name}: its code is damaged`);
      return -ERRNO.ENOEXEC;
    }
    if (typeof factory !== 'function') return -ERRNO.ENOEXEC;
    const module = this.#place(ko);
    if (module === undefined) return -ERRNO.ENOMEM;

    this.#modules.set(ko.name, module);
    this.#taint(module, ko.license);
    // Nobody takes a module out whose init runs, or never came back.
    module.references++;
    const errno = yield* this.#init(module, factory as ModuleFactory);
    module.references--;
    if (errno < 0) {
      this.#modules.delete(ko.name);
      free(module.image.address, module.image.sizeBytes);
      return errno;
    }
    module.state = 'Live';
    this.#trace(module, 0);
    this.hooks.loaded(module);
    return 0;
  }

  /** Takes memory for the fast build, whichever runs: both must look alike from outside. */
  #place(ko: KoFile): LoadedModule | undefined {
    const code = ko.fast;
    // Two pages stand for .data, .bss and the read-only data that every module has.
    const bytes = new Uint8Array(Math.ceil(code.length / PAGE) * PAGE + 2 * PAGE);
    for (let at = 0; at < code.length; at++) bytes[at] = code.charCodeAt(at);
    const address = this.#deps.allocate(bytes);
    if (address === 0) return undefined;
    const siteBase = this.#deps.sites.register(ko.name, ko.sites);
    const { name, license } = ko;
    return new LoadedModule({ name, license, siteBase, address, sizeBytes: bytes.length });
  }

  *#init(module: LoadedModule, factory: ModuleFactory): Sleeping<number> {
    const { runtime, calls, printk, initOf } = this.#deps;
    const requireApi = (specifier: string): object => {
      const exports = this.#deps.resolveApi(specifier);
      if (exports === undefined) throw new Error(`there is no ${specifier}`);
      return exports;
    };
    // Reading the export may run the module's code too: it may be a getter.
    const top = calls.call(
      module,
      INIT_PATH,
      () => (factory(runtime, module.image.siteBase, requireApi) as Exports | undefined)?.default,
    );
    module.isLinked = true;
    if (top.errno < 0) return top.errno;
    const init = initOf(top.value);
    if (init === undefined) {
      printk.err(`${module.name}: its default export is no module()`);
      return -ERRNO.ENOEXEC;
    }
    const answer = yield* calls.callSwitching(module, INIT_PATH, function* () {
      return yield* runtime.maybe(init());
    });
    if (answer.errno < 0) return answer.errno;
    if (typeof answer.value !== 'object' || answer.value === null) {
      printk.err(`${module.name}: init returned no module`);
      return -ERRNO.EINVAL;
    }
    module.instance = answer.value;
    return 0;
  }

  /**
   * delete_module(2): 0 or a negative errno. Context: task that may sleep; the caller is allowed.
   */
  *unload(name: string): Sleeping<number> {
    const module = this.#modules.get(name);
    if (module === undefined) return -ERRNO.ENOENT;
    if (module.state !== 'Live') return -ERRNO.EBUSY;
    if (module.references > 0) return -ERRNO.EAGAIN;
    const { runtime, calls } = this.#deps;
    module.state = 'Unloading';
    yield* calls.callSwitching(module, EXIT_PATH, () => runtime.dropSwitching(module.instance));
    module.instance = undefined;
    this.#modules.delete(name);
    this.#deps.free(module.image.address, module.image.sizeBytes);
    this.#trace(module, 1);
    this.hooks.unloaded(module);
    return 0;
  }

  #taint(module: LoadedModule, license: string): void {
    const { taint, printk } = this.#deps;
    const add = (letter: 'O' | 'P'): void => {
      taint.mask |= taintBit(letter);
      module.taint |= taintBit(letter);
    };
    if ((taint.mask & taintBit('O')) === 0) {
      printk.warn(`${module.name}: loading out-of-tree module taints kernel.`);
    }
    add('O');
    if (FREE_LICENSES.has(license)) return;
    printk.warn(`${module.name}: module license '${license}' taints kernel.`);
    if ((taint.mask & taintBit('P')) === 0) {
      printk.warn('Disabling lock debugging due to kernel taint');
    }
    add('P');
  }

  #trace(module: LoadedModule, what: number): void {
    const { trace } = this.#deps.sim;
    if (trace.on) trace.emit(EVENT.MODULE, trace.intern(module.name), what);
  }
}
