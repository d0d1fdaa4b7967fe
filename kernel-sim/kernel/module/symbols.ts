// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Finds what a module does not define: in the kernel, or in a module that is loaded.
 *
 * Linux: resolve_symbol, check_version, inherit_taint of kernel/module/main.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import type { Printk } from '../printk/printk.ts';
import { taintBit } from '../taint.ts';
import type { KoFile } from './ko-file.ts';
import type { LoadedModule, ModuleExport, ResolvedSymbol } from './loaded-module.ts';

export interface KernelSymbol {
  readonly address: number;
  readonly isGplOnly: boolean;
}

export type KernelSymbols = ReadonlyMap<string, KernelSymbol>;

/** Licences that do not taint. Linux: license_is_gpl_compatible. */
const FREE_LICENSES: ReadonlySet<string> = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

export function isFreeLicense(license: string): boolean {
  return FREE_LICENSES.has(license);
}

interface Resolution {
  readonly symbols: readonly ResolvedSymbol[];
  /** The module's taint, with what it inherits. */
  readonly taint: number;
}

interface Found {
  readonly owner: LoadedModule;
  readonly symbol: ModuleExport;
}

export class SymbolResolver {
  readonly #printk: Printk;
  readonly #kernel: KernelSymbols;
  readonly #modules: () => Iterable<LoadedModule>;

  constructor(printk: Printk, kernel: KernelSymbols, modules: () => Iterable<LoadedModule>) {
    this.#printk = printk;
    this.#kernel = kernel;
    this.#modules = modules;
  }

  /** What the file needs and has, or -ENOENT and its like with the reason in the log. */
  resolve(ko: KoFile, taint: number): Resolution | number {
    const { name: module } = ko.words;
    const symbols: ResolvedSymbol[] = [];
    const state = { taint, usesGplOnly: false };
    let failure = this.#checkExports(ko);
    for (const { name, section } of ko.elf.symbols) {
      if (section !== '' || failure === -ERRNO.ENOEXEC) continue;
      const found = this.#find(ko, name, state);
      if (typeof found !== 'number') {
        symbols.push({ name, owner: found });
        continue;
      }
      failure = found;
      this.#printk.warn(`${module}: Unknown symbol ${name} (err ${found})`);
    }
    return failure < 0 ? failure : { symbols, taint: state.taint };
  }

  addressOf(name: string, owner: LoadedModule | undefined): number | undefined {
    if (owner === undefined) return this.#kernel.get(name)?.address;
    return owner.image.exports.find((symbol) => symbol.name === name)?.address;
  }

  /** True when symbols of other modules are used whose versions nobody wrote down. */
  lacksVersions(ko: KoFile): boolean {
    if (ko.versions !== undefined) return false;
    return ko.elf.symbols.some(
      ({ name, section }) => section === '' && this.#exported(name) !== undefined,
    );
  }

  /** Undefined for the kernel's own. */
  #find(
    ko: KoFile,
    name: string,
    state: { taint: number; usesGplOnly: boolean },
  ): LoadedModule | undefined | number {
    const mayUseGpl = (state.taint & taintBit('P')) === 0;
    const kernel = this.#kernel.get(name);
    if (kernel !== undefined) {
      if (kernel.isGplOnly && !mayUseGpl) return -ERRNO.ENOENT;
      state.usesGplOnly ||= kernel.isGplOnly;
      return undefined;
    }
    const found = this.#exported(name);
    if (found === undefined || (found.symbol.isGplOnly && !mayUseGpl)) return -ERRNO.ENOENT;
    state.usesGplOnly ||= found.symbol.isGplOnly;
    if (!this.#mayInherit(ko, found, state)) return -ERRNO.ENOENT;
    if (!this.#hasVersion(ko, found, state.taint)) return -ERRNO.EINVAL;
    // Its init may still fail, and takes its symbols with it.
    return found.owner.state === 'Live' ? found.owner : -ERRNO.EBUSY;
  }

  #exported(name: string): Found | undefined {
    for (const owner of this.#modules()) {
      const symbol = owner.image.exports.find((it) => it.name === name);
      if (symbol !== undefined) return { owner, symbol };
    }
    return undefined;
  }

  /** A module that calls into a proprietary one is as good as one. */
  #mayInherit(
    ko: KoFile,
    { owner, symbol }: Found,
    state: { taint: number; usesGplOnly: boolean },
  ): boolean {
    if ((owner.taint & taintBit('P')) === 0) return true;
    const { name: module } = ko.words;
    const what = `symbols ${symbol.name} from proprietary module ${owner.name}`;
    if (state.usesGplOnly) {
      this.#printk.err(`${module}: module using GPL-only symbols uses ${what}.`);
      return false;
    }
    if ((state.taint & taintBit('P')) === 0) {
      this.#printk.warn(`${module}: module uses ${what}, inheriting taint.`);
      state.taint |= taintBit('P');
    }
    return true;
  }

  #hasVersion(ko: KoFile, { symbol }: Found, taint: number): boolean {
    // Without a table only force helps, which has left its mark by now.
    if (ko.versions === undefined) return (taint & taintBit('F')) !== 0;
    const version = ko.versions.get(symbol.name);
    if (version === symbol.crc) return true;
    const { name } = ko.words;
    if (version !== undefined) {
      this.#printk.warn(`${name}: disagrees about version of symbol ${symbol.name}`);
      return false;
    }
    this.#printk.warn(`${name}: no symbol version for ${symbol.name}`);
    return true;
  }

  /** Two symbols of one name: nobody could tell which one is meant. */
  #checkExports(ko: KoFile): number {
    for (const { name } of ko.exports) {
      const owner = this.#kernel.has(name) ? 'kernel' : this.#exported(name)?.owner.name;
      if (owner === undefined) continue;
      const what = `exports duplicate symbol ${name} (owned by ${owner})`;
      this.#printk.err(`${ko.words.name}: ${what}`);
      return -ERRNO.ENOEXEC;
    }
    return 0;
  }
}
