// SPDX-License-Identifier: GPL-2.0-or-later
/** Brings an element into sight when it comes to show something else. */
import { useEffect, useRef, type RefObject } from 'react';

export function useRevealed<Shown extends HTMLElement>(what: unknown): RefObject<Shown | null> {
  const element = useRef<Shown>(null);
  useEffect(() => {
    element.current?.scrollIntoView({ block: 'nearest' });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- that is what changes
  }, [what]);
  return element;
}
