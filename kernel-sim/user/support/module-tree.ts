// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * depmod's work: which modules there are in /lib/modules/RELEASE, what each of them needs, and what
 * else it is called. Differs: writes the text files, and not the binary ones beside them.
 */
import { readElf } from '../../lib/elf.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { O, S } from '../../uapi/fs.ts';
import { SECTION } from '../../uapi/module-sections.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from './command.ts';
import { byBytes, joinPath, listNames } from './files.ts';
import { readModinfo } from './modinfo.ts';
import { moduleName } from './modules.ts';

interface FoundModule {
  readonly name: string;
  /** Below the tree's root. */
  readonly path: string;
  readonly exports: readonly string[];
  readonly needs: readonly string[];
  readonly aliases: readonly string[];
  readonly softDependencies: readonly string[];
}

/** One file that depmod writes. */
export interface TreeFile {
  readonly name: string;
  readonly text: string;
}

/** Looks at every module below `folder`; undefined if they are in a cycle, which it tells. */
export function* scanTree(c: Libc, folder: string): Sleeping<readonly TreeFile[] | undefined> {
  const modules = yield* findModules(c, folder);
  const owners = new Map<string, FoundModule>();
  for (const module of modules) for (const symbol of module.exports) owners.set(symbol, module);
  const needs = (module: FoundModule): FoundModule[] => [
    ...new Set(module.needs.flatMap((symbol) => owners.get(symbol) ?? [])),
  ];
  const inCycle = modules.filter((module) => pathTo(module, module, needs) !== undefined);
  const [first] = inCycle;
  if (first !== undefined) {
    const loop = [first, ...(pathTo(first, first, needs) ?? [])].map(({ name }) => name);
    yield* c.err(`depmod: ERROR: Cycle detected: ${loop.join(' -> ')}\n`);
    yield* c.err(`depmod: ERROR: Found ${inCycle.length} modules in dependency cycles!\n`);
    return undefined;
  }
  const lines = (of: (module: FoundModule) => readonly string[]): string =>
    modules.flatMap(of).join('');
  return [
    {
      name: 'modules.dep',
      text: lines((module) => {
        const all = inOrder(module, needs).map(({ path }) => ` ${path}`);
        return [`${module.path}:${all.join('')}\n`];
      }),
    },
    {
      name: 'modules.alias',
      text: `# Aliases extracted from modules themselves.\n${lines(({ name, aliases }) =>
        aliases.map((alias) => `alias ${alias} ${name}\n`),
      )}`,
    },
    {
      name: 'modules.softdep',
      text: `# Soft dependencies extracted from modules themselves.\n${lines((module) =>
        module.softDependencies.map((it) => `softdep ${module.name} ${it}\n`),
      )}`,
    },
    {
      name: 'modules.symbols',
      text: `# Aliases for symbols, used by symbol_request().\n${lines(({ name, exports }) =>
        exports.map((symbol) => `alias symbol:${symbol} ${name}\n`),
      )}`,
    },
  ];
}

/** depmod -a: writes the files anew. Returns 0 or a negative errno, -ELOOP for a cycle. */
export function* updateTree(c: Libc, folder: string): Sleeping<number> {
  const files = yield* scanTree(c, folder);
  if (files === undefined) return -ERRNO.ELOOP;
  for (const { name, text } of files) {
    const path = joinPath(folder, name);
    const fd = yield* c.open(path, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC, 0o644);
    const failure = fd < 0 ? fd : yield* c.write_all(fd, encodeUtf8(text));
    if (fd >= 0) yield* c.close(fd);
    if (failure < 0) return failure;
  }
  return 0;
}

/** In the order of modules.order, and the others behind them. */
function* findModules(c: Libc, folder: string): Sleeping<FoundModule[]> {
  const modules: FoundModule[] = [];
  const listed = yield* readBuildFile(c, folder, 'modules.order');
  yield* walk(c, folder, '', modules);
  for (const name of ['modules.builtin', 'modules.builtin.modinfo']) {
    yield* readBuildFile(c, folder, name);
  }
  const order = new Map(listed.split('\n').map((path, index) => [path, index]));
  const place = ({ path }: FoundModule): number => order.get(path) ?? Infinity;
  return modules.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

/** What a build of the kernel leaves in the tree. */
function* readBuildFile(c: Libc, folder: string, name: string): Sleeping<string> {
  const bytes = yield* c.read_file(joinPath(folder, name));
  if (typeof bytes !== 'number') return decodeUtf8(bytes);
  const what = `could not open ${name} at ${folder}: ${errorText(bytes)}`;
  yield* c.err(`depmod: WARNING: ${what}\n`);
  return '';
}

function* walk(c: Libc, folder: string, below: string, modules: FoundModule[]): Sleeping<void> {
  const names = yield* listNames(c, joinPath(folder, below));
  if (typeof names === 'number') return;
  for (const name of names.toSorted(byBytes)) {
    const path = below === '' ? name : `${below}/${name}`;
    const stat = yield* c.lstat(joinPath(folder, path));
    if (typeof stat === 'number') continue;
    if ((stat.mode & S.IFMT) === S.IFDIR) yield* walk(c, folder, path, modules);
    else if (name.endsWith('.ko')) {
      const bytes = yield* c.read_file(joinPath(folder, path));
      const module = typeof bytes === 'number' ? undefined : describe(path, bytes);
      modules.push(module ?? unreadable(path));
      if (module === undefined) {
        const what = `failed to load symbols from ${joinPath(folder, path)}`;
        yield* c.err(`depmod: ERROR: ${what}: ${errorText(-ERRNO.EINVAL)}\n`);
      }
    }
  }
}

function describe(path: string, bytes: Uint8Array): FoundModule | undefined {
  const elf = readElf(bytes);
  if (!elf.ok) return undefined;
  const { symbols, sections } = elf.file;
  const names = sections.find((section) => section.name === SECTION.SYMBOL_NAMES)?.bytes;
  const exports = names === undefined ? [] : decodeUtf8(names).split('\0');
  const needs = symbols.flatMap(({ name, section }) => (section === '' ? [name] : []));
  const info = readModinfo(bytes) ?? [];
  const said = (wanted: string): string[] =>
    info.flatMap(([key, value]) => (key === wanted ? [value] : []));
  return {
    name: moduleName(path),
    path,
    exports: exports.filter((name) => name !== ''),
    needs,
    aliases: said('alias'),
    softDependencies: said('softdep'),
  };
}

function unreadable(path: string): FoundModule {
  const none = { exports: [], needs: [], aliases: [], softDependencies: [] };
  return { name: moduleName(path), path, ...none };
}

type Needs = (module: FoundModule) => FoundModule[];

/** The modules on the way, with `to` at the end. */
function pathTo(from: FoundModule, to: FoundModule, needs: Needs): FoundModule[] | undefined {
  const seen = new Map<FoundModule, FoundModule[]>();
  for (const next of needs(from)) seen.set(next, [next]);
  for (const [module, path] of seen) {
    if (module === to) return path;
    for (const next of needs(module)) if (!seen.has(next)) seen.set(next, [...path, next]);
  }
  return undefined;
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
