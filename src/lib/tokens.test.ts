// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import {
  ciede2000,
  contrast,
  oklchToHex,
  parseHex,
  seenWithout,
  type Rgb,
} from '../../tests/support/colour.ts';
import { SYNTAX, TOKENS, type ThemeName, type TokenName } from './tokens.ts';

const THEMES = ['light', 'dark'] as const;
const STATES = ['blue', 'teal', 'amber', 'red', 'violet', 'rose'] as const;

function rgb(theme: ThemeName, name: TokenName): Rgb {
  return parseHex(TOKENS[theme][name].hex);
}

describe.each(THEMES)('the %s theme', (theme) => {
  it.each(Object.entries(TOKENS[theme]))(
    'writes %s in hex as in OKLCH',
    (_name, { oklch, hex }) => {
      const difference = ciede2000(parseHex(hex), parseHex(oklchToHex(oklch)));
      expect(difference).toBeLessThan(1);
    },
  );

  it.each(['ink', 'ink2', 'ink3', ...STATES] as const)('shows %s as text on a pane', (name) => {
    expect(contrast(rgb(theme, name), rgb(theme, 'bg1'))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['ink', 'ink2', 'ink3'] as const)('shows %s as text on bars and rows', (name) => {
    expect(contrast(rgb(theme, name), rgb(theme, 'bg0'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(rgb(theme, name), rgb(theme, 'bg2'))).toBeGreaterThanOrEqual(4.5);
  });

  it('shows text on the highlighter, and the edges of controls', () => {
    expect(contrast(rgb(theme, 'mark-ink'), rgb(theme, 'mark'))).toBeGreaterThanOrEqual(8);
    expect(contrast(rgb(theme, 'line2'), rgb(theme, 'bg1'))).toBeGreaterThanOrEqual(3);
    expect(contrast(rgb(theme, 'mark-e'), rgb(theme, 'bg1'))).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(SYNTAX[theme]))('shows %s in code', (_name, hex) => {
    expect(contrast(parseHex(hex), rgb(theme, 'bg1'))).toBeGreaterThanOrEqual(5.2);
  });

  it.each(STATES)('shows %s as text on its own wash', (name) => {
    const share = theme === 'light' ? 0.09 : 0.15;
    const wash = mix(rgb(theme, name), rgb(theme, 'bg1'), share);
    expect(contrast(rgb(theme, name), wash)).toBeGreaterThanOrEqual(4.5);
  });
});

describe('state colours', () => {
  // Every two that meet in one view: nothing shows what is checked or linked (teal) beside what
  // is quarantined, moved or deferred (violet).
  const pairs = STATES.flatMap((one, index) =>
    STATES.slice(index + 1).map((other) => [one, other] as const),
  ).filter(([one, other]) => !(one === 'teal' && other === 'violet'));

  it.each(THEMES)('stay apart for normal sight (%s)', (theme) => {
    for (const [one, other] of pairs) {
      const difference = ciede2000(rgb(theme, one), rgb(theme, other));
      expect(difference, `${one} and ${other}`).toBeGreaterThanOrEqual(22);
    }
  });

  it.each(
    THEMES.flatMap((theme) =>
      (['protan', 'deutan', 'tritan'] as const).flatMap((cone) =>
        (['linear', 'encoded'] as const).map((space) => [theme, cone, space] as const),
      ),
    ),
  )('stay apart: %s theme, %s, %s model', (theme, cone, space) => {
    for (const [one, other] of pairs) {
      const seen = [one, other].map((name) => seenWithout(cone, rgb(theme, name), space));
      const difference = ciede2000(seen[0]!, seen[1]!);
      expect(difference, `${one} and ${other}`).toBeGreaterThanOrEqual(10);
    }
  });
});

function mix(one: Rgb, other: Rgb, share: number): Rgb {
  const part = (index: 0 | 1 | 2): number => one[index] * share + other[index] * (1 - share);
  return [part(0), part(1), part(2)];
}
