// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { patternOf, searchText, type SearchQuery } from './search.ts';

const PLAIN: SearchQuery = { text: '', isCaseSensitive: false, isWholeWord: false, isRegex: false };
const TEXT = 'init();\nreinit(a.b);\n  INIT\n';

function found(query: Partial<SearchQuery>, text = TEXT): readonly string[] {
  const pattern = patternOf({ ...PLAIN, ...query });
  if (!(pattern instanceof RegExp)) throw new Error('no pattern');
  return searchText('/f', text, pattern, 100).map(({ line, column }) => `${line}:${column}`);
}

describe('searching', () => {
  it.each<[Partial<SearchQuery>, readonly string[]]>([
    [{ text: 'init' }, ['1:1', '2:3', '3:3']],
    [{ text: 'init', isCaseSensitive: true }, ['1:1', '2:3']],
    [{ text: 'init', isWholeWord: true }, ['1:1', '3:3']],
    [{ text: 'a.b' }, ['2:8']],
    [{ text: '.b', isWholeWord: true }, []],
    [{ text: String.raw`\bin\w+\(`, isRegex: true }, ['1:1']],
    [{ text: 'x*', isRegex: true }, []],
  ])('for %j finds %j', (query, hits) => {
    expect(found(query)).toEqual(hits);
  });

  it('says what is wrong with a pattern, and of nothing finds nothing', () => {
    expect(patternOf({ ...PLAIN, text: '(', isRegex: true })).toHaveProperty('error');
    expect(patternOf(PLAIN)).toBeUndefined();
    expect(found({ text: '(' })).toEqual(['1:5', '2:7']);
  });

  it('shows a hit far out in a long line', () => {
    const line = `${'x'.repeat(1000)}needle`;
    const [hit] = searchText('/f', line, /needle/gu, 9);
    expect(hit!.text.slice(hit!.start, hit!.end)).toBe('needle');
    expect(hit!.column).toBe(1001);
  });

  it('stops at as many as anybody wants', () => {
    expect(searchText('/f', 'a'.repeat(50), /a/gu, 10)).toHaveLength(10);
  });
});
