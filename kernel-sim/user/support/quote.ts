// SPDX-License-Identifier: GPL-2.0-or-later
/** How GNU tools quote names in messages and listings: so that a shell could read them back. */

const HARMLESS = /^[A-Za-z0-9_./,:+@%\-^]*$/;
const CONTROL = /[\x00-\x1f\x7f]/;

// prettier-ignore
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'],
  ['\v', '\\v'],
]);

function needsQuotes(name: string): boolean {
  if (name === '') return true;
  if (HARMLESS.test(name)) return false;
  // `~` and `#` matter only at the start; `{` and `}` only alone.
  if (/^[~#]/.test(name) || name === '{' || name === '}') return true;
  return /[\x00-\x20\x7f!"$&'()*;<=>?[\\`|]/.test(name);
}

/** Quoted only if a shell would need it: `it's` becomes `"it's"`. */
export function quoteName(name: string): string {
  return needsQuotes(name) ? quoteAlways(name) : name;
}

/** Quoted in any case, as in `cannot access 'x'`. */
export function quoteAlways(name: string): string {
  if (CONTROL.test(name)) return quoteControls(name);
  if (!name.includes("'")) return `'${name}'`;
  return /["$`\\!]/.test(name) ? `'${name.replaceAll("'", "'\\''")}'` : `"${name}"`;
}

/** `a<newline>b` becomes `'a'$'\n''b'`. */
function quoteControls(name: string): string {
  let result = "'";
  let isEscaping = false;
  for (const char of name) {
    const isControl = CONTROL.test(char);
    if (isControl !== isEscaping) result += isControl ? "'$'" : "''";
    isEscaping = isControl;
    if (isControl) result += escapeControl(char);
    else result += char === "'" ? "'\\''" : char;
  }
  return `${result}'`;
}

function escapeControl(char: string): string {
  const octal = (char.codePointAt(0) ?? 0).toString(8).padStart(3, '0');
  return ESCAPES.get(char) ?? `\\${octal}`;
}
