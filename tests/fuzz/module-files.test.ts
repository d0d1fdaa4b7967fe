// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Damaged module files, loaded one after the other in one machine: each is refused or does no harm,
 * the kernel does not fail, and all memory comes back.
 */
import { beforeAll, expect, it, vi } from 'vitest';

import { assert } from '../../kernel-sim/lib/assert.ts';
import { decodeBase64 } from '../../kernel-sim/lib/base64.ts';
import type { Sleeping } from '../../kernel-sim/uapi/coroutine.ts';
import { O } from '../../kernel-sim/uapi/fs.ts';
import { TOOLCHAIN } from '../../kernel-sim/toolchain/testing/shared-toolchain.ts';
import { exampleFiles } from '../support/machine.ts';
import { nameOf, RawMachine, type RawProgram } from '../support/raw-machine.ts';

// Thousands of files each, on machines that have others to run.
vi.setConfig({ testTimeout: 60_000 });

const USER = `import { export_symbol, module, param, println, type Params } from "kernel";
import { ticket_next } from "./ticket_core";

const params = {
  count: param.int(1, "how many"),
  label: param.charp("ticket", "what to call them"),
  loud: param.bool(false, "in capitals", 0o644),
};

export function ticket_twice(): number {
  return 2 * ticket_next();
}
export_symbol(ticket_twice);

class Clerk {
  static init({ count, label, loud }: Params<typeof params>): Clerk {
    println(\`\${loud ? label.toUpperCase() : label} \${count + ticket_next()}\`);
    return new Clerk();
  }

  [Symbol.dispose](): void {
    println("closed");
  }
}

export default module(Clerk, { license: "GPL", description: "Takes tickets.", params });
`;

/** A whole file that is not as the toolchain made it. */
interface Damaged {
  readonly what: string;
  readonly bytes: Uint8Array;
}

interface SectionPlace {
  readonly name: string;
  readonly index: number;
  /** Of its header, in the file. */
  readonly header: number;
  readonly offset: number;
  readonly size: number;
}

let core: Uint8Array;
let whole: Uint8Array;
let sections: readonly SectionPlace[];

beforeAll(() => {
  const text = new TextDecoder();
  const sources = {
    'clerk.ts': USER,
    ...Object.fromEntries(
      exampleFiles()
        .filter(({ path }) => path.endsWith('/ticket_core.ts'))
        .map(({ path, bytes }) => [path.slice(path.lastIndexOf('/') + 1), text.decode(bytes)]),
    ),
  };
  const modules = ['ticket_core', 'clerk'].map((name) => ({ name, main: `${name}.ts` }));
  const [coreFile, clerkFile] = modules.map(({ name, main }) => {
    const request = { version: 1, module: name, board: 'pc', main, sources, modules } as const;
    return decodeBase64(TOOLCHAIN.build(request).ko ?? '') ?? new Uint8Array(0);
  });
  core = coreFile ?? new Uint8Array(0);
  whole = clerkFile ?? new Uint8Array(0);
  sections = sectionsOf(whole);
});

function sectionsOf(bytes: Uint8Array): SectionPlace[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const table = Number(view.getBigUint64(40, true));
  const places = Array.from({ length: view.getUint16(60, true) }, (_, index) => {
    const header = table + 64 * index;
    const word = (at: number): number => Number(view.getBigUint64(header + at, true));
    return { index, header, offset: word(24), size: word(32), name: '' };
  });
  const names = places[view.getUint16(62, true)];
  for (const place of places) {
    const start = (names?.offset ?? 0) + view.getUint32(place.header, true);
    place.name = String.fromCharCode(...bytes.subarray(start, bytes.indexOf(0, start)));
  }
  return places;
}

const DIED = new Error('the program died');

/** Loads each file, and unloads what was loaded. Counts what the loads answered. */
class Loader {
  #machine = new RawMachine();
  readonly answers = new Map<string | number, number>();
  /** How often the module's code died in the kernel. */
  deaths = 0;
  #next = 0;

  /** Fails when the kernel fails, or when memory does not come back. */
  loadAll(files: readonly Damaged[]): void {
    for (this.#next = 0; this.#next < files.length;) {
      let trouble: Error | undefined = DIED;
      this.#machine.run((p) => this.#run(p, files, (end) => (trouble = end)));
      if (trouble === undefined) return;
      if (trouble !== DIED) throw trouble;
      // It stays there dead, and nothing else does.
      const { guest } = this.#machine;
      assert(/^Modules linked in: ticket_core\(O\) clerk\(/mu.test(guest.logText), guest.logText);
      assert(this.#machine.run(function* () {}) === 0, 'another program runs');
      this.deaths++;
      this.#machine = new RawMachine();
    }
  }

  /** An error here would be the program's and go no further. */
  *#run(p: RawProgram, files: readonly Damaged[], end: (trouble?: Error) => void): Sleeping<void> {
    try {
      yield* this.#loadAll(p, files);
      end();
    } catch (error) {
      end(error instanceof Error ? error : new Error('no error'));
    }
  }

  *#loadAll(p: RawProgram, files: readonly Damaged[]): Sleeping<void> {
    const memory = yield* p.take(2 * whole.length);
    const none = yield* p.text('');
    p.cpu.storeBytes(memory, new Uint8Array(2 * whole.length));
    const fd = yield* p.call('open', yield* p.text('/tmp/x.ko'), O.RDWR | O.CREAT, 0o600);
    const load = function* (bytes: Uint8Array): Sleeping<number> {
      p.cpu.storeBytes(memory, bytes);
      yield* p.call('ftruncate', fd, bytes.length);
      yield* p.call('pwrite64', fd, memory, bytes.length, 0);
      return yield* p.call('finit_module', fd, none, 0);
    };
    if (this.#machine.kernel.loader.get('ticket_core') === undefined) {
      assert((yield* load(core)) === 0, 'the other module is whole');
    }
    assert((yield* load(whole)) === 0, 'the module is whole');
    yield* this.#unload(p, memory);
    const before = this.#machine.freePages;
    while (this.#next < files.length) {
      const { what, bytes } = files[this.#next++] ?? { what: 'nothing', bytes: whole };
      const answer = nameOf(yield* load(bytes));
      this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
      if (answer === 0) yield* this.#unload(p, memory);
      // The file takes as many pages as before, so that what is missing was lost.
      yield* p.call('ftruncate', fd, 0);
      p.cpu.storeBytes(memory, whole);
      yield* p.call('pwrite64', fd, memory, whole.length, 0);
      const lost = before - this.#machine.freePages;
      if (lost !== 0) throw new Error(`${what}: ${answer}, ${lost} pages lost`);
    }
  }

  /** The latest module, whatever it calls itself. */
  *#unload(p: RawProgram, memory: number): Sleeping<void> {
    const name = [...this.#machine.kernel.loader.modules].at(-1)?.name ?? '';
    p.cpu.storeBytes(memory, new TextEncoder().encode(`${name}\0`));
    assert((yield* p.call('delete_module', memory, 0)) === 0, `${name} is unloaded`);
  }
}

function section(name: string): SectionPlace {
  const place = sections.find((it) => it.name === name);
  if (place === undefined) throw new Error(`there is no ${name}`);
  return place;
}

function edited(what: string, edit: (bytes: Uint8Array, view: DataView) => void): Damaged {
  const bytes = whole.slice();
  edit(bytes, new DataView(bytes.buffer));
  return { what, bytes };
}

function flipped(at: number, mask: number): Damaged {
  const place = sections.find(({ offset, size }) => at >= offset && at < offset + size);
  return edited(`byte ${at} of ${place?.name ?? 'the headers'} ^ ${mask}`, (bytes) => {
    bytes[at] = (bytes[at] ?? 0) ^ mask;
  });
}

/** The code, which is text, and what is all zeros: long, and much the same at each byte. */
const isDull = (name: string): boolean => name.startsWith('.ringzero') || name.includes('this');

function offsetsOf(is: (name: string) => boolean): number[] {
  const chosen = sections.filter(({ name }) => is(name));
  return [...whole.keys()].filter((at) =>
    chosen.some(({ offset, size }) => at >= offset && at < offset + size),
  );
}

/** What modules are refused with, when they are not harmless. */
const ANSWERS: ReadonlySet<unknown> = new Set([0, 'ENOEXEC', 'EINVAL', 'ENOENT', 'ENOMEM']);

function strangeAnswers({ answers }: Loader): (string | number)[] {
  assert((answers.get('ENOEXEC') ?? 0) > 0, 'something was refused');
  return [...answers.keys()].filter((it) => !ANSWERS.has(it));
}

it('a flipped byte is found or does no harm', () => {
  const loader = new Loader();
  const dull = new Set(offsetsOf(isDull));
  const sharp = [...whole.keys()].filter((at) => !dull.has(at));
  loader.loadAll(sharp.map((at) => flipped(at, at % 2 === 0 ? 0xff : 1)));
  const zeros = offsetsOf((name) => name.includes('this')).filter((at) => at % 16 === 0);
  loader.loadAll(zeros.map((at) => flipped(at, 0x80)));
  expect([strangeAnswers(loader), loader.deaths]).toEqual([[], 0]);
});

it('a file that was cut is refused, and one with more at its end is not', () => {
  const loader = new Loader();
  loader.loadAll(
    [...whole.keys()].map((length) => ({
      what: `cut at ${length}`,
      bytes: whole.slice(0, length),
    })),
  );
  expect([...loader.answers]).toEqual([['ENOEXEC', whole.length]]);
  const longer = new Uint8Array(whole.length + 5000).fill(0xa5);
  longer.set(whole);
  loader.loadAll([{ what: 'garbage at the end', bytes: longer }]);
  expect(loader.answers.get(0)).toBe(1);
});

it('a number of the headers and tables that is too large, or another one, leads nowhere', () => {
  const loader = new Loader();
  const { header } = section('');
  const tables = offsetsOf((name) => /^(__|\.rela|\.symtab)/.test(name));
  const headers = [...whole.keys()].filter((at) => at < 64 || at >= header);
  const words = [...headers, ...tables].filter((at) => at % 4 === 0 && at + 4 <= whole.length);
  const values = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, whole.length - 1];
  const set = (at: number, value: number): Damaged =>
    edited(`${value} at ${at}`, (_, view) => view.setUint32(at, value, true));
  for (const value of values) loader.loadAll(words.map((at) => set(at, value)));
  expect([strangeAnswers(loader), loader.deaths]).toEqual([[], 0]);
});

it('sections that overlap, are swapped or lack their NULs are refused or do no harm', () => {
  const loader = new Loader();
  const damaged: Damaged[] = [];
  for (const each of sections) {
    for (const other of sections) {
      if (each === other) continue;
      damaged.push(
        edited(`${each.name} is where ${other.name} is`, (_, view) => {
          view.setBigUint64(each.header + 24, BigInt(other.offset), true);
          view.setBigUint64(each.header + 32, BigInt(other.size), true);
        }),
        edited(`${each.name} leads to ${other.name}`, (_, view) => {
          view.setUint32(each.header + 40, other.index, true);
          view.setUint32(each.header + 44, other.index, true);
        }),
      );
    }
    if (each.name === '' || each.name === '.symtab') continue;
    damaged.push(
      edited(`${each.name} without NULs`, (bytes) => {
        bytes.fill(0x41, each.offset, each.offset + each.size);
      }),
    );
  }
  loader.loadAll(damaged);
  expect([strangeAnswers(loader), loader.deaths]).toEqual([[], 0]);
});

it('damaged code harms no more than its own module', () => {
  const loader = new Loader();
  const code = offsetsOf((name) => /fast|stepped|sites/.test(name));
  loader.loadAll(code.filter((_, n) => n % 41 === 0).map((at) => flipped(at, 1 << (at % 7))));
  expect(loader.deaths).toBeGreaterThan(0);
  expect(strangeAnswers(loader)).toEqual([]);
});
