// SPDX-License-Identifier: GPL-2.0-or-later
/** Archives as tar(5) has them (ustar), for folders that people take home. */

const BLOCK = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;

export interface TarEntry {
  /** Without a slash in front; with one at its end: a folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Throws when a path is too long for the format, which no path of a project is. */
export function tarOf(entries: readonly TarEntry[], mtimeSeconds: number): Uint8Array<ArrayBuffer> {
  const sizes = entries.map(({ bytes }) => BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK);
  const archive = new Uint8Array(sizes.reduce((sum, size) => sum + size, 2 * BLOCK));
  let at = 0;
  for (const [index, { path, bytes }] of entries.entries()) {
    archive.set(headerOf(path, bytes.length, mtimeSeconds), at);
    archive.set(bytes, at + BLOCK);
    at += sizes[index] ?? 0;
  }
  return archive;
}

function headerOf(path: string, size: number, mtimeSeconds: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const isFolder = path.endsWith('/');
  const [prefix, name] = splitPath(path);
  put(header, 0, name);
  put(header, 100, octal(isFolder ? 0o755 : 0o644, 7));
  put(header, 108, octal(1000, 7));
  put(header, 116, octal(1000, 7));
  put(header, 124, octal(size, 11));
  put(header, 136, octal(mtimeSeconds, 11));
  put(header, 156, isFolder ? '5' : '0');
  put(header, 257, 'ustar\u000000');
  put(header, 265, 'user');
  put(header, 297, 'user');
  put(header, 345, prefix);
  // The checksum is taken with blanks in its own place.
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(header, 148, `${octal(sum, 6)}\u0000 `);
  return header;
}

/** Long paths are cut at a slash, the front going into a field of its own. */
function splitPath(path: string): readonly [prefix: string, name: string] {
  if (encode(path).length <= NAME_BYTES) return ['', path];
  for (let cut = path.indexOf('/'); cut > 0; cut = path.indexOf('/', cut + 1)) {
    const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
    const fits = encode(name).length <= NAME_BYTES && encode(prefix).length <= PREFIX_BYTES;
    if (name !== '' && fits) return [prefix, name];
  }
  throw new Error(`the path is too long for an archive: ${path}`);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function put(header: Uint8Array, at: number, text: string): void {
  header.set(encode(text), at);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
