// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Source maps (version 3) of linked code: the compiler makes one for each file, a build has one for
 * all of them.
 */

/** As the compiler writes them, and as a `.ko` carries them. */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** One compiled file and where its first line stands in the whole. */
export interface MappedPart {
  readonly source: string;
  readonly firstLine: number;
  readonly mappings: string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The map of a text that holds each part's lines from its first line on. */
export function joinMaps(parts: readonly MappedPart[]): SourceMap {
  const encoder = new MapEncoder();
  for (const [source, { firstLine, mappings }] of parts.entries()) {
    let line = firstLine;
    let [original, column] = [0, 0];
    for (const text of mappings.split(';')) {
      let generated = 0;
      for (const segment of text === '' ? [] : text.split(',')) {
        const fields = decode(segment);
        generated += fields[0] ?? 0;
        if (fields.length < 4) continue;
        original += fields[2] ?? 0;
        column += fields[3] ?? 0;
        encoder.add(line, generated, source, original, column);
      }
      line++;
    }
  }
  return {
    version: 3,
    sources: parts.map(({ source }) => source),
    names: [],
    mappings: encoder.mappings,
  };
}

class MapEncoder {
  mappings = '';
  #line = 0;
  #column = 0;
  #isFirst = true;
  readonly #last = [0, 0, 0];

  add(line: number, column: number, source: number, original: number, at: number): void {
    while (this.#line < line) {
      this.mappings += ';';
      this.#line++;
      this.#column = 0;
      this.#isFirst = true;
    }
    const place = [source, original, at];
    const deltas = place.map((value, index) => value - (this.#last[index] ?? 0));
    const fields = [column - this.#column, ...deltas].map(encode).join('');
    this.mappings += this.#isFirst ? fields : `,${fields}`;
    this.#isFirst = false;
    this.#column = column;
    for (const [index, value] of place.entries()) this.#last[index] = value;
  }
}

/** Base64 VLQ: the sign in the lowest bit, five bits a digit, the sixth says that more follow. */
function encode(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += ALPHABET[rest > 0 ? digit | 32 : digit] ?? '';
  } while (rest > 0);
  return text;
}

function decode(segment: string): number[] {
  const values: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of segment) {
    const digit = ALPHABET.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    values.push((value & 1) === 0 ? value >>> 1 : -(value >>> 1));
    [value, shift] = [0, 0];
  }
  return values;
}
