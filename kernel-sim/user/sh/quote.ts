// SPDX-License-Identifier: GPL-2.0-or-later
/** Texts written so that the shell would read them back: for `set -x`, `export -p`, `${x@Q}`. */

/** `text` in quotes where it needs them, or always. */
export function quoteForShell(text: string, always = false): string {
  if (!always && /^[\w@%+=:,./-]+$/.test(text)) return text;
  if (/[\u0000-\u001f\u007f]/.test(text)) return quoteAnsiC(text);
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `text` as `set -x` shows a word: in single quotes where it needs some, controls as they are. */
export function quoteForTrace(text: string): string {
  if (text === '') return "''";
  if (/^[\w@%+:,./=-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `text` in double quotes, as `export -p` and `declare -p` show values. */
export function quoteDouble(text: string): string {
  if (/[\u0000-\u001f\u007f]/.test(text)) return quoteAnsiC(text);
  return `"${text.replaceAll(/["\\$`]/g, '\\$&')}"`;
}

/** `text` with backslashes, as `printf %q` writes it. */
export function quoteBackslash(text: string): string {
  if (text === '') return "''";
  if (/[\u0000-\u001f\u007f]/.test(text)) return quoteAnsiC(text);
  return text.replaceAll(/[^\w@%+:./=\u0080-\uffff-]/g, '\\$&').replace(/^~/, '\\~');
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\t', '\\t'],
  ['\r', '\\r'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\u001b', '\\E'],
  ["'", "\\'"],
  ['\\', '\\\\'],
]);

function quoteAnsiC(text: string): string {
  const escaped = text.replaceAll(/[\u0000-\u001f\u007f'\\]/g, (char) => {
    const octal = char.charCodeAt(0).toString(8).padStart(3, '0');
    return ESCAPES.get(char) ?? `\\${octal}`;
  });
  return `$'${escaped}'`;
}
