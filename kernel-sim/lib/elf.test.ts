// SPDX-License-Identifier: GPL-2.0-or-later
/** ELF files: what is written is read again, by us and by binutils; what is damaged is refused. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ELF } from './elf-layout.ts';
import {
  dataSection,
  emptySection,
  functionSymbol,
  readElf,
  writeElf,
  type ElfFile,
} from './elf.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function sample(bits: 32 | 64): ElfFile {
  return {
    bits,
    machine: bits === 64 ? 62 : 40,
    flags: bits === 64 ? 0 : 0x0500_0000,
    sections: [
      emptySection('.text', 96, 6),
      dataSection('.modinfo', text('name=sample\0'), 2),
      dataSection('.empty', new Uint8Array(0)),
    ],
    symbols: [
      functionSymbol('Sample.init', '.text', 0, 64),
      { ...functionSymbol('naïve', '.text', 64, 32), isGlobal: true },
      functionSymbol('Sample.dispose', '.text', 64, 32),
    ],
  };
}

describe.each([32, 64] as const)('an ELF file of %i bits', (bits) => {
  it('is read as it was written, local symbols first', () => {
    const file = sample(bits);
    const [first, second, third] = file.symbols;
    expect(readElf(writeElf(file))).toEqual({
      ok: true,
      file: { ...file, type: ELF.REL, symbols: [first, third, second] },
    });
  });

  it('cut off anywhere is refused', () => {
    const bytes = writeElf(sample(bits));
    for (let length = 0; length < bytes.length; length++) {
      expect(readElf(bytes.subarray(0, length)).ok, `${length} bytes`).toBe(false);
    }
  });

  it('with any one byte changed is read or refused, and nothing else', () => {
    const bytes = writeElf(sample(bits));
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = value;
        if (!readElf(damaged).ok) refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe('what is no ELF file', () => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['a text', text('hello, this is a text and by no means an object file, whatever it is called')],
    ['zeros', new Uint8Array(4096)],
    ['ones', new Uint8Array(4096).fill(255)],
  ])('%s is refused with a reason', (_what, bytes) => {
    expect(readElf(bytes)).toEqual({ ok: false, reason: expect.any(String) as string });
  });

  it('a shared object is refused', () => {
    const bytes = writeElf(sample(64));
    bytes[16] = 3;
    expect(readElf(bytes)).toEqual({ ok: false, reason: 'neither relocatable nor executable' });
  });
});

describe('readelf', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'elf-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const has = (command: string): boolean => {
    try {
      execFileSync(command, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };

  it.runIf(has('readelf')).each([32, 64] as const)('reads %i bits without complaint', (bits) => {
    const path = join(folder, `sample${bits}.ko`);
    writeFileSync(path, writeElf(sample(bits)));
    const output = execFileSync(
      'sh',
      ['-c', 'LC_ALL=C readelf --wide -h -S -s "$1" 2>&1', 'sh', path],
      {
        encoding: 'utf8',
      },
    );
    expect(output).not.toMatch(/warning|error/i);
    expect(output).toMatch(/REL \(Relocatable file\)/);
    expect(output).toMatch(/FUNC +LOCAL +DEFAULT +1 Sample\.dispose/);
    expect(output).toMatch(/FUNC +GLOBAL +DEFAULT +1 na/);
  });

  it.runIf(has('modinfo'))('is not alone: modinfo reads it too', () => {
    const path = join(folder, 'sample.ko');
    writeFileSync(path, writeElf(sample(64)));
    expect(execFileSync('modinfo', ['-F', 'name', path], { encoding: 'utf8' })).toBe('sample\n');
  });
});
