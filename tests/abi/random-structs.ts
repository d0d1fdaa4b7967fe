// SPDX-License-Identifier: GPL-2.0-or-later
/** Structs of all sorts from a seed, and what they are in C. */
import { Prng } from '../../kernel-sim/sim/prng.ts';
import {
  SCALARS,
  type ScalarName,
  type Shape,
  type StructShape,
} from '../../kernel-sim/uapi/layout.ts';

const SCALAR_NAMES = Object.keys(SCALARS) as ScalarName[];
const BITS_BASES = ['u8', 'le16', 'be16', 'u32', 'be32'] as const;
/** How deep structs and arrays nest. */
const DEPTH = 3;

/** `count` structs; later ones are made of earlier ones, too. */
export function randomStructs(seed: number, count: number): StructShape[] {
  const random = new Prng(seed);
  const structs: StructShape[] = [{ kind: 'struct', fields: [] }];
  while (structs.length < count) structs.push(randomStruct(random, structs));
  return structs;
}

function randomStruct(random: Prng, known: readonly StructShape[]): StructShape {
  const fields: [string, Shape][] = [];
  const length = 1 + random.below(9);
  for (let index = 0; index < length; index++) {
    fields.push([`f${index}`, randomShape(random, known, DEPTH)]);
  }
  if (random.below(5) === 0) {
    fields.push([`f${length}`, { kind: 'flex', element: randomShape(random, known, 1) }]);
  }
  return { kind: 'struct', fields };
}

function randomShape(random: Prng, known: readonly StructShape[], depth: number): Shape {
  const dice = random.below(depth === 0 ? 7 : 12);
  if (dice < 5) return { kind: 'scalar', name: pick(random, SCALAR_NAMES) };
  if (dice === 5) return { kind: random.below(3) === 0 ? 'function' : 'pointer' };
  if (dice === 6) return { kind: 'bits', base: pick(random, BITS_BASES), ranges: {} };
  if (dice < 10) {
    const element = randomShape(random, known, depth - 1);
    return { kind: 'array', element, length: random.below(8) };
  }
  const inner = pick(random, known);
  // A struct that ends in a flexible array can lie in no other.
  return endsInFlex(inner) ? { kind: 'pointer' } : inner;
}

function endsInFlex({ fields }: StructShape): boolean {
  return fields.at(-1)?.[1].kind === 'flex';
}

function pick<T>(random: Prng, items: readonly T[]): T {
  return items[random.below(items.length)]!;
}

// prettier-ignore
const C_TYPES: Readonly<Record<ScalarName, string>> = {
  u8: 'unsigned char', s8: 'signed char', u16: 'unsigned short', s16: 'short',
  u32: 'unsigned int', s32: 'int', u64: 'unsigned long long', s64: 'long long',
  le16: 'unsigned short', le32: 'unsigned int', le64: 'unsigned long long',
  be16: 'unsigned short', be32: 'unsigned int', be64: 'unsigned long long',
  bool: '_Bool', usize: 'unsigned long',
};

/** A table of size, alignment and offsets of each struct, in a file that gcc can compile. */
export function cSource(structs: readonly StructShape[]): string {
  const names = new Map<Shape, string>();
  const declarations = structs.map((struct, index) => {
    const fields = struct.fields.map(([name, shape]) => `  ${declare(shape, name, names)};\n`);
    names.set(struct, `struct s${index}`);
    return `struct s${index} {\n${fields.join('')}};\n`;
  });
  const rows = structs.map(({ fields }, index) => {
    const offsets = fields.map(([name]) => `__builtin_offsetof(struct s${index}, ${name})`);
    const row = [`sizeof(struct s${index})`, `_Alignof(struct s${index})`, ...offsets];
    return `  ${row.join(', ')},\n`;
  });
  return `${declarations.join('')}const unsigned int answers[] = {\n${rows.join('')}};\n`;
}

function declare(shape: Shape, name: string, structs: ReadonlyMap<Shape, string>): string {
  switch (shape.kind) {
    case 'scalar':
      return `${C_TYPES[shape.name]} ${name}`;
    case 'bits':
      return `${C_TYPES[shape.base]} ${name}`;
    case 'pointer':
      return `void *${name}`;
    case 'function':
      return `void (*${name})(void)`;
    case 'array':
      return declare(shape.element, `${name}[${shape.length}]`, structs);
    case 'flex':
      return declare(shape.element, `${name}[]`, structs);
    case 'struct':
      return `${structs.get(shape) ?? 'struct'} ${name}`;
  }
}
