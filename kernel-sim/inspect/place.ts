// SPDX-License-Identifier: GPL-2.0-or-later
/** A site of the running code as a place that views can name. */
import type { Kernel } from '../init/kernel.ts';
import type { TimelinePlace } from '../machine-types.ts';

export function placeOf({ sites }: Kernel, site: number): TimelinePlace {
  const { name: where, module, file, line } = sites.resolve(site);
  if (module === undefined || file === undefined || line === undefined) return { site, where };
  return { site, where, source: { module, file, line } };
}
