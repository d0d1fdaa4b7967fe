// SPDX-License-Identifier: GPL-2.0-or-later
/** What struct an object of the kernel's is, as far as the module that allocated it says so. */
import type { Kernel } from '../init/kernel.ts';
import type { ObjectField, ObjectTypeView } from '../machine-types.ts';
import type { ObjectInfo } from '../mm/slab.ts';

/** By the innermost place of the allocation at which memory is taken for a struct. */
export function objectType(kernel: Kernel, object: ObjectInfo): ObjectTypeView | undefined {
  const { stackDepot, sites } = kernel;
  if (object.allocation === undefined) return undefined;
  for (const site of stackDepot.sites(object.allocation.stack)) {
    const type = sites.typeAllocatedAt(site);
    if (type === undefined) continue;
    const fields = type.fields.map(([name, offset, sizeBytes, kind]) => ({
      name,
      offset,
      sizeBytes,
      kind,
      ...leadOf(kernel, object, offset, kind),
    }));
    return { name: type.name, sizeBytes: type.sizeBytes, fields };
  }
  return undefined;
}

/** The file of a module may lie about its types: what does not fit leads nowhere. */
function leadOf(
  kernel: Kernel,
  { pointer, slab }: ObjectInfo,
  offset: number,
  kind: string,
): Pick<ObjectField, 'cache' | 'symbol'> {
  const { slabs } = kernel;
  const { ram } = slabs;
  const { slotBytes, layout } = slab.cache;
  if (offset + ram.board.pointerBytes > slotBytes - layout.redLeftBytes) return {};
  if (kind !== 'pointer' && kind !== 'function') return {};
  const address = ram.rawLoadPointer(ram.toPhysical(pointer) + offset);
  if (kind === 'function') {
    const symbol = functionAt(kernel, address);
    return symbol === undefined ? {} : { symbol };
  }
  const target = ram.holds(address) ? slabs.objectAt(address) : undefined;
  return target === undefined ? {} : { cache: target.slab.cache.name };
}

/** `name [module]`. */
function functionAt({ loader }: Kernel, address: number): string | undefined {
  if (address === 0) return undefined;
  for (const { name, image } of loader.modules) {
    const symbol = image.symbols.find(
      (each) => each.address === address && each.kind.toLowerCase() === 't',
    );
    if (symbol !== undefined) return `${symbol.name} [${name}]`;
  }
  return undefined;
}
