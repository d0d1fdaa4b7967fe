// SPDX-License-Identifier: GPL-2.0-or-later
/** The page's terminal for React, which adopts its element and never draws it. */
import { createContext, useContext } from 'react';

import type { TerminalView } from './terminal-view.ts';

export const TerminalContext = createContext<TerminalView | undefined>(undefined);

export function useTerminal(): TerminalView {
  const terminal = useContext(TerminalContext);
  if (terminal === undefined) throw new Error('no terminal around this component');
  return terminal;
}
