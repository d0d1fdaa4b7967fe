// SPDX-License-Identifier: GPL-2.0-or-later
/** Loading and unloading in a whole machine: each failure leaves what it should, and no more. */
import { beforeEach, describe, expect, it } from 'vitest';

import { nameOf, RawMachine } from '../../../tests/support/raw-machine.ts';
import { ELF } from '../../lib/elf-layout.ts';
import { dataSection, writeElf } from '../../lib/elf.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { ELF_MACHINE, KO_SECTION, VERMAGIC } from '../../uapi/module-abi.ts';
import { SECTION, THIS_MODULE } from '../../uapi/module-sections.ts';
import { taintBit } from '../taint.ts';
import type { LoadedModule } from './loaded-module.ts';
import { entryPath } from './sites.ts';

interface Source {
  readonly name?: string;
  readonly license?: string;
  /** Statements of `init`, and of the dispose of what it makes. */
  readonly init?: string;
  readonly dispose?: string;
  /** In place of the whole factory. */
  readonly code?: string;
}

function makeKo(source: Source = {}): Uint8Array {
  const { name = 'm', license = 'GPL', init = '', dispose = '' } = source;
  const code =
    source.code ??
    `function ($k, $base, require) {
const { Errno, module, println } = require("kernel");
class M {
  static *init() { ${init}; return new M(); }
  *[Symbol.dispose]() { ${dispose} }
}
return { default: module(M, {}) };
}`;
  const sites = '{"files":[],"functions":[],"sites":[]}';
  const text = (section: string, content: string) => dataSection(section, encodeUtf8(content));
  return writeElf({
    bits: 64,
    machine: ELF_MACHINE.pc,
    flags: 0,
    sections: [
      text(KO_SECTION.MODINFO, `license=${license}\0name=${name}\0vermagic=${VERMAGIC.pc}\0`),
      text(KO_SECTION.FAST, code),
      text(KO_SECTION.STEPPED, code),
      text(KO_SECTION.SITES, sites),
      dataSection(
        SECTION.THIS_MODULE,
        new Uint8Array(THIS_MODULE[64].sizeBytes),
        ELF.ALLOC | ELF.WRITE,
      ),
    ],
    symbols: [],
  });
}

let machine: RawMachine;
beforeEach(() => {
  machine = new RawMachine();
});

const OOPS = 'oops';

function load(source: Source | Uint8Array = {}): string | number {
  const bytes = source instanceof Uint8Array ? source : makeKo(source);
  const result = machine.inThread(() => machine.kernel.loader.load(bytes));
  return result === undefined ? OOPS : nameOf(result);
}

function unload(name = 'm'): string | number {
  const result = machine.inThread(() => machine.kernel.loader.unload(name));
  return result === undefined ? OOPS : nameOf(result);
}

function found(name = 'm'): LoadedModule {
  const module = machine.kernel.loader.get(name);
  if (module === undefined) throw new Error(`${name} is not loaded`);
  return module;
}

const loaded = (): string[] => [...machine.kernel.loader.modules].map(({ name }) => name);

describe('a module', () => {
  it('is loaded, and unloaded without a trace in memory', () => {
    const before = machine.freePages;
    expect(load({ init: 'println("hello")', dispose: 'println("bye")' })).toBe(0);
    expect(found()).toMatchObject({ state: 'Live', references: 0, name: 'm' });
    expect(machine.freePages).toBeLessThan(before);
    expect(unload()).toBe(0);
    expect(loaded()).toEqual([]);
    expect(machine.freePages).toBe(before);
    expect(machine.guest.logText).toMatch(/hello\nbye$/u);
  });

  it('is not loaded twice, and the first one is as it was', () => {
    load({ init: 'println("hello")' });
    const { instance } = found();
    const before = machine.freePages;
    expect(load({ init: 'println("again")' })).toBe('EEXIST');
    expect(found().instance).toBe(instance);
    expect(machine.freePages).toBe(before);
    expect(machine.guest.logText).not.toContain('again');
  });

  it('is loaded again after it was unloaded', () => {
    for (let n = 0; n < 3; n++) expect([load(), unload()]).toEqual([0, 0]);
  });

  it('keeps the order of loading', () => {
    for (const name of ['b', 'a', 'c']) load({ name });
    unload('a');
    load({ name: 'a' });
    expect(loaded()).toEqual(['b', 'c', 'a']);
  });
});

describe('unloading', () => {
  it('of what is not loaded is ENOENT', () => {
    expect(unload('nope')).toBe('ENOENT');
  });

  it('of what is in use is EAGAIN, and it stays usable', () => {
    load();
    const module = found();
    module.tryGet();
    expect(unload()).toBe('EAGAIN');
    expect(module.state).toBe('Live');
    module.put();
    expect(unload()).toBe(0);
    expect(module.tryGet()).toBe(false);
  });

  it('by force takes it from those who use it, and who calls it then oopses', () => {
    load();
    const module = found();
    module.tryGet();
    const { kernel } = machine;
    const forced = machine.inThread(() => kernel.loader.unload('m', true));
    expect([forced, loaded()]).toEqual([0, []]);
    expect(kernel.taint.mask & taintBit('R')).not.toBe(0);
    expect(machine.guest.logText).toContain('Disabling lock debugging due to kernel taint');
    const called = machine.inThread(function* () {
      return yield* kernel.calls.callSwitching(module, entryPath('vfs_read'), function* () {});
    });
    expect(called).toBeUndefined();
    const address = module.image.address.toString(16);
    const fault = `unable to handle page fault for address: ffff${address}`;
    expect(machine.guest.logText).toContain(fault);
    expect(machine.guest.logText).toContain('#PF: supervisor instruction fetch in kernel mode');
  });

  it('after an oops is EBUSY, and its memory stays taken', () => {
    expect(load({ init: 'throw new Error("boom")' })).toBe(OOPS);
    const before = machine.freePages;
    expect(unload()).toBe('EBUSY');
    expect(load()).toBe('EEXIST');
    expect(found()).toMatchObject({ state: 'Loading', hasOopsed: true, references: 1 });
    expect(machine.freePages).toBe(before);
  });

  it('that oopses leaves it there, oopsed', () => {
    load({ dispose: 'throw Errno.EIO' });
    expect(unload()).toBe(OOPS);
    expect(found().hasOopsed).toBe(true);
    expect(machine.guest.logText).toContain('Errno.EIO was thrown where nothing can fail');
    expect([unload(), loaded()]).toEqual(['EBUSY', ['m']]);
  });

  it('while it is still loading is EBUSY, and a second load EEXIST', () => {
    load({ name: 'other' });
    const { loader, scheduler } = machine.kernel;
    const answers: unknown[] = [];
    const original = scheduler.sleepFor.bind(scheduler);
    const sleepy = makeKo({ init: 'yield' });
    machine.inThread(function* () {
      const loading = loader.load(sleepy);
      while (loading.next().done !== true) {
        answers.push(nameOf(yield* loader.unload('m')), nameOf(yield* loader.load(makeKo())));
        yield* original(1000, false);
      }
    });
    expect(answers).toEqual(['EBUSY', 'EEXIST']);
    expect(loaded()).toEqual(['other', 'm']);
    expect(found().state).toBe('Live');
  });
});

describe('a load that fails', () => {
  const NOT_EXEC = 'ENOEXEC';
  const factory = (body: string): string => `function ($k, $base, require) { ${body} }`;

  it.each<[string, Source, string, string]>([
    ['an errno of init', { init: 'throw Errno.ENODEV' }, 'ENODEV', ''],
    [
      'an errno of the top level',
      { code: factory('throw require("kernel").Errno.EPERM') },
      'EPERM',
      '',
    ],
    ['code that is no program', { code: '{{{' }, NOT_EXEC, 'm: its code is damaged'],
    ['code that throws when evaluated', { code: '(() => { throw 1; })()' }, NOT_EXEC, 'damaged'],
    ['code that is no function', { code: '42' }, NOT_EXEC, ''],
    ['no exports', { code: factory('') }, NOT_EXEC, 'm: its default export is no module()'],
    ['another export', { code: factory('return { default: {} }') }, NOT_EXEC, 'no module()'],
    ['an init that returns nothing', { init: 'return' }, 'EINVAL', 'm: init returned no module'],
    ['an init that returns a number', { init: 'return 5' }, 'EINVAL', 'init returned no module'],
  ])('with %s leaves no trace but its message', (_what, source, answer, said) => {
    const before = machine.freePages;
    expect(load(source)).toBe(answer);
    expect(loaded()).toEqual([]);
    expect(machine.freePages).toBe(before);
    expect(machine.guest.logText).toContain(said);
    expect(load()).toBe(0);
  });

  it.each([
    ['an error', 'throw new Error("boom")', 'Error: boom'],
    ['what only looks like an errno', 'throw Object.create(Errno.EIO)', 'an object was thrown'],
    ['a module that does not exist', 'require("kernel/nope")', 'Error: there is no kernel/nope'],
  ])('with %s at the top level is an oops', (_what, statement, said) => {
    expect(load({ code: factory(`const { Errno } = require("kernel"); ${statement};`) })).toBe(
      OOPS,
    );
    expect(machine.guest.logText).toContain(said);
    expect(found().hasOopsed).toBe(true);
  });

  it('for want of memory is ENOMEM, and gives back what it had', () => {
    const { pages } = machine.kernel;
    const taken: [number, number][] = [];
    for (let order = 10; order >= 0; order--) {
      for (let at = pages.allocPages(order); at !== 0; at = pages.allocPages(order)) {
        taken.push([at, order]);
      }
    }
    expect(machine.freePages).toBe(0);
    expect(load()).toBe('ENOMEM');
    expect([loaded(), machine.freePages]).toEqual([[], 0]);
    for (const [at, order] of taken) pages.freePages(at, order);
    expect(load()).toBe(0);
  });
});

describe('taint', () => {
  it('is told once for being out of tree, and once for locking', () => {
    load({ name: 'a', license: 'Proprietary' });
    load({ name: 'b', license: 'Proprietary' });
    load({ name: 'c' });
    const lines = machine.guest.logText.split('\n').slice(-4);
    expect(lines).toEqual([
      'a: loading out-of-tree module taints kernel.',
      "a: module license 'Proprietary' taints kernel.",
      'Disabling lock debugging due to kernel taint',
      "b: module license 'Proprietary' taints kernel.",
    ]);
    expect(['a', 'b', 'c'].map((name) => found(name).linkedIn)).toEqual(['a(PO)', 'b(PO)', 'c(O)']);
    expect(machine.kernel.taint.mask).toBe(4097);
  });
});
