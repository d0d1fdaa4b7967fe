// SPDX-License-Identifier: GPL-2.0-or-later
/** A thrown Error of either build is found in the source, by a reader of maps that is not ours. */
import { SourceMap as NodeSourceMap, type SourceMapPayload } from 'node:module';
import { describe, expect, it } from 'vitest';

import { joinMaps, type SourceMap } from './source-map.ts';
import { buildDriver, testToolchain } from './testing/run-driver.ts';

const toolchain = testToolchain();

const MAIN = `import { module } from "kernel";
import { second } from "./second.ts";
class M {
  static init(): M {
    second(1);
    return new M();
  }
}
export default module(M, { license: "GPL" });
`;
const SECOND = `export function second(n: number): number {
  using x = null;
  void x;
  return n / marker;
}
const marker = 7;
`;

describe('the maps of a .ko', () => {
  const built = buildDriver(toolchain, MAIN, { 'second.ts': SECOND });
  const maps = JSON.parse(built.maps) as { fast: SourceMap; stepped: SourceMap };

  it.each(['fast', 'stepped'] as const)('find every marked word of the %s build', (build) => {
    expect(built.diagnostics).toEqual([]);
    const lines = built[build].split('\n');
    const payload = { ...maps[build], file: '', sourceRoot: '', sourcesContent: [] };
    const map = new NodeSourceMap(payload as unknown as SourceMapPayload);
    const placeOf = (text: string): unknown => {
      const line = lines.findIndex((it) => it.includes(text));
      const { originalSource, originalLine, originalColumn } = map.findEntry(
        line,
        lines[line]!.indexOf(text),
      ) as {
        originalSource: string;
        originalLine: number;
        originalColumn: number;
      };
      return [originalSource, originalLine + 1, originalColumn + 1];
    };
    expect(placeOf('n / marker')).toEqual(['second.ts', 4, 10]);
    expect(placeOf('marker = 7')).toEqual(['second.ts', 6, 7]);
    expect(placeOf('new M()')).toEqual(['driver.ts', 6, 12]);
  });
});

describe('joining maps', () => {
  it('shifts lines and sources, and keeps columns', () => {
    const joined = joinMaps([
      { source: 'a.ts', firstLine: 2, mappings: 'AAAA,IAAI;AACA' },
      { source: 'b.ts', firstLine: 5, mappings: ';CAEE' },
    ]);
    expect(joined).toEqual({
      version: 3,
      sources: ['a.ts', 'b.ts'],
      names: [],
      mappings: ';;AAAA,IAAI;AACA;;;CCCF',
    });
  });
});
