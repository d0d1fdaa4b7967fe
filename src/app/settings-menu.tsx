// SPDX-License-Identifier: GPL-2.0-or-later
/** Settings: theme, sizes of type, screen reader, layout, and a fresh machine. */
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';

import type { ThemeChoice } from '../lib/theme.ts';
import { useThemeKeeper, useThemeName } from '../lib/use-theme.ts';
import { usePlayground, useSelection } from '../store/use-playground.ts';
import { Menu, type MenuGroup } from '../widgets/menu.tsx';
import { resetLayout } from './commands.ts';

const THEMES: readonly (readonly [ThemeChoice, string])[] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];
const SIZE_MIN = 11;
const SIZE_MAX = 20;

const PAGE_AND_MACHINE: readonly MenuGroup[] = [
  {
    title: 'This page',
    choices: [
      { id: 'layout', label: 'Reset the layout' },
      { id: 'keys', label: 'Keyboard shortcuts' },
      { id: 'settings', label: 'All settings', detail: 'CPUs, command line, seed, …' },
    ],
  },
  {
    title: 'Machine',
    choices: [
      { id: 'restart', label: 'Restart the machine', detail: 'Boots anew with your files.' },
      { id: 'reset', label: 'Reset everything', detail: 'Asks first, and says what goes.' },
    ],
  },
];

export function SettingsMenu({ icon: Icon }: { readonly icon: LucideIcon }) {
  const keeper = useThemeKeeper();
  useThemeName();
  const [, redraw] = useState(0);
  const playground = usePlayground();
  const editorFontSize = useSelection((state) => state.editorFontSize);
  const terminalFontSize = useSelection((state) => state.terminalFontSize);
  const isScreenReader = useSelection((state) => state.isScreenReader);
  const { setSizes, openDialog } = playground.store.getState();

  const resize = (by: number): void => {
    const clamp = (size: number): number => Math.min(SIZE_MAX, Math.max(SIZE_MIN, size + by));
    setSizes({
      editorFontSize: clamp(editorFontSize),
      terminalFontSize: clamp(terminalFontSize),
    });
  };
  const choose = (id: string): void => {
    const theme = THEMES.find(([name]) => name === id)?.[0];
    if (theme !== undefined) {
      keeper.choose(theme);
      redraw((count) => count + 1);
    } else if (id === 'larger') resize(1);
    else if (id === 'smaller') resize(-1);
    else if (id === 'reader') setSizes({ isScreenReader: !isScreenReader });
    else if (id === 'restart') playground.restart();
    else if (id === 'layout') resetLayout(playground.store);
    else if (id === 'settings' || id === 'keys' || id === 'reset') openDialog(id);
  };

  return (
    <Menu
      label="Settings"
      className="icon-button"
      placement="bottom end"
      trigger={<Icon size={16} strokeWidth={1.5} aria-hidden />}
      groups={[
        {
          title: keeper.isForced ? 'Theme (the address decides)' : 'Theme',
          choices: THEMES.map(([id, label]) => ({
            id,
            label,
            isChosen: id === keeper.choice,
            isDisabled: keeper.isForced,
          })),
        },
        {
          title: 'Text of editor and shell',
          choices: [
            { id: 'larger', label: 'Larger', isDisabled: editorFontSize >= SIZE_MAX },
            { id: 'smaller', label: 'Smaller', isDisabled: terminalFontSize <= SIZE_MIN },
            { id: 'reader', label: 'For screen readers', isChosen: isScreenReader },
          ],
        },
        ...PAGE_AND_MACHINE,
      ]}
      onChoose={choose}
    />
  );
}
