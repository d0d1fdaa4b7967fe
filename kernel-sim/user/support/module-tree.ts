// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /lib/modules/RELEASE: which modules there are, and which each of them needs. What depmod writes,
 * modprobe and modinfo read.
 */
import { readElf } from '../../lib/elf.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { O, S } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';
import { joinPath, listNames } from './files.ts';
import { readModinfo } from './modinfo.ts';
import { moduleName } from './modules.ts';

interface FoundModule {
  readonly name: string;
  /** Below the tree's root. */
  readonly path: string;
  readonly exports: readonly string[];
  readonly needs: readonly string[];
  readonly aliases: readonly string[];
}

/** One file that depmod writes. */
export interface TreeFile {
  readonly name: string;
  readonly text: string;
}

const EXPORT_PREFIX = '__ksymtab_';

/** `/lib/modules/` and the release of the running kernel. */
export function* moduleFolder(c: Libc, base = ''): Sleeping<string> {
  const uname = yield* c.uname();
  return `${base}/lib/modules/${typeof uname === 'number' ? '' : uname.release}`;
}

/** Looks at every module below `folder`; what is in a cycle is in `cycles`, and left out. */
export function* scanTree(
  c: Libc,
  folder: string,
): Sleeping<{ readonly files: readonly TreeFile[]; readonly cycles: readonly string[] }> {
  const modules: FoundModule[] = [];
  yield* findModules(c, folder, '', modules);
  const owners = new Map<string, FoundModule>();
  for (const module of modules) for (const symbol of module.exports) owners.set(symbol, module);
  const needs = (module: FoundModule): FoundModule[] => [
    ...new Set(module.needs.flatMap((symbol) => owners.get(symbol) ?? [])),
  ];
  const inCycle = new Set(modules.filter((module) => reaches(module, module, needs)));
  const dependencies = modules
    .filter((module) => !inCycle.has(module))
    .map((module) => {
      const all = inOrder(module, needs).map(({ path }) => ` ${path}`);
      return `${module.path}:${all.join('')}\n`;
    });
  const aliases = modules.flatMap(({ name, aliases: own }) =>
    own.map((alias) => `alias ${alias} ${name}\n`),
  );
  const symbols = modules.flatMap(({ name, exports }) =>
    exports.map((symbol) => `alias symbol:${symbol} ${name}\n`),
  );
  const files = [
    { name: 'modules.dep', text: dependencies.join('') },
    {
      name: 'modules.alias',
      text: `# Aliases extracted from modules themselves.\n${aliases.join('')}`,
    },
    {
      name: 'modules.symbols',
      text: `# Aliases for symbols, used by symbol_request().\n${symbols.join('')}`,
    },
  ];
  return { files, cycles: [...inCycle].map(({ name }) => name) };
}

/** depmod -a: writes the files anew. Returns 0 or a negative errno. */
export function* updateTree(c: Libc, folder: string): Sleeping<number> {
  const { files, cycles } = yield* scanTree(c, folder);
  yield* complainOfCycles(c, cycles);
  for (const { name, text } of files) {
    const path = joinPath(folder, name);
    const fd = yield* c.open(path, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC, 0o644);
    const failure = fd < 0 ? fd : yield* c.write_all(fd, encodeUtf8(text));
    if (fd >= 0) yield* c.close(fd);
    if (failure < 0) return failure;
  }
  return cycles.length > 0 ? -1 : 0;
}

export function* complainOfCycles(c: Libc, cycles: readonly string[]): Sleeping<void> {
  if (cycles.length === 0) return;
  const loop = [...cycles, cycles[0] ?? ''].join(' -> ');
  yield* c.err(`depmod: ERROR: Cycle detected: ${loop}\n`);
  yield* c.err(`depmod: ERROR: Found ${cycles.length} modules in dependency cycles!\n`);
}

/** A module of modules.dep: its file and those of what it needs, to be loaded from the last on. */
export interface KnownModule {
  readonly name: string;
  readonly path: string;
  readonly needs: readonly string[];
}

/** What modules.dep says, by name. */
export function* readTree(c: Libc, folder: string): Sleeping<ReadonlyMap<string, KnownModule>> {
  const bytes = yield* c.read_file(joinPath(folder, 'modules.dep'));
  const lines = typeof bytes === 'number' ? [] : decodeUtf8(bytes).split('\n');
  const known = new Map<string, KnownModule>();
  for (const line of lines) {
    const [file, rest] = line.split(':');
    if (file === undefined || rest === undefined) continue;
    const needs = rest.split(' ').filter((word) => word !== '');
    const name = moduleName(file);
    known.set(name, {
      name,
      path: joinPath(folder, file),
      needs: needs.map((need) => joinPath(folder, need)),
    });
  }
  return known;
}

function* findModules(
  c: Libc,
  folder: string,
  below: string,
  modules: FoundModule[],
): Sleeping<void> {
  const names = yield* listNames(c, joinPath(folder, below));
  if (typeof names === 'number') return;
  for (const name of names) {
    const path = below === '' ? name : `${below}/${name}`;
    const stat = yield* c.lstat(joinPath(folder, path));
    if (typeof stat === 'number') continue;
    if ((stat.mode & S.IFMT) === S.IFDIR) yield* findModules(c, folder, path, modules);
    else if (name.endsWith('.ko')) {
      const bytes = yield* c.read_file(joinPath(folder, path));
      const module = typeof bytes === 'number' ? undefined : describe(path, bytes);
      if (module !== undefined) modules.push(module);
    }
  }
}

function describe(path: string, bytes: Uint8Array): FoundModule | undefined {
  const elf = readElf(bytes);
  if (!elf.ok) return undefined;
  const { symbols } = elf.file;
  const exports = symbols.flatMap(({ name }) =>
    name.startsWith(EXPORT_PREFIX) ? [name.slice(EXPORT_PREFIX.length)] : [],
  );
  const needs = symbols.flatMap(({ name, section }) => (section === '' ? [name] : []));
  const info = readModinfo(bytes) ?? [];
  const aliases = info.flatMap(([key, value]) => (key === 'alias' ? [value] : []));
  return { name: moduleName(path), path, exports, needs, aliases };
}

type Needs = (module: FoundModule) => FoundModule[];

function reaches(from: FoundModule, to: FoundModule, needs: Needs): boolean {
  const seen = new Set<FoundModule>(needs(from));
  for (const module of seen) {
    if (module === to) return true;
    for (const next of needs(module)) seen.add(next);
  }
  return false;
}

/** What a module needs, each before what it needs itself: loaded from the last to the first. */
function inOrder(module: FoundModule, needs: Needs): FoundModule[] {
  const order: FoundModule[] = [];
  const visit = (at: FoundModule, depth: number): void => {
    for (const next of needs(at)) {
      const known = order.indexOf(next);
      if (known >= 0) order.splice(known, 1);
      order.push(next);
      if (depth < 64) visit(next, depth + 1);
    }
  };
  visit(module, 0);
  return order;
}
