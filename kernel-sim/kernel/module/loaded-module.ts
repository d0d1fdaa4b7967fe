// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A module in the kernel: what lsmod shows of it, and the value that it is. Linux: struct module.
 */
import { taintLetters } from '../taint.ts';

export type ModuleState = 'Live' | 'Loading' | 'Unloading';

export interface ModuleImage {
  readonly name: string;
  readonly sizeBytes: number;
  readonly license: string;
  /** First site id of its code. */
  readonly siteBase: number;
  readonly address: number;
}

export class LoadedModule {
  readonly image: ModuleImage;
  state: ModuleState = 'Loading';
  /** Code of it died: it stays as it is, and on Linux's word it may be called again. */
  hasOopsed = false;
  /** Open files and other users; 0 lets rmmod go on. */
  references = 0;
  taint = 0;
  /** Its top level has run: what is made from now on is no static. */
  isLinked = false;
  /** Bytes of its data that statics take. */
  staticBytes = 0;
  /** What `init` returned: the kernel owns it until the module is unloaded. */
  instance: unknown = undefined;

  constructor(image: ModuleImage) {
    this.image = image;
  }

  get name(): string {
    return this.image.name;
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
