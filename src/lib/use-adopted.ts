// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Gives an element that lives outside React (a terminal, an editor) a place inside it. When the
 * place goes, the element waits for the next one, with all that stands in it.
 */
import { useCallback } from 'react';

export function useAdopted(element: HTMLElement): (place: HTMLElement | null) => void {
  return useCallback((place: HTMLElement | null) => place?.append(element), [element]);
}
