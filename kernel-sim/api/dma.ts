// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/dma`: memory that devices reach by themselves.
 *
 * @subpath kernel/dma
 */
import type { ApiContext } from './context.ts';
import { DmaSkbsStatics } from './dma-skbs.ts';
import { DmaVecStatics } from './dma-vec.ts';

/** @exports */
export class DmaApi {
  readonly DmaSkbs: DmaSkbsStatics;
  readonly DmaVec: DmaVecStatics;

  constructor(context: ApiContext) {
    this.DmaSkbs = new DmaSkbsStatics(context);
    this.DmaVec = new DmaVecStatics(context);
  }
}
