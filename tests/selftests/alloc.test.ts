// SPDX-License-Identifier: GPL-2.0-or-later
/** Memory that values own (`kernel/alloc`), through whole machines. */
import { beforeAll, describe, expect, it } from 'vitest';

import { memoryView, type LogLine } from '../../kernel-sim/index.ts';
import { TestMachine, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const HEAD = `import { drop, Errno, module, println, type Ref } from "kernel";
import { Arc, forget, GFP_ATOMIC, KBox, KString, KVec, Slot } from "kernel/alloc";
import { chrdev, type File, type FileOperations, type UserSliceReader } from "kernel/fs";
import { Mutex } from "kernel/sync";
import { bits, le32, ptr, struct, u16, u32, u64, u8 } from "uapi";

export class Control extends bits(le32, { own: 31, length: [15, 0] }) {}
export class Descriptor extends struct({ address: u64, control: Control, kind: u8 }) {
  describe(): string {
    return \`\${this.kind}@\${this.address} \${this.control.own}\`;
  }
}

/** Says when it is dropped. */
export class Noisy {
  constructor(readonly name: string) {}
  [Symbol.dispose](): void {
    println(\`drop \${this.name}\`);
  }
}

/** A dispose that switches in the fast build as well. */
export class Slow {
  constructor(readonly lock: Mutex<number>, readonly name: string) {}
  [Symbol.dispose](): void {
    using guard = this.lock.lock();
    println(\`slow drop \${this.name} \${guard.value}\`);
  }
}
export type Borrowed<T> = Ref<T>;
void drop, Errno, Arc, forget, GFP_ATOMIC, KBox, KString, KVec, Slot, Mutex, ptr, u16, u32;
`;

/** Functions of a driver, and what each must say. */
const CORRECT: readonly (readonly [what: string, body: string, lines: readonly string[]])[] = [
  [
    'a box keeps the bytes of a struct',
    `const box = KBox.new(new Descriptor({ address: 0x1000n, control: { length: 60 } }));
    box.value.kind = 7;
    box.value.control.own = true;
    println(box.value.describe());
    box.value = new Descriptor({ kind: 9 });
    println(box.value.describe());`,
    ['7@4096 true', '9@0 false'],
  ],
  [
    'a box drops what it holds',
    `const box = KBox.new(new Noisy("boxed"));
    println(box.value.name);`,
    ['boxed', 'drop boxed'],
  ],
  [
    'what a box held before is dropped',
    `const box = KBox.new(new Noisy("one"));
    box.value = new Noisy("two");
    println(box.value.name);`,
    ['drop one', 'two', 'drop two'],
  ],
  [
    'a box gives its value out',
    `const noisy = KBox.new(new Noisy("inner")).into_inner();
    println(noisy.name);
    println(KBox.new(new Descriptor({ kind: 3 })).into_inner().describe());`,
    ['inner', '3@0 false', 'drop inner'],
  ],
  [
    'a vector keeps scalars, and grows',
    `const v = KVec.new(u16);
    for (let i = 0; i < 100; i++) v.push(i * 700);
    v.extend_from_slice([1, 2, 3]);
    v.set(0, 9);
    println(\`\${v.len()} \${v.at(0)} \${v.at(99)} \${v.pop()} \${v.get(102)}\`);
    println(\`\${v.remove(1)} \${v.at(1)}\`);
    v.truncate(2);
    println(\`\${v.len()} \${v.capacity()} \${v.is_empty()}\`);
    v.clear();
    println(\`\${v.pop()}\`);`,
    ['103 9 3764 3 null', '700 1400', '2 128 false', 'null'],
  ],
  [
    'views of a vector stay right when it grows',
    `const v = KVec.with_capacity(Descriptor, 1);
    v.push(new Descriptor({ kind: 1 }));
    const first = v.at(0);
    for (let i = 2; i < 40; i++) v.push(new Descriptor({ kind: i }), GFP_ATOMIC);
    first.control.own = true;
    println(v.at(0).describe());
    const last = v.pop();
    println(last === null ? "none" : last.describe());`,
    ['1@0 true', '39@0 false'],
  ],
  [
    'a vector drops objects one by one',
    `const v = KVec.new<Noisy>();
    for (const name of ["a", "b", "c", "d", "e"]) v.push(new Noisy(name));
    v.set(1, new Noisy("B"));
    drop(v.remove(0));
    const e = v.pop();
    v.truncate(2);
    println("rest");
    drop(e);`,
    ['drop b', 'drop a', 'drop d', 'rest', 'drop e', 'drop B', 'drop c'],
  ],
  [
    'the last owner drops what is shared',
    `const a = Arc.new(new Noisy("shared"));
    const b = a.clone();
    const other = Arc.new(new Noisy("other"));
    println(\`\${Arc.ptr_eq(a, b)} \${Arc.ptr_eq(a, other)} \${b.value.name}\`);
    drop(a);
    println(b.value.name);`,
    ['true false shared', 'shared', 'drop other', 'drop shared'],
  ],
  [
    'owners see the same struct',
    `const a = Arc.new(new Descriptor({ kind: 5 }));
    const b = a.clone();
    println(b.value.describe());`,
    ['5@0 false'],
  ],
  [
    'a text grows',
    `const text = KString.new("grün");
    for (let i = 0; i < 20; i++) text.push_str(" und gelb");
    println(\`\${text.len()} \${text.as_str().slice(0, 13)}\`);`,
    ['185 grün und gelb'],
  ],
  [
    'a slot is filled, emptied and filled again',
    `const slot = Slot.new<Noisy>();
    println(\`\${slot.is_some()}\`);
    slot.put(new Noisy("one"));
    slot.put(new Noisy("two"));
    const two = slot.take();
    println(\`\${slot.get() === null} \${two === null ? "" : two.name}\`);
    drop(two);
    slot.put(new Noisy("three"));`,
    ['false', 'drop one', 'true two', 'drop two', 'drop three'],
  ],
  [
    'a dispose that switches is waited for',
    `const v = KVec.new<Slow>();
    v.push(new Slow(Mutex.new(1), "first"));
    v.push(new Slow(Mutex.new(2), "second"));
    v.truncate(1);
    const box = KBox.new(new Slow(Mutex.new(3), "boxed"));
    const arc = Arc.new(new Slow(Mutex.new(4), "shared"));
    println(\`\${v.len()} \${box.value.name} \${arc.value.name}\`);`,
    [
      'slow drop second 2',
      '1 boxed shared',
      'slow drop shared 4',
      'slow drop boxed 3',
      'slow drop first 1',
    ],
  ],
];

/** A driver with a device /dev/t: what is written to it is the number of the function to call. */
function driver(bodies: readonly string[]): string {
  const functions = bodies.map((body, index) => `function use${index}(): void {\n${body}\n}\n`);
  const cases = bodies.map((_, index) => `case "${index}": use${index}(); break;\n`);
  return `${HEAD}
${functions.join('')}
class Use implements FileOperations {
  static open(): Use { return new Use(); }
  write(file: File, input: UserSliceReader): void {
    let which = "";
    for (const byte of input.read_all()) if (byte >= 48) which += String.fromCharCode(byte);
    println(\`use \${which}\`);
    switch (which) {
      ${cases.join('')}
    }
    void file;
  }
}
class Test {
  constructor(readonly device: chrdev.Registration, readonly kept: KVec<KBox<Noisy>>) {}
  static init(): Test {
    const kept = KVec.new<KBox<Noisy>>();
    kept.push(KBox.new(new Noisy("kept")));
    return new Test(chrdev.register("t", Use), kept);
  }
}
export default module(Test, { license: "GPL" });
`;
}

interface Outcome {
  /** What each function said. */
  readonly said: readonly (readonly string[])[];
  readonly logs: readonly string[];
  /** Pieces of memory that values still own in the end, and those that were not given back. */
  readonly left: { readonly owned: number; readonly allocated: number };
}

/** Loads the driver, calls each of its functions in a process of its own, and unloads it. */
function run(bodies: readonly string[], cmdline = ''): Outcome {
  const files = [userFile('t/t.ts', driver(bodies)), userFile('t/Kbuild', 'obj-m := t.o\n')];
  const guest = TestMachine.boot({ files, cmdline });
  guest.runUntil(() => guest.terminal.includes('$ '), 'a prompt');
  const made = guest.command('cd t && make');
  if (/error (TS|RZ)/.test(made)) throw new Error(made);
  const { kernel } = guest.machine;
  const allocated = (): number =>
    memoryView(kernel, {})
      .caches.filter(({ name }) => name.startsWith('kmalloc-'))
      .reduce((sum, cache) => sum + cache.allocated, 0);
  const before = allocated();
  guest.command('sudo insmod t.ko; sudo mknod -m 666 /dev/t c 243 0');
  for (const index of bodies.keys()) guest.command(`sh -c "echo ${index} > /dev/t"`);
  guest.command('sudo rmmod t; sudo rm /dev/t');
  const sections = (lines: readonly LogLine[]): LogLine[][] =>
    bodies.map((_, index) => {
      const start = lines.findIndex(({ text }) => text === `use ${index}`);
      const end = lines.findIndex(({ text }) => text === `use ${index + 1}`);
      return lines.slice(start + 1, end < 0 ? undefined : end);
    });
  // Its own lines, not the frames of a report.
  const own = guest.log.filter(({ source, text }) => source !== undefined && text[0] !== ' ');
  const owned = [...kernel.ownedPointers.values()].length;
  return {
    said: sections(own).map((lines) => lines.map(({ text }) => text)),
    logs: sections(guest.log).map((lines) => lines.map(({ text }) => text).join('\n')),
    left: { owned, allocated: allocated() - before },
  };
}

describe.each(['voluntary', 'full'])('with preempt=%s', (preempt) => {
  let outcome: Outcome;
  beforeAll(() => {
    outcome = run(
      CORRECT.map(([, body]) => body),
      `preempt=${preempt}`,
    );
  }, PATIENCE_MS);

  it.each(CORRECT.map(([what, , lines], index) => [what, lines, index] as const))(
    '%s',
    (_what, lines, index) => {
      const isLast = index === CORRECT.length - 1;
      expect(outcome.said[index]).toEqual([...lines, ...(isLast ? ['drop kept'] : [])]);
      expect(outcome.logs[index]).not.toMatch(/BUG|WARNING|Oops|panic/);
    },
  );

  it('everything was given back', () => {
    expect(outcome.left).toEqual({ owned: 0, allocated: 0 });
  });
});

it('what is forgotten is never given back', { timeout: PATIENCE_MS }, () => {
  const { said, left } = run(['forget(KBox.new(new Noisy("lost")));']);
  expect(said).toEqual([['drop kept']]);
  expect(left).toEqual({ owned: 0, allocated: 1 });
});

it('what found no memory is dropped, and nothing else changes', { timeout: PATIENCE_MS }, () => {
  // Fails whatever may not wait, each time.
  const { said, logs, left } = run(
    [
      `const v = KVec.new<Noisy>();
      v.push(new Noisy("there"));
      const tries = [
        (): void => drop(KBox.new(new Noisy("box"), GFP_ATOMIC)),
        (): void => drop(Arc.new(new Noisy("arc"), GFP_ATOMIC)),
        (): void => v.push(new Noisy("element"), GFP_ATOMIC),
        (): void => v.reserve(9, GFP_ATOMIC),
        (): void => drop(KString.new("text", GFP_ATOMIC)),
      ];
      for (const attempt of tries) {
        try {
          attempt();
          println("done");
        } catch (error) {
          println(error === Errno.ENOMEM ? "ENOMEM" : "?");
        }
      }
      println(\`\${v.len()} \${v.at(0).name}\`);`,
    ],
    'failslab=1,100,0,-1',
  );
  const failures = ['drop box', 'ENOMEM', 'drop arc', 'ENOMEM', 'drop element', 'ENOMEM'];
  expect(said).toEqual([[...failures, 'ENOMEM', 'ENOMEM', '1 there', 'drop there', 'drop kept']]);
  expect(logs.join()).not.toMatch(/BUG|Oops/);
  expect(left).toEqual({ owned: 0, allocated: 0 });
});

describe('wrong use is a panic that says so, and no bad access', () => {
  const USES: readonly (readonly [what: string, body: string, message: string])[] = [
    [
      'a value of a dropped box',
      `const box = KBox.new(new Descriptor());
      const value = box.value;
      drop(box);
      value.kind = 1;`,
      'use of a KBox that was dropped',
    ],
    [
      'a box whose value was taken out',
      `const box = KBox.new(new Descriptor());
      const value = box.value;
      box.into_inner();
      println(value.describe());`,
      'use of a KBox that was moved',
    ],
    [
      'an element that was taken out',
      `const v = KVec.new(Descriptor);
      v.push(new Descriptor());
      const first = v.at(0);
      v.pop();
      first.kind = 1;`,
      'use of an element that was taken out of its KVec',
    ],
    [
      'an element that never was',
      `const v = KVec.new(u32);
      v.push(1);
      println(\`\${v.at(1)}\`);`,
      'index out of bounds: the len is 1 but the index is 1',
    ],
    [
      'a dropped Arc',
      `const arc = Arc.new(new Noisy("x"));
      const other: Ref<Arc<Noisy>> = arc;
      drop(arc);
      println(other.value.name);`,
      'use of an Arc that was dropped',
    ],
    [
      'more memory than there is',
      `try {
        KVec.with_capacity(u64, 1e9);
      } catch (error) {
        println(error === Errno.ENOMEM ? "ENOMEM" : "?");
      }
      const v = KVec.new(u32);
      v.reserve(-1);`,
      'ENOMEM',
    ],
  ];
  let outcome: Outcome;
  beforeAll(() => {
    outcome = run(USES.map(([, body]) => body));
  }, PATIENCE_MS);

  it.each(USES.map(([what, , message], index) => [what, message, index] as const))(
    '%s',
    (_what, message, index) => {
      expect(outcome.logs[index]).toContain(message);
      expect(outcome.logs[index]).not.toContain('BUG: KASAN');
    },
  );
});
