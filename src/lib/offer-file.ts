// SPDX-License-Identifier: GPL-2.0-or-later
/** Hands the person a file to keep, as a download. */

/** For the browser to have begun to read it. */
const KEEP_MS = 60_000;

export function offerFile(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
