// SPDX-License-Identifier: GPL-2.0-or-later
/** The token table as xterm wants it. Green is teal, yellow is amber: see lib/tokens.ts. */
import type { ITheme } from '@xterm/xterm';

import { SYNTAX, TOKENS, type ThemeName } from '../lib/tokens.ts';

export function terminalTheme(theme: ThemeName): ITheme {
  const token = TOKENS[theme];
  const isDark = theme === 'dark';
  const hues = {
    red: token.red.hex,
    green: token.teal.hex,
    yellow: token.amber.hex,
    blue: token.blue.hex,
    magenta: token.violet.hex,
    cyan: SYNTAX[theme].type,
  };
  const black = isDark ? token.ink3.hex : token.ink.hex;
  const white = isDark ? token.ink.hex : token.ink3.hex;
  return {
    background: token.bg1.hex,
    foreground: token.ink.hex,
    cursor: token.ink.hex,
    cursorAccent: token.bg1.hex,
    selectionBackground: token.bg3.hex,
    scrollbarSliderBackground: `${token.line2.hex}66`,
    scrollbarSliderHoverBackground: `${token.line2.hex}aa`,
    scrollbarSliderActiveBackground: token.line2.hex,
    overviewRulerBorder: token.bg1.hex,
    black,
    white,
    ...hues,
    brightBlack: token.ink3.hex,
    brightWhite: token.ink.hex,
    brightRed: hues.red,
    brightGreen: hues.green,
    brightYellow: hues.yellow,
    brightBlue: hues.blue,
    brightMagenta: hues.magenta,
    brightCyan: hues.cyan,
  };
}
