// SPDX-License-Identifier: GPL-2.0-or-later
/** /proc/PID/maps. Linux: show_map_vma of fs/proc/task_mmu.c, proc_pid_maps(5). */
import type { AddressSpace } from '../../mm/address-space.ts';
import { PAGE_SIZE } from '../../mm/page.ts';
import { type Area, VM } from '../../mm/vma.ts';
import { major, minor } from '../../uapi/fs.ts';
import { pathText, type Path } from '../mount.ts';
import { OpenFile } from '../open-file.ts';

/** Names begin here; what is mapped without one ends in a blank. */
const NAME_COLUMN = 73;

export function mapsText(space: AddressSpace, root: Path): string {
  return space.areas.all.map((area) => lineOf(space, area, root)).join('');
}

function lineOf(space: AddressSpace, area: Area, root: Path): string {
  const file = area.file instanceof OpenFile ? area.file : undefined;
  const device = file?.inode.fileSystem.device ?? 0;
  const fields = [
    `${hex(area.start, 8)}-${hex(area.end, 8)}`,
    rightsOf(area),
    hex(area.firstPage * PAGE_SIZE, 8),
    `${hex(major(device), 2)}:${hex(minor(device), 2)}`,
    file?.inode.number ?? 0,
    '',
  ].join(' ');
  const name = file === undefined ? nameOf(space, area) : pathText(file.path, root);
  return `${name === '' ? fields : fields.padEnd(NAME_COLUMN)}${name}\n`;
}

function rightsOf({ flags, isShared }: Area): string {
  const letter = (bit: number, text: string): string => ((flags & bit) === 0 ? '-' : text);
  const access = letter(VM.READ, 'r') + letter(VM.WRITE, 'w') + letter(VM.EXEC, 'x');
  return access + (isShared ? 's' : 'p');
}

function nameOf(space: AddressSpace, area: Area): string {
  if (area.source !== undefined) return '/dev/zero (deleted)';
  if (area.start < space.heapEnd && area.end > space.heapStart) return '[heap]';
  return area.end === space.stackEnd ? '[stack]' : '';
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
