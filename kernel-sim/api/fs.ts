// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/fs`: files that drivers serve.
 *
 * @subpath kernel/fs
 */
import { ChrdevApi, Registration } from './chrdev.ts';
import type { ApiContext } from './context.ts';
import { MiscdevApi, Registration as MiscRegistration } from './miscdev.ts';

/** @exports */
export class FsApi {
  /** Character devices. */
  readonly chrdev: ChrdevApi & { readonly Registration: typeof Registration };

  /** Devices that need no major number of their own. */
  readonly miscdev: MiscdevApi & { readonly Registration: typeof MiscRegistration };

  constructor(context: ApiContext) {
    this.miscdev = Object.assign(new MiscdevApi(context), { Registration: MiscRegistration });
    this.chrdev = Object.assign(new ChrdevApi(context), { Registration });
  }
}
