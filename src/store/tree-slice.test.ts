// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import type { SourceFile } from './file-slice.ts';
import { nameTrouble, treeRows, withParents } from './tree-slice.ts';

const HOME = '/home/user';

function file(name: string, change: Partial<SourceFile> = {}): readonly [string, SourceFile] {
  const path = `${HOME}/${name}`;
  return [path, { path, text: 'a', savedText: 'a', shippedText: undefined, ...change }];
}

const STATE = {
  files: Object.fromEntries([
    file('b/z.ts'),
    file('b/a.ts', { text: 'edited', shippedText: 'a' }),
    file('notes.txt'),
    file('.bash_history'),
  ]),
  binaries: { [`${HOME}/b/a.ko`]: { sizeBytes: 9, isBuilt: true } },
  folders: { [`${HOME}/empty`]: true },
  openFolders: { [`${HOME}/b`]: true },
  diagnostics: { [`${HOME}/b/z.ts`]: [{}, {}] },
} as unknown as Parameters<typeof treeRows>[0];

describe('the tree', () => {
  it('has folders first, then names, and hides those with a dot', () => {
    expect(treeRows(STATE).map(({ name, depth }) => `${depth} ${name}`)).toEqual([
      '0 b', '1 a.ko', '1 a.ts', '1 z.ts', '0 empty', '0 notes.txt',
    ]); // prettier-ignore
  });

  it('knows what each row is', () => {
    const [folder, binary, text] = treeRows(STATE);
    expect(folder).toMatchObject({ kind: 'folder', isDirty: true, isChanged: true, problems: 2 });
    expect(binary).toMatchObject({ kind: 'binary', sizeBytes: 9, isDirty: false });
    expect(text).toMatchObject({ kind: 'text', isDirty: true, isChanged: true, problems: 0 });
  });

  it('keeps shut folders shut', () => {
    expect(treeRows({ ...STATE, openFolders: {} }).map(({ name }) => name)).toEqual([
      'b', 'empty', 'notes.txt',
    ]); // prettier-ignore
  });
});

describe('a new name', () => {
  it.each([
    ['c.ts', undefined],
    ['', 'A name is needed.'],
    ['..', 'A name is needed.'],
    ['x/y', 'A name has no slash in it.'],
    ['a.ts', 'There is something of that name already.'],
    ['a.ko', 'There is something of that name already.'],
  ])('%j: %s', (name, trouble) => {
    expect(nameTrouble(STATE, `${HOME}/b`, name)).toBe(trouble);
  });

  it('may not be that of a folder either', () => {
    expect(nameTrouble(STATE, HOME, 'b')).toBeDefined();
    expect(nameTrouble(STATE, HOME, 'empty')).toBeDefined();
  });
});

it('a folder brings those above it', () => {
  expect(Object.keys(withParents(`${HOME}/a/b`))).toEqual([`${HOME}/a/b`, `${HOME}/a`]);
  expect(withParents(HOME)).toEqual({});
});
