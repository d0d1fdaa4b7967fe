// SPDX-License-Identifier: GPL-2.0-or-later
/** Small things about projects that several parts ask: the last one open, and what is text. */
const STORAGE_KEY = 'ringzero.project';
const TEXT_BYTES_MAX = 512 * 1024;

export function readProject(): string | undefined {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberProject(project: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, project);
  } catch {
    // The next visit then begins with the first example.
  }
}

/** The text in `bytes`, or undefined when it is none that an editor should show. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.byteLength > TEXT_BYTES_MAX) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
