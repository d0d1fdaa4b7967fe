// SPDX-License-Identifier: GPL-2.0-or-later
/** As many letters as there is room for. The middle goes first: names differ at both ends. */
export function shortened(text: string, letters: number): string {
  if (text.length <= letters) return text;
  const head = Math.ceil((letters - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (letters - 1 - head))}`;
}
