// SPDX-License-Identifier: GPL-2.0-or-later
/** From a case to the driver that makes the mistake, and to the one that does not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BugCase } from './bug-case.ts';

export type Variant = 'broken' | 'repaired';

/** What a remark says of its line. */
export interface Mark {
  readonly kind: 'ALLOC' | 'PAGES' | 'PLACE' | 'FREE' | 'WORK' | 'BAD' | 'LEAK';
  readonly words: readonly string[];
  /** In the driver's file, from 1. */
  readonly line: number;
}

export interface DriverSource {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** All drivers have one name, so that nobody can tell cases apart by it. */
export const MODULE = 'driver';
export const MODULE_FILE = 'driver.ts';

const MARK = /\/\/ (ALLOC|PAGES|PLACE|FREE|WORK|BAD|LEAK)\b(.*)$/;
const NAMES_ADDRESS: ReadonlySet<string> = new Set(['ALLOC', 'PAGES', 'PLACE', 'LEAK']);

export function writeDriver(bug: BugCase, variant: Variant): DriverSource {
  const top = applyPatch(bug.top ?? '', variant);
  const body = applyPatch(bug.body, variant).map((line) => `  ${line}`);
  const exit = applyPatch(bug.exit ?? '', variant).map((line) => `  ${line}`);
  const code = [...top, ...body, ...exit];
  const lines = [
    ...(code.some((line) => line.startsWith(TELL)) ? TELLING : []),
    ...top,
    ...unsafeFunction('run', body),
    ...(exit.length > 0 ? unsafeFunction('leave', exit) : []),
    ...FRAME,
    ...(exit.length > 0 ? EXIT : []),
    '}',
    `export default module(Driver, { license: "GPL" });`,
  ];
  const imports = importsFor(lines.join('\n'));
  const all = [...imports, ...lines];
  return { text: `${all.join('\n')}\n`, marks: marksOf(all) };
}

/** The lines of one side of a patch, and behind each that names an address one that prints it. */
function applyPatch(patch: string, variant: Variant): string[] {
  const other = variant === 'broken' ? '+' : '-';
  const lines = patch.split('\n').filter((line) => line.trim() !== '' && line[0] !== other);
  return lines.flatMap((line) => {
    const text = ` ${line.slice(1)}`;
    const [, kind = '', words = ''] = MARK.exec(text) ?? [];
    const name = words.trim().split(' ')[0] ?? '';
    return NAMES_ADDRESS.has(kind) ? [text, `  tell("${name}", ${name});`] : [text];
  });
}

function unsafeFunction(name: string, body: readonly string[]): string[] {
  return [`function ${name}(): void {`, '  "use unsafe";', ...body, '}'];
}

const TELL = '    tell(';
const TELLING = [
  'function tell(name: string, place: VoidPtr): void {',
  '  println(`${name} at ${place.address.toString(16)}`);',
  '}',
];

const FRAME = [
  'class Driver {',
  '  static init(): Driver {',
  '    // SAFETY: none; to see what happens without is what this driver is for.',
  '    unsafe: run();',
  '    return new Driver();',
  '  }',
];

const EXIT = [
  '  [Symbol.dispose](): void {',
  '    // SAFETY: as above.',
  '    unsafe: leave();',
  '  }',
];

const WORD = /[A-Za-z_]\w*/g;

function importsFor(text: string): string[] {
  const withoutRemarks = text.replaceAll(/\/\/.*$/gm, '');
  const used = new Set(withoutRemarks.match(WORD) ?? []);
  const defined = new Set(
    Array.from(withoutRemarks.matchAll(/\b(?:class|function|const|let) (\w+)/g), (m) => m[1]),
  );
  const lines: string[] = [];
  const taken = new Set<string>();
  for (const [subpath, names] of exportedNames()) {
    const wanted = names.filter((name) => used.has(name) && !taken.has(name) && !defined.has(name));
    for (const name of wanted) taken.add(name);
    if (wanted.length > 0) lines.push(`import { ${wanted.join(', ')} } from "${subpath}";`);
  }
  return lines;
}

const DECLARATIONS = join(import.meta.dirname, '../../kernel-sim/toolchain/generated/api');
/** Those that drivers may import; an earlier one wins. */
const SUBPATHS = ['kernel', 'kernel/raw', 'uapi'] as const;
const EXPORTED =
  /^export (?:declare )?(?:abstract )?(?:class|function|const|let|type|interface) (\w+)/gm;

/** What each subpath exports, as its declarations say. */
function exportedNames(): readonly (readonly [string, readonly string[]])[] {
  const files = new Set(readdirSync(DECLARATIONS, { recursive: true, encoding: 'utf8' }));
  return SUBPATHS.filter((subpath) => files.has(`${subpath}.d.ts`)).map((subpath) => {
    const text = readFileSync(join(DECLARATIONS, `${subpath}.d.ts`), 'utf8');
    return [subpath, [...new Set(Array.from(text.matchAll(EXPORTED), (m) => m[1] ?? ''))]];
  });
}

function marksOf(lines: readonly string[]): Mark[] {
  return lines.flatMap((text, index) => {
    const [, kind, words = ''] = MARK.exec(text) ?? [];
    if (kind === undefined) return [];
    return [{ kind: kind as Mark['kind'], words: words.trim().split(' '), line: index + 1 }];
  });
}
