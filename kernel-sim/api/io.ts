// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/io`: devices of the board and their registers.
 *
 * @subpath kernel/io
 */
import type { ApiContext } from './context.ts';
import { PlatformApi, Registration } from './platform.ts';

/** @exports */
export class IoApi {
  /** Devices that the board has. */
  readonly platform: PlatformApi & { readonly Registration: typeof Registration };

  constructor(context: ApiContext) {
    this.platform = Object.assign(new PlatformApi(context), { Registration });
  }
}
