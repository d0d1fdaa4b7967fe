// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The colours of the page, once: CSS, Monaco's theme and xterm's all read this table.
 *
 * Ink is for people, colour is for the kernel: a hue always means a state of the machine, and is
 * never without its shape and its word. Each token has its OKLCH source (lightness, chroma, hue)
 * and the hex value for what takes nothing else; tests compare the two.
 */
export type ThemeName = 'light' | 'dark';

export interface Colour {
  /** Lightness 0..1, chroma, hue in degrees. */
  readonly oklch: readonly [number, number, number];
  readonly hex: string;
}

function colour(lightness: number, chroma: number, hue: number, hex: string): Colour {
  return { oklch: [lightness, chroma, hue], hex };
}

export type TokenName =
  | 'bg0' | 'bg1' | 'bg2' | 'bg3' | 'line' | 'line2' | 'ink' | 'ink2' | 'ink3'
  | 'mark' | 'mark-e' | 'mark-f' | 'mark-ink'
  | 'blue' | 'teal' | 'amber' | 'red' | 'violet' | 'rose'; // prettier-ignore

export const TOKENS: Readonly<Record<ThemeName, Readonly<Record<TokenName, Colour>>>> = {
  light: {
    bg0: colour(0.952, 0.004, 95, '#f0efec'),
    bg1: colour(0.99, 0.002, 95, '#fcfcfa'),
    bg2: colour(0.93, 0.005, 95, '#e9e8e4'),
    bg3: colour(0.895, 0.006, 95, '#dddcd8'),
    line: colour(0.868, 0.006, 95, '#d5d3cf'),
    line2: colour(0.645, 0.008, 95, '#8f8e88'),
    ink: colour(0.215, 0.012, 260, '#161a1f'),
    ink2: colour(0.405, 0.012, 260, '#454950'),
    ink3: colour(0.5, 0.012, 260, '#5f636a'),
    mark: colour(0.935, 0.125, 103, '#f9ed87'),
    'mark-e': colour(0.645, 0.135, 88, '#b08700'),
    'mark-f': colour(0.87, 0.17, 98, '#f2d42d'),
    'mark-ink': colour(0.215, 0.012, 260, '#161a1f'),
    blue: colour(0.525, 0.18, 262, '#2b62d0'),
    teal: colour(0.41, 0.075, 183, '#00574e'),
    amber: colour(0.53, 0.112, 77, '#906200'),
    red: colour(0.43, 0.175, 27, '#99000d'),
    violet: colour(0.375, 0.176, 322, '#680276'),
    rose: colour(0.555, 0.195, 4, '#c72b66'),
  },
  dark: {
    bg0: colour(0.162, 0.008, 250, '#0b0e11'),
    bg1: colour(0.2, 0.009, 250, '#13161a'),
    bg2: colour(0.248, 0.011, 250, '#1d2226'),
    bg3: colour(0.292, 0.012, 250, '#272c32'),
    line: colour(0.3, 0.012, 250, '#292e34'),
    line2: colour(0.505, 0.014, 250, '#5f656d'),
    ink: colour(0.935, 0.006, 95, '#ebe9e5'),
    ink2: colour(0.775, 0.008, 250, '#b2b6bb'),
    ink3: colour(0.65, 0.01, 250, '#8b9095'),
    mark: colour(0.4, 0.082, 103, '#504904'),
    'mark-e': colour(0.9, 0.165, 103, '#f2e24b'),
    'mark-f': colour(0.9, 0.165, 103, '#f2e24b'),
    'mark-ink': colour(0.97, 0.03, 103, '#f8f6e0'),
    blue: colour(0.68, 0.155, 260, '#5d97f7'),
    teal: colour(0.84, 0.105, 191, '#6ee1db'),
    amber: colour(0.86, 0.11, 78, '#f9c87b'),
    red: colour(0.66, 0.19, 31, '#f05943'),
    violet: colour(0.86, 0.082, 302, '#dbc5fe'),
    rose: colour(0.715, 0.14, 358, '#e77ba3'),
  },
};

export type SyntaxName = 'keyword' | 'string' | 'type' | 'number' | 'comment';

/** Quiet on purpose (chroma at most .1), so that states stand out. All else is ink. */
export const SYNTAX: Readonly<Record<ThemeName, Readonly<Record<SyntaxName, string>>>> = {
  light: {
    keyword: '#563e7b',
    string: '#215f48',
    type: '#255479',
    number: '#7f4726',
    comment: '#656970',
  },
  dark: {
    keyword: '#c6afe2',
    string: '#a0d2b6',
    type: '#9ec7e4',
    number: '#e7bb91',
    comment: '#888d92',
  },
};

/** The custom properties of a theme: `--bg0: #0b0e11`, …, `--syntax-keyword: …`. */
export function cssVariables(theme: ThemeName): readonly (readonly [string, string])[] {
  return [
    ...Object.entries(TOKENS[theme]).map(([name, { hex }]) => [`--${name}`, hex] as const),
    ...Object.entries(SYNTAX[theme]).map(([name, hex]) => [`--syntax-${name}`, hex] as const),
  ];
}
