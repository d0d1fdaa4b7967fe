// SPDX-License-Identifier: GPL-2.0-or-later
/** What covers the page when it is asked for, each loaded then. */
import { lazy, Suspense, useEffect, type ComponentType } from 'react';

import type { DialogName } from '../store/desk-slice.ts';
import { useSelection } from '../store/use-playground.ts';

/** What the first look at the page needs goes first. */
const PALETTE_AFTER_MS = 1000;

type DialogComponent = ComponentType<{ readonly onClose: () => void }>;

const loadPalette = () => import('./palette.tsx').then(({ Palette: it }) => ({ default: it }));

const DIALOGS: Readonly<Record<DialogName, DialogComponent>> = {
  palette: lazy(loadPalette),
  settings: lazy(() =>
    import('./settings-dialog.tsx').then(({ SettingsDialog: it }) => ({ default: it })),
  ),
  keys: lazy(() => import('./keys-dialog.tsx').then(({ KeysDialog: it }) => ({ default: it }))),
  reset: lazy(() =>
    import('./reset-all-dialog.tsx').then(({ ResetAllDialog: it }) => ({ default: it })),
  ),
};

export function Dialogs() {
  const name = useSelection((state) => state.dialog);
  const openDialog = useSelection((state) => state.openDialog);
  // Whoever calls the palette types on at once: it has to be here.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), PALETTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (name === undefined) return null;
  const Named = DIALOGS[name];
  return (
    <Suspense fallback={null}>
      <Named onClose={() => openDialog(undefined)} />
    </Suspense>
  );
}
