// SPDX-License-Identifier: GPL-2.0-or-later
/** The compiler's programs for builds: a folder's files, with other modules' headers in between. */
import ts from 'typescript';

import type { BuildRequest } from '../uapi/hostcc.ts';
import { analyse, type Analysis } from './analysis.ts';
import type { FileSet } from './files.ts';
import { makeHeader } from './module-headers.ts';
import { readModuleInfo } from './module-info.ts';
import { OPTIONS, PATHS } from './settings.ts';

/** Where a build's files lie for the compiler. */
export const BUILD_FOLDER = '/build/';

export function buildName(path: string): string {
  return path.slice(BUILD_FOLDER.length);
}

type Sources = Readonly<Record<string, string>>;
/** Header texts by path. */
type Headers = ReadonlyMap<string, string>;

/** The files of other modules, and their names. */
type Others = ReadonlyMap<string, string>;

export class BuildPrograms {
  readonly #files: FileSet;
  readonly #host: ts.CompilerHost;
  #program: ts.Program | undefined;

  constructor(files: FileSet, host: ts.CompilerHost) {
    this.#files = files;
    this.#host = host;
  }

  /** All files of a folder, each as it is. */
  programOf(sources: Sources): ts.Program {
    this.#setFiles(sources, new Map(), new Map());
    this.#program = ts.createProgram({
      rootNames: this.#files.paths,
      options: OPTIONS,
      host: this.#host,
      ...(this.#program === undefined ? {} : { oldProgram: this.#program }),
    });
    return this.#program;
  }

  /** The program of one module; a text says why there can be none. */
  open({ sources, modules = [], main }: BuildRequest): ts.Program | string {
    const others = new Map(modules.map((module) => [module.main, module.name]));
    return this.#open(sources, others, main, [main]);
  }

  /** The versions of what a module of the current program exports. */
  versionsOf(
    program: ts.Program,
    analysis: Analysis,
    files: readonly ts.SourceFile[],
    name: string,
  ): ReadonlyMap<string, number> {
    if (analysis.exports.length === 0) return new Map();
    return makeHeader(program, this.#host, analysis, files, name).versions;
  }

  #open(
    sources: Sources,
    others: Others,
    main: string,
    visiting: readonly string[],
  ): ts.Program | string {
    const imported = importedModules(sources, others, main);
    if (imported.size === 0) return this.programOf(sources);
    const headers = new Map<string, string>();
    for (const file of imported) {
      if (visiting.includes(file)) {
        const names = [...visiting.slice(visiting.indexOf(file)), file];
        const cycle = names.map((it) => others.get(it) ?? it).join(' -> ');
        return `modules import each other, so that none could be loaded first: ${cycle}`;
      }
      const made = this.#headersOf(sources, others, file, [...visiting, file]);
      if (typeof made === 'string') return made;
      for (const [path, text] of made) headers.set(path, text);
    }
    this.#setFiles(sources, headers, others, main);
    this.#program = undefined;
    return ts.createProgram({
      rootNames: [BUILD_FOLDER + main],
      options: OPTIONS,
      host: this.#host,
    });
  }

  /** The header of the module made of `main`, and those that it needs itself. */
  #headersOf(
    sources: Sources,
    others: Others,
    main: string,
    visiting: readonly string[],
  ): Headers | string {
    const program = this.#open(sources, others, main, visiting);
    if (typeof program === 'string') return program;
    const file = program.getSourceFile(BUILD_FOLDER + main);
    if (file === undefined) return `${main}: no such file in the folder`;
    const below = new Map(
      program
        .getSourceFiles()
        .filter(({ fileName }) => PATHS.isHeader(fileName))
        .map(({ fileName, text }) => [fileName, text]),
    );
    const files = reachableFrom(file, program);
    // Effects and shapes of functions are the same on every board.
    const analysis = analyse(program.getTypeChecker(), files, buildName, 'module', 'pc');
    const fallback = others.get(main) ?? main;
    const info = readModuleInfo(program.getTypeChecker(), file, fallback, analysis.findings);
    const name = info?.name ?? fallback;
    const header = makeHeader(program, this.#host, analysis, files, name);
    return new Map([...below, ...header.files]);
  }

  #setFiles(sources: Sources, headers: Headers, others: Others, main?: string): void {
    const files = Object.entries(sources).map(
      ([name, text]) => [BUILD_FOLDER + name, text] as const,
    );
    this.#files.replaceAll(new Map([...files, ...headers]));
    const replaced = [...others.keys()].filter((file) => file !== main && headers.size > 0);
    this.#files.replaceHeaders(
      new Map(replaced.map((file) => [BUILD_FOLDER + file, PATHS.header(file)])),
    );
  }
}

/** `main` and the driver's files that it imports, itself first. */
export function reachableFrom(main: ts.SourceFile, program: ts.Program): ts.SourceFile[] {
  const found = [main];
  const checker = program.getTypeChecker();
  for (const file of found) {
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      const { moduleSpecifier } = statement;
      const symbol =
        moduleSpecifier === undefined ? undefined : checker.getSymbolAtLocation(moduleSpecifier);
      const imported = symbol?.declarations?.find(ts.isSourceFile);
      if (imported === undefined || PATHS.isOurs(imported.fileName)) continue;
      if (!found.includes(imported)) found.push(imported);
    }
  }
  return found;
}

/** The files of other modules that `main`, or what is linked into it, imports. */
function importedModules(sources: Sources, others: Others, main: string): ReadonlySet<string> {
  const imported = new Set<string>();
  const linked = new Set([main]);
  for (const file of linked) {
    for (const { fileName } of ts.preProcessFile(sources[file] ?? '', true, true).importedFiles) {
      if (!fileName.startsWith('./')) continue;
      const bare = fileName.slice(2).replace(/\.ts$/, '');
      const target = `${bare}.ts`;
      if (target !== main && others.has(target)) imported.add(target);
      else if (target in sources) linked.add(target);
    }
  }
  return imported;
}
