// SPDX-License-Identifier: GPL-2.0-or-later
/** Paths as texts. */

/** An absolute path without `.`, `..` and empty parts. */
export function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** `path` as somebody in `folder` (with its slash) would write it, if it lies below. */
export function shortPath(path: string, folder: string): string {
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}
