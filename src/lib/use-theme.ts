// SPDX-License-Identifier: GPL-2.0-or-later
/** The theme for React. */
import { createContext, useContext, useSyncExternalStore } from 'react';

import type { ThemeKeeper } from './theme.ts';
import type { ThemeName } from './tokens.ts';

export const ThemeContext = createContext<ThemeKeeper | undefined>(undefined);

export function useThemeKeeper(): ThemeKeeper {
  const keeper = useContext(ThemeContext);
  if (keeper === undefined) throw new Error('no theme around this component');
  return keeper;
}

export function useThemeName(): ThemeName {
  const keeper = useThemeKeeper();
  return useSyncExternalStore(
    (changed) => keeper.watch(changed),
    () => keeper.current,
  );
}
