// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { decodeBase64 } from '../lib/base64.ts';
import { readElf } from '../lib/elf.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { KO_SECTION, type SiteTable } from '../uapi/module-abi.ts';
import { TOOLCHAIN } from './testing/shared-toolchain.ts';

function namesIn(source: string): string[] {
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
  const table = JSON.parse(decodeUtf8(section?.bytes ?? new Uint8Array())) as SiteTable;
  return (table.locks ?? []).map(([, name]) => name);
}

describe('names of locks', () => {
  it('are those of fields and variables that they become', () => {
    const source = `import { module } from "kernel";
import { Mutex, Spinlock } from "kernel/sync";
class Bank {
  readonly #accounts: Mutex<number>;
  readonly log: Spinlock<number>;
  constructor() {
    this.#accounts = Mutex.new(0);
    this.log = Spinlock.new(1);
  }
  static init(): Bank {
    using local = Mutex.new(2);
    void local;
    const bank = new Bank();
    void bank.#accounts;
    return bank;
  }
}
export default module(Bank, { license: "GPL" });`;
    expect(namesIn(source)).toEqual(['Bank.accounts', 'Bank.log', 'local']);
  });

  it.each([
    [
      'by name',
      'import { addr_of, kzalloc, GFP_KERNEL, mutex, mutex_init, type Ptr } from "kernel/raw"',
      '',
    ],
    ['as one', 'import * as raw from "kernel/raw"', 'raw.'],
  ])('are what C would write, with functions imported %s', (_how, imports, raw) => {
    const source = `import { module } from "kernel";
import { struct } from "uapi";
${imports};
class Ring extends struct({ lock: ${raw}mutex }) {}
class Driver {
  static init(): Driver {
    // SAFETY: none.
    unsafe: {
      const ring: ${raw}Ptr<Ring> = ${raw}kzalloc(Ring.size, ${raw}GFP_KERNEL);
      ${raw}mutex_init(${raw}addr_of(ring.$.lock));
    }
    return new Driver();
  }
}
export default module(Driver, { license: "GPL" });`;
    expect(namesIn(source)).toEqual(['&ring->lock']);
  });
});
