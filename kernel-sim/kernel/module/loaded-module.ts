// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A module in the kernel: what lsmod shows of it, and the value that it is. Linux: struct module.
 */
import { taintLetters } from '../taint.ts';
import type { ModuleParameter } from './parameters.ts';

export type ModuleState = 'Live' | 'Loading' | 'Unloading';

/** What `.modinfo` says of a module in words. */
export interface ModuleWords {
  readonly name: string;
  readonly license: string;
  readonly description: string;
  readonly author: string;
  readonly version?: string;
}

export interface PlacedSection {
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
}

export interface PlacedSymbol {
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
  /** The letter of nm(1). */
  readonly kind: string;
}

/** A function that other modules may call. */
export interface ModuleExport {
  readonly name: string;
  readonly address: number;
  readonly isGplOnly: boolean;
  readonly crc: number;
}

export interface ModuleImage {
  readonly words: ModuleWords;
  /** Of what stays when init has returned. */
  readonly sizeBytes: number;
  /** Of what does not. */
  readonly initBytes: number;
  /** First site id of its code. */
  readonly siteBase: number;
  readonly address: number;
  /** Where the room begins that its sections leave free at the end of its data. */
  readonly staticsAt: number;
  readonly sections: readonly PlacedSection[];
  readonly symbols: readonly PlacedSymbol[];
  /** Of every function in its text, by name; those of its init too. */
  readonly functionAddresses: ReadonlyMap<string, number>;
  readonly exports: readonly ModuleExport[];
  readonly parameters: readonly ModuleParameter[];
  /** The bytes of its notes by section. */
  readonly notes: ReadonlyMap<string, Uint8Array>;
}

/** A symbol that a module uses, and the module that has it; undefined for the kernel's own. */
export interface ResolvedSymbol {
  readonly name: string;
  readonly owner: LoadedModule | undefined;
}

export class LoadedModule {
  readonly image: ModuleImage;
  state: ModuleState = 'Loading';
  /** Code of it died: it stays as it is, and on Linux's word it may be called again. */
  hasOopsed = false;
  /** Its memory has been given back: a thread that is still in its code goes on nowhere. */
  isFreed = false;
  /** Open files, modules that use it, and other users; 0 lets rmmod go on. */
  references = 0;
  taint = 0;
  /** Its memory is gone: whoever still calls it calls nothing. */
  isGone = false;
  /** Its top level has run: what is made from now on is no static. */
  isLinked = false;
  /** Bytes of its data that statics take. */
  staticBytes = 0;
  /** What `init` returned: the kernel owns it until the module is unloaded. */
  instance: unknown = undefined;
  /** What its other classes made for the kernel: open files. */
  readonly instances = new Set<unknown>();
  /** The functions behind its exports by name, once its code has been evaluated. */
  readonly functions = new Map<string, (...args: never[]) => unknown>();
  readonly imports: readonly ResolvedSymbol[];
  /** The modules that use it, the latest last. */
  readonly users = new Set<LoadedModule>();

  constructor(image: ModuleImage, imports: readonly ResolvedSymbol[] = []) {
    this.image = image;
    this.imports = imports;
  }

  get name(): string {
    return this.image.words.name;
  }

  /** The modules whose symbols it uses. */
  get providers(): ReadonlySet<LoadedModule> {
    return new Set(this.imports.flatMap(({ owner }) => owner ?? []));
  }

  /** A reference, unless the module is on its way out. Linux: try_module_get. */
  tryGet(): boolean {
    if (this.state === 'Unloading') return false;
    this.references++;
    return true;
  }

  put(): void {
    this.references--;
  }

  /** Taint letters, with + while loading and - while unloading. Linux: module_flags. */
  get flags(): string {
    const state = this.state === 'Loading' ? '+' : this.state === 'Unloading' ? '-' : '';
    return taintLetters(this.taint) + state;
  }

  /** `helloworld(O+)`, as an oops lists it. */
  get linkedIn(): string {
    return this.flags === '' ? this.name : `${this.name}(${this.flags})`;
  }
}
