// SPDX-License-Identifier: GPL-2.0-or-later
/** What covers the page when it is asked for, each loaded then. */
import { lazy, Suspense, type ComponentType } from 'react';

import type { DialogName } from '../store/desk-slice.ts';
import { useSelection } from '../store/use-playground.ts';

type DialogComponent = ComponentType<{ readonly onClose: () => void }>;

const DIALOGS: Readonly<Record<DialogName, DialogComponent>> = {
  palette: lazy(() => import('./palette.tsx').then(({ Palette: it }) => ({ default: it }))),
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
  if (name === undefined) return null;
  const Named = DIALOGS[name];
  return (
    <Suspense fallback={null}>
      <Named onClose={() => openDialog(undefined)} />
    </Suspense>
  );
}
