// SPDX-License-Identifier: GPL-2.0-or-later
/** The page's terminals for React, which adopts their elements and never draws them. */
import { createContext, useContext } from 'react';

import type { TerminalRack } from './terminal-rack.ts';

export const TerminalsContext = createContext<TerminalRack | undefined>(undefined);

export function useTerminals(): TerminalRack {
  const rack = useContext(TerminalsContext);
  if (rack === undefined) throw new Error('no terminals around this component');
  return rack;
}
