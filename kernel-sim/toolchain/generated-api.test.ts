// SPDX-License-Identifier: GPL-2.0-or-later
/** The committed declarations are those of kernel-sim/api, and say what the toolchain must know. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

import { makeApiDeclarations } from '../../scripts/api-declarations.mjs';
import { makeExportedSymbols } from '../../scripts/symbol-names.mjs';
import { undocumented, unmarkedCallbacks } from './testing/api-lint.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(import.meta.dirname, 'generated/api');

const parse = (text: string): ts.SourceFile =>
  ts.createSourceFile('api.d.ts', text, ts.ScriptTarget.ES2022, true);

const committed = new Map(
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => [file.slice(0, -'.d.ts'.length), readFileSync(join(FOLDER, file), 'utf8')]),
);

/** The compiler reads the whole API, which is slow where machines are shared. */
const PATIENCE_MS = 60_000;

describe("the API's declarations", () => {
  let made = new Map<string, string>();
  beforeAll(() => {
    made = makeApiDeclarations(ROOT);
  }, PATIENCE_MS);

  it('are those that scripts/generate-api.mjs makes', () => {
    expect(Object.fromEntries(committed)).toEqual(Object.fromEntries(made));
  });

  it('name the symbols that the kernel exports', () => {
    const path = join(ROOT, 'kernel-sim/api/exported-symbols.ts');
    expect(readFileSync(path, 'utf8')).toBe(makeExportedSymbols(made));
  });

  it('name nothing that cannot be imported', () => {
    expect([...committed.keys()].every((name) => existsSync(join(FOLDER, `${name}.d.ts`)))).toBe(
      true,
    );
    expect([...committed.values()].join('')).not.toMatch(/\bSleeping\b|\bSwitching\b|#context/);
  });
});

describe.each([...committed])('%s', (_name, text) => {
  it('documents every public name', () => {
    expect(undocumented(parse(text))).toEqual([]);
  });

  it('says where each callback runs', () => {
    expect(unmarkedCallbacks(parse(text))).toEqual([]);
  });
});

describe('the lint', () => {
  it('finds a name without a comment', () => {
    const text = `/** A. */
export class A {
  go(): void;
}
export function f(): void;
/** N. */
export namespace N {
  export const n: 1;
}`;
    expect(undocumented(parse(text))).toEqual(['go', 'f', 'n']);
  });

  it('finds a callback without a context, also when its tag is lost', () => {
    const text = `export interface A {
  read?(): void;
  /** @context process */
  write?(): void;
}
export interface B { /** @context process */ run(): void }`;
    expect(unmarkedCallbacks(parse(text))).toEqual(['read', 'run']);
  });
});
