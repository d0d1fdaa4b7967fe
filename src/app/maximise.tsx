// SPDX-License-Identifier: GPL-2.0-or-later
/** Gives a pane the page to itself, or gives the others theirs back. */
import { Maximize2, Minimize2 } from 'lucide-react';

import { usePageWidth } from '../lib/use-width.ts';
import type { PaneName } from '../store/desk-slice.ts';
import { useSelection } from '../store/use-playground.ts';
import { IconButton } from '../widgets/button.tsx';

export function Maximise({ pane }: { readonly pane: PaneName }) {
  const maximised = useSelection((state) => state.maximised);
  const maximise = useSelection((state) => state.maximise);
  if (usePageWidth() === 'phone') return null;
  const isMaximised = maximised === pane;
  return (
    <IconButton
      icon={isMaximised ? Minimize2 : Maximize2}
      label={isMaximised ? 'Show all panes' : 'Maximise'}
      onPress={() => maximise(isMaximised ? undefined : pane)}
    />
  );
}
