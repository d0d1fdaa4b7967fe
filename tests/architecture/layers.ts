// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Judges one file's imports by a table of layers.
 *
 * The table is data of the tree that it describes (kernel-sim/layers.ts, src/layers.ts);
 * here are only its rules. Paths count from the root of the repository.
 */
import { posix } from 'node:path';
import { parseSync } from 'vite';

export interface Layers {
  readonly root: string;
  readonly foundation: readonly string[];
  readonly mayImport: Readonly<Record<string, readonly string[]>>;
  readonly mayName: Readonly<Record<string, readonly string[]>>;
  readonly apart: readonly string[];
  readonly packages: Readonly<Record<string, readonly string[]>>;
  readonly doors: readonly string[];
  /** Doors to pure functions: who may pass through any may call what is behind these. */
  readonly libraries: readonly string[];
  readonly throughDoors: Readonly<Record<string, 'types' | 'values'>>;
}

interface Import {
  readonly specifier: string;
  /** `text` for a module that is only named: by URL, or as the text of a file. */
  readonly kind: 'value' | 'type' | 'text';
}

/** Matches what Vite turns into the address of a file. */
const NAMED_BY_URL = /new URL\(\s*['"`](?<specifier>[^'"`]+)['"`],\s*import\.meta\.url/g;

/** Every module that a file names: imports, re-exports, literal `import()` and URLs. */
function importsOf(path: string, source: string): Import[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(path, source).module;
  const whole = (specifier: string): Import => ({ specifier, kind: 'value' });
  return [
    ...staticImports.map(({ moduleRequest, entries }) => {
      const isType = entries.length > 0 && entries.every((entry) => entry.isType);
      return { specifier: moduleRequest.value, kind: isType ? 'type' : 'value' } as const;
    }),
    ...staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest === null
          ? []
          : ({ specifier: moduleRequest.value, kind: isType ? 'type' : 'value' } as const),
      ),
    ),
    ...dynamicImports.map(({ moduleRequest: { start, end } }) =>
      whole(source.slice(start + 1, end - 1)),
    ),
    ...[...source.matchAll(NAMED_BY_URL)].map((match) => ({
      specifier: match.groups?.['specifier'] ?? '',
      kind: 'text' as const,
    })),
  ].map(withoutQuery);
}

/** `?raw`, `?worker`, `?iife-source`: the file arrives as text or as an address. */
function withoutQuery({ specifier, kind }: Import): Import {
  const [path = '', query] = specifier.split('?');
  return { specifier: path, kind: query === undefined ? kind : 'text' };
}

/** The innermost row for a file: its own, its room's, else its top folder; `.` at the top. */
export function roomOf(layers: Layers, path: string): string | undefined {
  if (!path.startsWith(`${layers.root}/`)) return undefined;
  const inside = path.slice(layers.root.length + 1);
  const listed = Object.keys(layers.mayImport).filter((room) =>
    `${inside}/`.startsWith(`${room}/`),
  );
  const top = inside.includes('/') ? inside.split('/')[0] : '.';
  return listed.toSorted((a, b) => b.length - a.length)[0] ?? top;
}

/** The imports of one file that its tree's table does not allow. */
export function violations(layers: Layers, path: string, source: string): string[] {
  return importsOf(path, source)
    .filter((it) => !isAllowed(layers, path, it))
    .map(({ specifier }) => `${path} imports ${specifier}`);
}

function isAllowed(layers: Layers, path: string, { specifier, kind }: Import): boolean {
  const from = roomOf(layers, path) ?? '';
  if (!specifier.startsWith('.')) {
    return (layers.packages[from] ?? []).some((name) => isWithin(name, specifier));
  }

  const target = posix.join(posix.dirname(path), specifier);
  const to = roomOf(layers, target);
  if (to === undefined) {
    const pass = layers.throughDoors[from];
    if (layers.libraries.includes(target)) return pass !== undefined;
    return (
      layers.doors.includes(target) && (pass === 'values' || (pass === 'types' && kind === 'type'))
    );
  }
  if (to === from) return !layers.apart.includes(from) || isSameFolder(layers, path, target);
  if (kind === 'text' && layers.mayName[from]?.includes(to) === true) return true;
  return layers.foundation.includes(to) || layers.mayImport[from]?.includes(to) === true;
}

/** Whether a specifier is a package, a file of it, or of a family such as `node:` or `@xterm/`. */
function isWithin(name: string, specifier: string): boolean {
  return specifier === name || specifier.startsWith(/[:/]$/.test(name) ? name : `${name}/`);
}

/** Whether two files of one room lie in the same of its folders, or one at its top. */
function isSameFolder(layers: Layers, ...paths: [string, string]): boolean {
  const [a, b] = paths.map(
    (path) =>
      path
        .slice(layers.root.length + 1)
        .split('/')
        .slice(1, -1)[0],
  );
  return a === b || b === undefined;
}
