// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/net`: network drivers.
 *
 * @subpath kernel/net
 */
import type { ApiContext } from './context.ts';
import { NapiStatics } from './napi.ts';
import { NetdevApi, Registration } from './netdev.ts';
import { PhyStatics } from './phy.ts';
import { SkBuffStatics } from './sk-buff.ts';

/** @exports */
export class NetApi {
  readonly Napi: NapiStatics;
  readonly Phy: PhyStatics;
  readonly SkBuff: SkBuffStatics;

  /** Interfaces. */
  readonly netdev: NetdevApi & { readonly Registration: typeof Registration };

  constructor(context: ApiContext) {
    this.Napi = new NapiStatics();
    this.Phy = new PhyStatics(context);
    this.SkBuff = new SkBuffStatics(context);
    this.netdev = Object.assign(new NetdevApi(context), { Registration });
  }
}
