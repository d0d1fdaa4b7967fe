// SPDX-License-Identifier: GPL-2.0-or-later
/** How much of an element is in sight, without its scrollbars; measured anew when it changes. */
import { useLayoutEffect, useState, type RefObject } from 'react';

export interface Box {
  readonly width: number;
  readonly height: number;
}

export function useBox(element: RefObject<HTMLElement | null>, atFirst: Box): Box {
  const [box, setBox] = useState(atFirst);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = current;
      setBox((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return box;
}
