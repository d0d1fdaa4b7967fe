// SPDX-License-Identifier: GPL-2.0-or-later
/** What the functions of `kernel/raw` work with, made for one machine. */
import type { RawParts } from '../api/context.ts';
import { Atomics } from '../kernel/atomic.ts';
import { Bitmaps } from '../kernel/bitmap.ts';
import { Fortify } from '../kernel/fortify.ts';
import { Lists } from '../kernel/list.ts';
import { ObjectSizes } from '../kernel/object-sizes.ts';
import { Refcounts } from '../kernel/refcount.ts';
import { Strings } from '../kernel/string.ts';
import type { Warner } from '../kernel/warner.ts';
import type { Kernel } from './kernel.ts';

/** Called before there is a `die`: only what goes wrong later asks for it. */
export function makeRawParts(kernel: Kernel): RawParts {
  const { ram, percpu, runtime, sites, options } = kernel;
  const { fortify, listDebug, refcount } = options.detectors;
  const warner: Warner = {
    warn: (text) => kernel.die.warn(text),
    warnOnce: (text, kind) => kernel.die.warnOnce(text, kind),
    bug: (place) => kernel.die.bug(place),
    stopMachine: (text) => kernel.die.stopMachine(text),
  };
  const atomics = new Atomics(ram);
  const sizes = new ObjectSizes(runtime, sites);
  return {
    warner,
    atomics,
    sizes,
    bitmaps: new Bitmaps(ram),
    lists: new Lists(ram, warner, listDebug),
    refcounts: new Refcounts(atomics, warner, refcount),
    strings: new Strings(ram, new Fortify(sizes, warner, fortify)),
    percpu,
  };
}
