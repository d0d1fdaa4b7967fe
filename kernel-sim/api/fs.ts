// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/fs`: files that drivers serve.
 *
 * @subpath kernel/fs
 */
import { ChrdevApi, Registration } from './chrdev.ts';
import type { ApiContext } from './context.ts';

/** @exports */
export class FsApi {
  /** Character devices. */
  readonly chrdev: ChrdevApi & { readonly Registration: typeof Registration };

  constructor(context: ApiContext) {
    this.chrdev = Object.assign(new ChrdevApi(context), { Registration });
  }
}
