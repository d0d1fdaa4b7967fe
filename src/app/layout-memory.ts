// SPDX-License-Identifier: GPL-2.0-or-later
/** Sizes of panes, as the person left them. */
import type { Layout } from 'react-resizable-panels';

const STORAGE_KEY = 'ringzero.layout';

export function readLayout(name: string): Layout | undefined {
  const layout = readAll()[name];
  if (typeof layout !== 'object' || layout === null) return undefined;
  const sizes = Object.values(layout);
  return sizes.every((size) => typeof size === 'number') ? (layout as Layout) : undefined;
}

export function writeLayout(name: string, layout: Layout): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...readAll(), [name]: layout }));
  } catch {
    // Then the next visit begins with the usual sizes.
  }
}

export function forgetLayouts(): void {
  try {
    localStorage.removeItem(STORAGE_KEY);
  } catch {
    // Nothing was kept, then.
  }
}

function readAll(): Readonly<Record<string, unknown>> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
