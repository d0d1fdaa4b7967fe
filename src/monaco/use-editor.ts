// SPDX-License-Identifier: GPL-2.0-or-later
/** Monaco for React, once it has been loaded; undefined until then. */
import { createContext, useContext } from 'react';

import type { EditorView } from './editor-view.ts';

export const EditorContext = createContext<EditorView | undefined>(undefined);

export function useEditor(): EditorView | undefined {
  return useContext(EditorContext);
}
