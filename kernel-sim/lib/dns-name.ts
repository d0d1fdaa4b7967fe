// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Names of the Domain Name System: labels as bytes, and the text that people write.
 *
 * As text a name has no dot at its end, and the root is ''. A byte that is not a plain character is
 * written `\.`, `\\` or `\065`, so that every name has a text and every text at most one name.
 *
 * RFC 1035, sections 3.1, 4.1.4 and 5.1.
 */
export const DNS_LABEL_MAX = 63;
/** A whole name, with the lengths of its labels and the root's. */
export const DNS_NAME_MAX = 255;

/** The two bits that say that the rest of a name is elsewhere. */
const POINTER = 0xc0;
const POINTER_MAX = 0x3fff;

/** The labels of a text; undefined where it is no name. A dot at the end is allowed. */
export function dnsLabels(text: string): Uint8Array[] | undefined {
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  let total = 1;
  const finish = (): boolean => {
    if (label.length === 0 || label.length > DNS_LABEL_MAX) return false;
    total += 1 + label.length;
    labels.push(Uint8Array.from(label));
    label = [];
    return total <= DNS_NAME_MAX;
  };
  if (text === '' || text === '.') return labels;
  for (let at = 0; at < text.length;) {
    const { byte, next } = readCharacter(text, at);
    if (byte === undefined) return undefined;
    if (byte !== SEPARATOR) label.push(byte);
    else if (!finish()) return undefined;
    at = next;
  }
  // Without a dot at the end, one label is left.
  return label.length > 0 && !finish() ? undefined : labels;
}

const SEPARATOR = -1;

/** A byte, SEPARATOR for a dot, or undefined for what is no character of a name. */
function readCharacter(
  text: string,
  at: number,
): { readonly byte: number | undefined; readonly next: number } {
  const code = text.charCodeAt(at);
  if (text[at] === '.') return { byte: SEPARATOR, next: at + 1 };
  if (text[at] !== '\\') return { byte: code > 0x7f ? undefined : code, next: at + 1 };
  const digits = /^\d{3}/u.exec(text.slice(at + 1))?.[0];
  if (digits === undefined) {
    const escaped = text.charCodeAt(at + 1);
    return { byte: Number.isNaN(escaped) || escaped > 0x7f ? undefined : escaped, next: at + 2 };
  }
  const byte = Number(digits);
  return { byte: byte > 0xff ? undefined : byte, next: at + 4 };
}

/** The text of labels. */
export function dnsText(labels: readonly Uint8Array[]): string {
  return labels.map((label) => Array.from(label, writeCharacter).join('')).join('.');
}

function writeCharacter(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '.' || character === '\\') return `\\${character}`;
  if (byte > 0x20 && byte < 0x7f) return character;
  return `\\${String(byte).padStart(3, '0')}`;
}

/** True where both name the same: letters' case does not matter. RFC 4343. */
export function sameDnsName(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

function canonical(name: string): string {
  const bare = name.endsWith('.') && !name.endsWith('\\.') ? name.slice(0, -1) : name;
  return bare.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase());
}

/** A name in a message, and where what follows it begins. */
export interface ReadName {
  readonly name: string;
  readonly next: number;
}

/**
 * Reads the name at `at` of a message; undefined where it is none. A pointer must lead backwards
 * each time, so that no circle is followed.
 */
export function readDnsName(bytes: Uint8Array, at: number): ReadName | undefined {
  const labels: Uint8Array[] = [];
  let total = 1;
  let place = at;
  let lowest = at;
  let next = -1;
  for (;;) {
    const length = bytes[place];
    if (length === undefined) return undefined;
    if (length === 0) return { name: dnsText(labels), next: next < 0 ? place + 1 : next };
    if ((length & POINTER) === POINTER) {
      const low = bytes[place + 1];
      if (low === undefined) return undefined;
      if (next < 0) next = place + 2;
      place = ((length & ~POINTER) << 8) | low;
      if (place >= lowest) return undefined;
      lowest = place;
      continue;
    }
    if (length > DNS_LABEL_MAX) return undefined;
    const label = bytes.subarray(place + 1, place + 1 + length);
    total += 1 + length;
    if (label.length < length || total > DNS_NAME_MAX) return undefined;
    labels.push(label);
    place += 1 + length;
  }
}

/** Writes names, each as a pointer into an earlier one where their ends are the same. */
export class DnsNameWriter {
  /** Where the end of a name stands, by its text in lower case. */
  readonly #places = new Map<string, number>();

  /** Adds `name` to `out`; false where it is none. */
  write(out: number[], name: string): boolean {
    const labels = dnsLabels(name);
    if (labels === undefined) return false;
    for (let n = 0; n < labels.length; n++) {
      const rest = canonical(dnsText(labels.slice(n)));
      const place = this.#places.get(rest);
      if (place !== undefined) {
        out.push(POINTER | (place >> 8), place & 0xff);
        return true;
      }
      if (out.length <= POINTER_MAX) this.#places.set(rest, out.length);
      const label = labels[n]!;
      out.push(label.length, ...label);
    }
    out.push(0);
    return true;
  }

  /** Forgets what lies from `length` on: it has been taken away again. */
  truncate(length: number): void {
    for (const [rest, place] of this.#places) if (place >= length) this.#places.delete(rest);
  }
}
