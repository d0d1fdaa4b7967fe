// SPDX-License-Identifier: GPL-2.0-or-later
/** How od shows bytes: as numbers of some size and base, as characters, as names. */

export interface DumpType {
  readonly kind: 'a' | 'c' | 'd' | 'o' | 'u' | 'x';
  readonly size: number;
  /** `z`: the printable characters after each line. */
  readonly showsText: boolean;
}

const SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8 };

// prettier-ignore
const NAMES = ['nul', 'soh', 'stx', 'etx', 'eot', 'enq', 'ack', 'bel', 'bs', 'ht', 'nl', 'vt', 'ff',
  'cr', 'so', 'si', 'dle', 'dc1', 'dc2', 'dc3', 'dc4', 'nak', 'syn', 'etb', 'can', 'em', 'sub',
  'esc', 'fs', 'gs', 'rs', 'us', 'sp'];

// prettier-ignore
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0, '\\0'], [7, '\\a'], [8, '\\b'], [9, '\\t'], [10, '\\n'], [11, '\\v'], [12, '\\f'],
  [13, '\\r'],
]);

/** `x1z`, `d4o2`; nothing if this is no type string. */
export function parseTypes(text: string): readonly DumpType[] | undefined {
  const types: DumpType[] = [];
  const pattern = /([ac])(z?)|([doux])([1248]|[CSIL])?(z?)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const [, plain, plainText = '', number, size = 'I', numberText = ''] = match;
    types.push({
      kind: (plain ?? number) as DumpType['kind'],
      size: plain === undefined ? (SIZES[size] ?? Number(size)) : 1,
      showsText: (plainText || numberText) !== '',
    });
  }
  return text === '' ? undefined : types;
}

/** Characters that one value takes, without the blank before it. */
function fieldWidth({ kind, size }: DumpType): number {
  if (kind === 'a' || kind === 'c') return 3;
  if (kind === 'x') return size * 2;
  if (kind === 'o') return { 1: 3, 2: 6, 4: 11, 8: 22 }[size] ?? 3;
  const unsigned = { 1: 3, 2: 5, 4: 10, 8: 20 }[size] ?? 3;
  return kind === 'u' ? unsigned : ({ 1: 4, 2: 6, 4: 11, 8: 20 }[size] ?? 4);
}

/** One line for each type, padded so that the columns of all types agree. */
export function dumpLine(
  types: readonly DumpType[],
  bytes: readonly number[],
  width: number,
): readonly string[] {
  const largest = Math.max(...types.map((type) => type.size));
  // What the widest type needs for one block of the largest size, every type gets.
  const block = Math.max(...types.map((type) => (largest / type.size) * (fieldWidth(type) + 1)));
  return types.map((type) => {
    const perBlock = largest / type.size;
    const slack = block - perBlock * (fieldWidth(type) + 1);
    let text = '';
    for (let at = 0, index = 0; at < bytes.length; at += type.size, index++) {
      const inBlock = index % perBlock;
      const before =
        Math.floor((slack * (inBlock + 1)) / perBlock) - Math.floor((slack * inBlock) / perBlock);
      text += ' '.repeat(before + 1) + show(type, bytes, at).padStart(fieldWidth(type));
    }
    if (!type.showsText) return text;
    const full = Math.ceil(width / largest) * block;
    const chars = bytes.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'));
    return `${text.padEnd(full)}  >${chars.join('')}<`;
  });
}

function show({ kind, size }: DumpType, bytes: readonly number[], at: number): string {
  if (kind === 'a') {
    const code = (bytes[at] ?? 0) & 0x7f;
    return code === 127 ? 'del' : (NAMES[code] ?? String.fromCharCode(code));
  }
  if (kind === 'c') {
    const code = bytes[at] ?? 0;
    const escape = ESCAPES.get(code);
    if (escape !== undefined) return escape;
    const isPrintable = code >= 32 && code < 127;
    return isPrintable ? String.fromCharCode(code) : code.toString(8).padStart(3, '0');
  }
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  if (kind === 'd') return String(BigInt.asIntN(size * 8, value));
  if (kind === 'u') return String(value);
  const digits = value.toString(kind === 'x' ? 16 : 8);
  return digits.padStart(fieldWidth({ kind, size, showsText: false }), '0');
}
