// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { decodeBase64 } from '../lib/base64.ts';
import { readElf } from '../lib/elf.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { KO_SECTION, type SiteTable } from '../uapi/module-abi.ts';
import { TOOLCHAIN } from './testing/shared-toolchain.ts';

function sitesOf(source: string): SiteTable {
  const reply = TOOLCHAIN.build({
    version: 1,
    module: 'm',
    board: 'pc',
    main: 'm.ts',
    sources: { 'm.ts': source },
  });
  expect(reply.diagnostics).toEqual([]);
  const elf = readElf(decodeBase64(reply.ko ?? '') ?? new Uint8Array());
  if (!elf.ok) throw new Error('no ELF file');
  const section = elf.file.sections.find(({ name }) => name === KO_SECTION.SITES);
  return JSON.parse(decodeUtf8(section?.bytes ?? new Uint8Array())) as SiteTable;
}

/** Type and line of each allocation of `body`. */
function allocationsOf(body: string): string[] {
  const source = `import { module } from "kernel";
import { addr_of, GFP_KERNEL, kmalloc, kzalloc, type Ptr, type VoidPtr } from "kernel/raw";
import { array, ptr, struct, u8, u32 } from "uapi";
class Ring extends struct({ head: u32, slots: ptr<Slot>(), name: array(u8, 6) }) {}
class Slot extends struct({ owner: u32 }) {}
class M {
  static init(): M {
    // SAFETY: nothing of it runs.
    unsafe: {
${body}
    }
    return new M();
  }
}
export const used = [Ring, addr_of, GFP_KERNEL, kmalloc, kzalloc, u8, array];
export type Used = Ptr<VoidPtr>;
export default module(M, { license: "GPL" });`;
  const sites = sitesOf(source);
  const { types = [], allocations = [] } = sites;
  return allocations.map(([site, type]) => {
    const line = sites.sites[site]?.[2] ?? 0;
    return `${types[type]?.name} on line ${line - 9}`;
  });
}

describe('what memory is taken for', () => {
  it('is what the variable points to', () => {
    expect(
      allocationsOf('const ring: Ptr<Ring> = kzalloc(Ring.size, GFP_KERNEL); void ring;'),
    ).toEqual(['Ring on line 1']);
  });

  it('is what the place points to', () => {
    const body = `const ring: Ptr<Ring> = kzalloc(Ring.size, GFP_KERNEL);
ring.$.slots = kmalloc(4 * Slot.size, GFP_KERNEL);`;
    expect(allocationsOf(body)).toEqual(['Ring on line 1', 'Slot on line 2']);
  });

  it('is not known of bytes', () => {
    const body = `const bytes: Ptr<u8> = kmalloc(9, GFP_KERNEL);
const nothing: VoidPtr = kmalloc(9, GFP_KERNEL);
void [bytes, nothing];`;
    expect(allocationsOf(body)).toEqual([]);
  });

  it('has its fields by name', () => {
    const source = `import { module } from "kernel";
import { GFP_KERNEL, kzalloc, type Ptr } from "kernel/raw";
import { array, ptr, struct, u8, u32 } from "uapi";
class Place extends struct({ row: u8, column: u8 }) {}
class Ring extends struct({ head: u32, place: Place, next: ptr<Ring>(), name: array(u8, 6) }) {}
class M {
  static init(): M {
    // SAFETY: zeros are a ring.
    unsafe: { const ring: Ptr<Ring> = kzalloc(Ring.size, GFP_KERNEL); void ring; }
    return new M();
  }
}
export default module(M, { license: "GPL" });`;
    expect(sitesOf(source).types).toEqual([
      {
        name: 'Ring',
        sizeBytes: 24,
        fields: [
          ['head', 0, 4, 'u32'],
          ['place.row', 4, 1, 'u8'],
          ['place.column', 5, 1, 'u8'],
          ['next', 8, 8, 'pointer'],
          ['name', 16, 6, 'u8[6]'],
        ],
      },
    ]);
  });
});
