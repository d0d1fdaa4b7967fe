// SPDX-License-Identifier: GPL-2.0-or-later
/** How wide the page is, in the four kinds that its layout knows. */
import { useSyncExternalStore } from 'react';

export type PageWidth = 'wide' | 'medium' | 'narrow' | 'phone';

const WIDE = matchMedia('(min-width: 1200px)');
const MEDIUM = matchMedia('(min-width: 900px)');
const NARROW = matchMedia('(min-width: 600px)');

function pageWidth(): PageWidth {
  if (WIDE.matches) return 'wide';
  if (MEDIUM.matches) return 'medium';
  return NARROW.matches ? 'narrow' : 'phone';
}

function watch(changed: () => void): () => void {
  const queries = [WIDE, MEDIUM, NARROW];
  for (const query of queries) query.addEventListener('change', changed);
  return () => {
    for (const query of queries) query.removeEventListener('change', changed);
  };
}

export function usePageWidth(): PageWidth {
  return useSyncExternalStore(watch, pageWidth);
}
