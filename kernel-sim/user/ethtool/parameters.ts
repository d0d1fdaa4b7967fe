// SPDX-License-Identifier: GPL-2.0-or-later
/** Words behind the name of an interface: names with their values. */

export type Parameters = ReadonlyMap<string, string>;

/** Undefined when a word is not of `names`, or has no value. */
export function parseParameters(
  words: readonly string[],
  names: readonly string[],
): Parameters | undefined {
  const found = new Map<string, string>();
  for (let at = 0; at < words.length; at += 2) {
    const [name, value] = [words[at]!, words[at + 1]];
    if (!names.includes(name) || value === undefined || !isValue(name, value)) return undefined;
    found.set(name, value);
  }
  return found;
}

/** As strtoul(3) takes it, in any base. */
export function parseNumber(text: string): number | undefined {
  if (!/^(?:0x[\da-f]+|\d+)$/iu.test(text)) return undefined;
  return /^0\d/u.test(text) ? Number.parseInt(text, 8) : Number(text);
}

function isValue(name: string, value: string): boolean {
  if (name === 'raw' || name === 'hex') return value === 'on' || value === 'off';
  return parseNumber(value) !== undefined;
}

export function numberOf(parameters: Parameters, name: string): number | undefined {
  const text = parameters.get(name);
  return text === undefined ? undefined : parseNumber(text);
}

export function switchOf(parameters: Parameters, name: string): boolean {
  return parameters.get(name) === 'on';
}
