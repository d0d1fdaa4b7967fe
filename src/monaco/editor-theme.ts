// SPDX-License-Identifier: GPL-2.0-or-later
/** The token table as Monaco wants it. */
import type { editor } from 'monaco-editor/editor';

import { SYNTAX, TOKENS, type ThemeName } from '../lib/tokens.ts';

export function themeId(theme: ThemeName): string {
  return `ringzero-${theme}`;
}

const CLEAR = '#00000000';

export function editorTheme(theme: ThemeName): editor.IStandaloneThemeData {
  return {
    base: theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: false,
    rules: syntaxRules(theme),
    colors: { ...textColours(theme), ...widgetColours(theme) },
  };
}

function syntaxRules(theme: ThemeName): editor.ITokenThemeRule[] {
  const token = TOKENS[theme];
  const syntax = SYNTAX[theme];
  const rule = (name: string, hex: string, fontStyle?: string): editor.ITokenThemeRule => ({
    token: name,
    foreground: hex.slice(1),
    ...(fontStyle === undefined ? {} : { fontStyle }),
  });
  return [
    rule('', token.ink.hex),
    rule('keyword', syntax.keyword),
    rule('string', syntax.string),
    rule('string.escape', syntax.number),
    rule('type', syntax.type),
    rule('number', syntax.number),
    rule('comment', syntax.comment, 'italic'),
    rule('delimiter', token.ink2.hex),
  ];
}

function textColours(theme: ThemeName): editor.IColors {
  const token = TOKENS[theme];
  return {
    'editor.background': token.bg1.hex,
    'editor.foreground': token.ink.hex,
    'editorLineNumber.foreground': token.ink3.hex,
    'editorLineNumber.activeForeground': token.ink.hex,
    'editorCursor.foreground': token.ink.hex,
    'editor.selectionBackground': token.bg3.hex,
    'editor.inactiveSelectionBackground': token.bg2.hex,
    'editor.selectionHighlightBackground': token.bg2.hex,
    'editor.wordHighlightBackground': token.bg2.hex,
    'editor.wordHighlightStrongBackground': token.bg3.hex,
    'editor.findMatchBackground': token.bg3.hex,
    'editor.findMatchHighlightBackground': token.bg2.hex,
    'editor.lineHighlightBackground': CLEAR,
    'editor.lineHighlightBorder': CLEAR,
    'editorIndentGuide.background1': CLEAR,
    'editorBracketMatch.background': token.bg3.hex,
    'editorBracketMatch.border': CLEAR,
    'editorError.foreground': token.red.hex,
    'editorWarning.foreground': token.amber.hex,
    'editorInfo.foreground': token.blue.hex,
    'editor.hoverHighlightBackground': token.bg2.hex,
    'editorWidget.background': token.bg1.hex,
    'editorWidget.border': token.line2.hex,
    'editorHoverWidget.background': token.bg1.hex,
    'editorHoverWidget.border': token.line2.hex,
    'editorSuggestWidget.background': token.bg1.hex,
    'editorSuggestWidget.border': token.line2.hex,
    'editorSuggestWidget.foreground': token.ink.hex,
    'editorSuggestWidget.highlightForeground': token.ink.hex,
    'editorSuggestWidget.focusHighlightForeground': token.ink.hex,
    'editorSuggestWidget.selectedBackground': token.bg3.hex,
    'editorSuggestWidget.selectedForeground': token.ink.hex,
    'editorOverviewRuler.border': CLEAR,
  };
}

/** What opens over the text, and lists. */
function widgetColours(theme: ThemeName): editor.IColors {
  const token = TOKENS[theme];
  return {
    'list.hoverBackground': token.bg2.hex,
    'input.background': token.bg0.hex,
    'input.foreground': token.ink.hex,
    'input.border': token.line2.hex,
    focusBorder: token.ink.hex,
    foreground: token.ink.hex,
    descriptionForeground: token.ink2.hex,
    'textLink.foreground': token.ink.hex,
    'scrollbar.shadow': CLEAR,
    'scrollbarSlider.background': `${token.line2.hex}66`,
    'scrollbarSlider.hoverBackground': `${token.line2.hex}aa`,
    'scrollbarSlider.activeBackground': token.line2.hex,
    'widget.shadow': CLEAR,
    'diffEditor.insertedTextBackground': `${token.teal.hex}33`,
    'diffEditor.removedTextBackground': `${token.red.hex}33`,
    'diffEditor.insertedLineBackground': `${token.teal.hex}1f`,
    'diffEditor.removedLineBackground': `${token.red.hex}1f`,
    'diffEditor.border': token.line.hex,
    'diffEditor.unchangedRegionBackground': token.bg2.hex,
    'menu.background': token.bg1.hex,
    'menu.foreground': token.ink.hex,
    'menu.selectionBackground': token.bg3.hex,
    'menu.selectionForeground': token.ink.hex,
    'menu.border': token.line2.hex,
    'peekView.border': token.ink.hex,
    'peekViewEditor.background': token.bg1.hex,
    'peekViewResult.background': token.bg0.hex,
    'peekViewTitle.background': token.bg0.hex,
    'peekViewTitleLabel.foreground': token.ink.hex,
  };
}
