// SPDX-License-Identifier: GPL-2.0-or-later
/** Any bytes at all are a module or ENOEXEC with a reason, and never anything else. */
import { describe, expect, it } from 'vitest';

import { dataSection, writeElf } from '../../lib/elf.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { Prng } from '../../sim/prng.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ELF_MACHINE, KO_SECTION, type SiteTable, VERMAGIC } from '../../uapi/module-abi.ts';
import { SECTION, THIS_MODULE } from '../../uapi/module-sections.ts';
import { type KoResult, readKo } from './ko-file.ts';

const SITES: SiteTable = {
  files: ['m.ts'],
  functions: [{ name: 'init', frameBytes: 32, length: 0x40 }],
  sites: [[0, 0, 3, 5, 0x10]],
};

interface Parts {
  readonly machine?: number;
  readonly bits?: 32 | 64;
  readonly modinfo?: Readonly<Record<string, string>> | string;
  /** Sections by name; undefined leaves one out. */
  readonly sections?: Readonly<Record<string, string | undefined>>;
}

const INFO = { name: 'm', license: 'GPL', vermagic: VERMAGIC.pc };

function makeKo(parts: Parts = {}): Uint8Array {
  const { modinfo = INFO } = parts;
  const entries = Object.entries(modinfo).map(([key, value]) => `${key}=${value}\0`);
  const sections = {
    [KO_SECTION.MODINFO]: typeof modinfo === 'string' ? modinfo : entries.join(''),
    [KO_SECTION.FAST]: 'fast',
    [KO_SECTION.STEPPED]: 'stepped',
    [KO_SECTION.SITES]: JSON.stringify(SITES),
    [SECTION.THIS_MODULE]: '\0'.repeat(THIS_MODULE[parts.bits ?? 64].sizeBytes),
    ...parts.sections,
  };
  return writeElf({
    bits: parts.bits ?? 64,
    machine: parts.machine ?? ELF_MACHINE.pc,
    flags: 0,
    sections: Object.entries(sections).flatMap(([name, text]) =>
      text === undefined ? [] : [dataSection(name, encodeUtf8(text))],
    ),
    symbols: [],
  });
}

const withSites = (value: unknown): Parts => ({
  sections: { [KO_SECTION.SITES]: JSON.stringify(value) },
});

const typeOf = (name: string, fields: unknown): object => ({
  ...SITES,
  types: [{ name, sizeBytes: 8, fields }],
});

describe('a module file', () => {
  it('is read with its name, licence, code and sites', () => {
    expect(readKo(makeKo(), 'pc')).toMatchObject({
      ok: true,
      ko: {
        words: { name: 'm', license: 'GPL', description: '', author: '' },
        fast: 'fast',
        stepped: 'stepped',
        sites: SITES,
        exports: [],
      },
    });
  });

  it.each<[string, Parts, object]>([
    ['without a licence', { modinfo: { ...INFO, license: undefined as never } }, {}],
    [
      'with two names',
      { modinfo: `name=a\0name=b\0vermagic=${VERMAGIC.pc}\0` },
      { words: { name: 'a' } },
    ],
    ['with the longest name', { modinfo: { ...INFO, name: 'x'.repeat(55) } }, {}],
    [
      'with all that names may have',
      { modinfo: { ...INFO, name: 'aZ_09' } },
      { words: { name: 'aZ_09' } },
    ],
    ['with entries that are none', { modinfo: `=x\0what\0name=m\0vermagic=${VERMAGIC.pc}` }, {}],
    ['without sites', withSites({ files: [], functions: [], sites: [] }), {}],
  ])('%s is one', (_what, parts, ko) => {
    expect(readKo(makeKo(parts), 'pc')).toMatchObject({ ok: true, ko });
  });

  it.each<[string, Parts, string]>([
    ['no name', { modinfo: { vermagic: VERMAGIC.pc } }, 'it has no name'],
    ['an empty name', { modinfo: { ...INFO, name: '' } }, 'it has no name'],
    ['a name that is a path', { modinfo: { ...INFO, name: '../m' } }, 'it has no name'],
    ['a name with a dash', { modinfo: { ...INFO, name: 'a-b' } }, 'it has no name'],
    ['a name beyond ASCII', { modinfo: { ...INFO, name: 'naïve' } }, 'it has no name'],
    ['a name that is too long', { modinfo: { ...INFO, name: 'x'.repeat(56) } }, 'it has no name'],
    ['no modinfo', { sections: { [KO_SECTION.MODINFO]: undefined } }, 'it has no name'],
    ['no vermagic', { modinfo: { name: 'm' } }, "m: version magic '' should be '6.12.0-ringzero"],
    [
      'an older vermagic',
      { modinfo: { ...INFO, vermagic: '5.4.0 ' } },
      "m: version magic '5.4.0 '",
    ],
    [
      'the other board',
      { machine: ELF_MACHINE.rpi3, bits: 32 },
      'Invalid architecture in ELF header: 40',
    ],
    [
      'no struct module',
      { sections: { [SECTION.THIS_MODULE]: undefined } },
      'm: No module found in object',
    ],
    ['a short struct module', { sections: { [SECTION.THIS_MODULE]: '' } }, 'of another size'],
    ['no fast build', { sections: { [KO_SECTION.FAST]: undefined } }, 'm: it has no code'],
    ['no stepped build', { sections: { [KO_SECTION.STEPPED]: undefined } }, 'm: it has no code'],
    ['no sites', { sections: { [KO_SECTION.SITES]: undefined } }, 'm: its site table is damaged'],
    ['sites that are no JSON', { sections: { [KO_SECTION.SITES]: '{' } }, 'm: its site table'],
  ])('with %s is refused', (_what, parts, why) => {
    const result = readKo(makeKo(parts), 'pc');
    expect(result).toMatchObject({ ok: false, errno: -ERRNO.ENOEXEC });
    expect(result).toMatchObject({ why: expect.stringContaining(why) as unknown });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 5],
    ['an array', []],
    ['files that are no texts', { ...SITES, files: [5] }],
    ['files that are no list', { ...SITES, files: 'm.ts' }],
    ['a function without a name', { ...SITES, functions: [{ frameBytes: 1, length: 1 }] }],
    ['a function of null', { ...SITES, functions: [null] }],
    ['a frame below nothing', { ...SITES, functions: [{ name: '', frameBytes: -1, length: 1 }] }],
    ['a frame of a fraction', { ...SITES, functions: [{ name: '', frameBytes: 0.5, length: 1 }] }],
    ['a length too large', { ...SITES, functions: [{ name: '', frameBytes: 0, length: 1e300 }] }],
    ['a type with a long name', typeOf('x'.repeat(4097), [])],
    ['a type with a field of a long name', typeOf('t', [['x'.repeat(4097), 0, 8, 'u64']])],
    [
      'a type with many fields',
      typeOf(
        't',
        Array.from({ length: 20_001 }, () => ['f', 0, 8, 'u64']),
      ),
    ],
    ['a short row', { ...SITES, sites: [[0, 0, 1, 1]] }],
    ['a long row', { ...SITES, sites: [[0, 0, 1, 1, 1, 1]] }],
    ['a row of texts', { ...SITES, sites: [['0', 0, 1, 1, 1]] }],
    ['a row of null', { ...SITES, sites: [null] }],
    ['no rows', { files: [], functions: [] }],
  ])('with sites that are %s is refused', (_what, sites) => {
    expect(readKo(makeKo(withSites(sites)), 'pc')).toMatchObject({
      ok: false,
      why: 'm: its site table is damaged',
    });
  });
});

describe('damage', () => {
  const whole = makeKo();

  /** Reads every variant; a throw fails the test. */
  function read(variants: Iterable<Uint8Array>): { ok: number; refused: number } {
    const count = { ok: 0, refused: 0 };
    for (const bytes of variants) {
      const result: KoResult = readKo(bytes, 'pc');
      if (result.ok) count.ok++;
      else {
        if (result.errno !== -ERRNO.ENOEXEC || result.why === '') throw new Error('no reason');
        count.refused++;
      }
    }
    return count;
  }

  function* cutOff(): Generator<Uint8Array> {
    for (let length = 0; length < whole.length; length++) yield whole.subarray(0, length);
  }

  function* changed(value: (byte: number) => number): Generator<Uint8Array> {
    for (let at = 0; at < whole.length; at++) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = value(bytes[at]!);
      if (bytes[at] !== whole[at]) yield bytes;
    }
  }

  it('by cutting off anywhere is refused', () => {
    expect(read(cutOff())).toEqual({ ok: 0, refused: whole.length });
  });

  it.each<[string, (byte: number) => number]>([
    ['zeroing', () => 0],
    ['filling', () => 0xff],
    ['turning the lowest bit of', (byte) => byte ^ 1],
    ['turning the highest bit of', (byte) => byte ^ 0x80],
    ['counting up', (byte) => (byte + 1) & 0xff],
  ])('by %s any one byte is refused or harmless', (_what, value) => {
    const { ok, refused } = read(changed(value));
    expect(refused).toBeGreaterThan(200);
    expect(ok).toBeGreaterThan(20);
  });

  it('by noise is refused or harmless', () => {
    const prng = new Prng(1);
    const noisy = Array.from({ length: 2000 }, () => {
      const bytes = Uint8Array.from(whole);
      for (let n = prng.below(8); n >= 0; n--) bytes[prng.below(bytes.length)] = prng.below(256);
      return bytes;
    });
    expect(read(noisy).refused).toBeGreaterThan(500);
  });
});
