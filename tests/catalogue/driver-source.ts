// SPDX-License-Identifier: GPL-2.0-or-later
/** From a case to the driver that makes the mistake, and to the one that does not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BugCase } from './bug-case.ts';

export type Variant = 'broken' | 'repaired';

/** What a remark says of its line. */
export interface Mark {
  readonly kind: 'ALLOC' | 'PAGES' | 'PLACE' | 'FREE' | 'WORK' | 'BAD' | 'LEAK' | 'WAS' | 'AT';
  readonly words: readonly string[];
  /** In the driver's file, from 1. */
  readonly line: number;
}

export interface DriverSource {
  readonly text: string;
  readonly marks: readonly Mark[];
  /** What `insmod` is told besides the file. */
  readonly parameters: string;
}

/** All drivers have one name, so that nobody can tell cases apart by it. */
export const MODULE = 'driver';
export const MODULE_FILE = 'driver.ts';

const MARK = / \/\/ (ALLOC|PAGES|PLACE|FREE|WORK|BAD|LEAK|WAS|AT)\b/;
/** Marks behind which the driver prints an address. */
export const NAMES_ADDRESS: ReadonlySet<string> = new Set(['ALLOC', 'PAGES', 'PLACE', 'LEAK']);

/** The driver of one case. */
export function writeDriver(bug: BugCase, variant: Variant): DriverSource {
  const exit = exitOf(bug, 'leave', variant);
  const lines = [
    ...applyPatch(bug.top ?? '', variant),
    ...applyPatch(bug.functions ?? '', variant),
    ...unsafeFunction('run', bodyOf(bug.body, variant)),
    ...exit,
    ...FRAME,
    ...(exit.length > 0 ? EXIT : []),
    '}',
    'export default module(Driver, {',
    ...applyPatch(bug.info ?? LICENSE, variant),
    '});',
  ];
  const all = withImports(lines);
  return { text: `${all.join('\n')}\n`, marks: marksOf(all, 0), parameters: '' };
}

/**
 * The driver of a bundle: each case is a function, and the module's parameter chooses among them.
 * The sources differ in their marks, which are those of the case and of the bundle's `top`.
 */
export function writeBundle(
  bugs: readonly BugCase[],
  variant: Variant,
): ReadonlyMap<string, DriverSource> {
  const top = applyPatch(bugs[0]?.top ?? '', variant);
  const own = bugs.map((bug) => applyPatch(bug.functions ?? '', variant));
  const functions = bugs.map((bug, index) => [
    ...own[index]!,
    ...unsafeFunction(`run_${index}`, bodyOf(bug.body, variant)),
    ...exitOf(bug, `leave_${index}`, variant),
  ]);
  const exits = bugs.map((bug, index) => (bug.exit === undefined ? '' : `leave_${index}();`));
  const hasExit = exits.some((call) => call !== '');
  const all = withImports([
    ...top,
    ...functions.flat(),
    `const params = { which: param.int(0, "which mistake to make") };`,
    'class Driver {',
    ...(hasExit ? WHICH : []),
    '  static init({ which }: Params<typeof params>): Driver {',
    ...choose(
      'which',
      bugs.map((_, index) => `run_${index}();`),
    ),
    `    return new Driver(${hasExit ? 'which' : ''});`,
    '  }',
    ...(hasExit ? ['  [Symbol.dispose](): void {', ...choose('this.#which', exits), '  }'] : []),
    '}',
    `export default module(Driver, { license: "GPL", params });`,
  ]);
  const text = `${all.join('\n')}\n`;
  const topAt = all.indexOf(top[0] ?? '');
  const topMarks = top.length === 0 ? [] : marksOf(all.slice(topAt, topAt + top.length), topAt);
  const sources = bugs.map(({ id }, index): [string, DriverSource] => {
    const from = all.indexOf(headOf(`run_${index}`)) - own[index]!.length;
    const lines = all.slice(from, from + functions[index]!.length);
    const marks = [...topMarks, ...marksOf(lines, from)];
    return [id, { text, marks, parameters: `which=${index}` }];
  });
  return new Map(sources);
}

const WHICH = [
  '  readonly #which: number;',
  '  constructor(which: number) {',
  '    this.#which = which;',
  '  }',
];

function choose(what: string, calls: readonly string[]): string[] {
  const cases = calls.flatMap((call, index) =>
    call === '' ? [] : [`        case ${index}:`, `          ${call}`, '          break;'],
  );
  return [
    '    // SAFETY: none; to see what happens without is what this driver is for.',
    '    unsafe: {',
    `      switch (${what}) {`,
    ...cases,
    '      }',
    '    }',
  ];
}

function bodyOf(patch: string, variant: Variant): string[] {
  return applyPatch(patch, variant).map((line) => `  ${line}`);
}

function exitOf({ exit }: BugCase, name: string, variant: Variant): string[] {
  return exit === undefined ? [] : unsafeFunction(name, bodyOf(exit, variant));
}

function withImports(lines: readonly string[]): string[] {
  const all = [...(lines.some((line) => line.startsWith(TELL)) ? TELLING : []), ...lines];
  return [...importsFor(all.join('\n')), ...all];
}

/** The lines of one side of a patch, and behind each that names an address one that prints it. */
function applyPatch(patch: string, variant: Variant): string[] {
  const other = variant === 'broken' ? '+' : '-';
  const lines = patch.split('\n').filter((line) => line.trim() !== '' && line[0] !== other);
  return lines.flatMap((line) => {
    const text = ` ${line.slice(1)}`;
    const told = marksIn(text)
      .filter(({ kind }) => NAMES_ADDRESS.has(kind))
      .map(({ words: [name = ''] }) => `  tell("${name}", ${name});`);
    return [text].concat(told);
  });
}

function unsafeFunction(name: string, body: readonly string[]): string[] {
  return [headOf(name), '  "use unsafe";', ...body, '}'];
}

function headOf(name: string): string {
  return `function ${name}(): void {`;
}

const TELL = '    tell(';
const TELLING = [
  'function tell(name: string, place: VoidPtr): void {',
  '  println(`${name} at ${place.address.toString(16)}`);',
  '}',
];

const LICENSE = '  license: "GPL",';

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
const SUBPATHS = ['kernel', 'kernel/raw', 'uapi', 'kernel/time'] as const;
const EXPORTED =
  /^export (?:declare |abstract )*(?:class|function|const|let|type|interface|namespace) (\w+)/gm;

/** What each subpath exports, as its declarations say. */
function exportedNames(): readonly (readonly [string, readonly string[]])[] {
  const files = new Set(readdirSync(DECLARATIONS, { recursive: true, encoding: 'utf8' }));
  return SUBPATHS.filter((subpath) => files.has(`${subpath}.d.ts`)).map((subpath) => {
    const text = readFileSync(join(DECLARATIONS, `${subpath}.d.ts`), 'utf8');
    return [subpath, [...new Set(Array.from(text.matchAll(EXPORTED), (m) => m[1] ?? ''))]];
  });
}

/** Those of lines of the driver's file, of which the first has `linesBefore` before it. */
function marksOf(lines: readonly string[], linesBefore: number): Mark[] {
  return lines.flatMap((text, index) =>
    marksIn(text).map(({ kind, words }) => ({ kind, words, line: linesBefore + index + 1 })),
  );
}

/** A line's remarks: the text is cut where each begins. */
function marksIn(text: string): Omit<Mark, 'line'>[] {
  // What is split at a group has what the group matched in between.
  const [, ...parts] = text.split(MARK);
  return parts.flatMap((kind, index) =>
    index % 2 === 0
      ? [{ kind: kind as Mark['kind'], words: (parts[index + 1] ?? '').trim().split(' ') }]
      : [],
  );
}
