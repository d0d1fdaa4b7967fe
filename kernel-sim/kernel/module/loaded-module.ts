// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A module in the kernel: what lsmod shows of it, and the value that it is. Linux: struct module.
 */
import { taintLetters } from '../taint.ts';

export type ModuleState = 'Live' | 'Loading' | 'Unloading' | 'Oopsed';

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
  /** Open files and other users; 0 lets rmmod go on. */
  references = 0;
  taint = 0;
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
    if (this.state !== 'Live' && this.state !== 'Loading') return false;
    this.references++;
    return true;
  }

  put(): void {
    this.references--;
  }

  /** `helloworld(O)`, with + while loading and - while unloading, as in an oops. */
  get linkedIn(): string {
    const state = this.state === 'Loading' ? '+' : this.state === 'Unloading' ? '-' : '';
    const flags = taintLetters(this.taint) + state;
    return flags === '' ? this.name : `${this.name}(${flags})`;
  }
}
