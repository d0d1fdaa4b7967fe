// SPDX-License-Identifier: GPL-2.0-or-later
/** Which object an address leads into, and whether it is the thing that is talked about. */
import type { MemoryView, ObjectView } from '../../../kernel-sim/machine-types.ts';
import { useSelection } from '../../store/use-playground.ts';

/** undefined until the kernel has answered for that address, and where there is none. */
export function openObject(view: MemoryView | undefined, address: number): ObjectView | undefined {
  const object = view?.object;
  if (object === undefined || address < object.address) return undefined;
  return address < object.address + object.bytes.length ? object : undefined;
}

/** The address that is marked may be anywhere in it. */
export function useIsMarked(view: MemoryView, address: number | undefined): boolean {
  const marked = useSelection((state) => state.mark?.address);
  if (marked === undefined || address === undefined) return false;
  if (marked === address) return true;
  const object = openObject(view, address);
  return object !== undefined && openObject({ ...view, object }, marked) === object;
}
