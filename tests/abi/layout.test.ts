// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Our layouts are those of gcc, for both boards.
 *
 * What gcc answers is recorded in gcc-TARGET.txt, a line for each struct: size, alignment, offsets.
 * Where the compiler is there it is asked again; `npx vitest run tests/abi -u` records its answers.
 * On Debian: apt-get install gcc gcc-arm-linux-gnueabihf.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import {
  layOut,
  problemOf,
  type LayoutTarget,
  type StructShape,
} from '../../kernel-sim/uapi/layout.ts';
import { gccAnswers, type Target } from './gcc.ts';
import { cSource, randomStructs } from './random-structs.ts';

const STRUCTS = randomStructs(20_260, 400);

const TARGETS: Readonly<Record<Target, LayoutTarget>> = {
  'x86-64': { pointerBytes: 8 },
  armv7: { pointerBytes: 4 },
};

/** A line for each struct. */
function table(rowOf: (struct: StructShape) => readonly number[]): string {
  return STRUCTS.map((struct) => `${rowOf(struct).join(' ')}\n`).join('');
}

function ours(target: LayoutTarget): string {
  return table((struct) => {
    const { sizeBytes, alignBytes, fields } = layOut(struct, target);
    return [sizeBytes, alignBytes, ...fields.map(({ offset }) => offset)];
  });
}

describe.each(Object.keys(TARGETS) as Target[])('on %s', (name) => {
  const file = join(import.meta.dirname, `gcc-${name}.txt`);
  const answers = gccAnswers(name, cSource(STRUCTS));

  it('structs lie as gcc lays them', () => {
    expect(ours(TARGETS[name])).toBe(readFileSync(file, 'utf8'));
  });

  it.skipIf(answers === undefined)('gcc says what was recorded of it', async () => {
    let next = 0;
    const said = table(({ fields }) => {
      const start = next;
      next += 2 + fields.length;
      return answers!.slice(start, next);
    });
    expect(next).toBe(answers!.length);
    await expect(said).toMatchFileSnapshot(file);
  });

  it('another width of pointers would be noticed', () => {
    const other: LayoutTarget = { pointerBytes: name === 'armv7' ? 8 : 4 };
    expect(ours(other)).not.toBe(readFileSync(file, 'utf8'));
  });
});

it('describes nothing that C would not take', () => {
  expect(STRUCTS.map((struct) => problemOf(struct)).filter((it) => it !== null)).toEqual([]);
});
