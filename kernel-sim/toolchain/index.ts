// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The door of the toolchain: sources in, a `.ko`, an executable, or what is wrong with them out.
 *
 *     sources → types (TypeScript) → restrictions, ownership, effects → code twice → .ko
 *                                    → restrictions, effects            → code → executable
 *
 * One object serves one worker or process for its life. It keeps what was parsed and checked, so
 * that a second build costs a fraction of the first. It reads no files and knows no clock.
 */
import ts from 'typescript';

import { encodeBase64 } from '../lib/base64.ts';
import type { BuildReply, BuildRequest, Diagnostic } from '../uapi/hostcc.ts';
import { analyse, type Kind } from './analysis.ts';
import type { ToolchainAssets } from './assets.ts';
import { BUILD_FOLDER, BuildPrograms, buildName, reachableFrom } from './build-programs.ts';
import { type Findings, fromCompiler, fromFinding, sortDiagnostics } from './diagnostics.ts';
import { writeExecutable } from './executable.ts';
import { compilerHost, FileSet, languageServiceHost, ParsedFiles } from './files.ts';
import { writeKo } from './ko.ts';
import { linkBuild } from './link.ts';
import { readModuleInfo } from './module-info.ts';
import { placeFunctions, readImports } from './module-symbols.ts';
import { checkMain, exportsMain, isDriverFile, isProgramFile } from './program.ts';
import { PATHS } from './settings.ts';
import { isUsing, walk } from './syntax.ts';

export type { ToolchainAssets } from './assets.ts';
export { isModuleFile } from './module-info.ts';

export interface Toolchain {
  /** Builds one module or program. Only an error-free one has a `ko` or `executable`. */
  build(request: BuildRequest): BuildReply;
  /** Everything that is wrong with these files, by name; nothing is built. */
  check(sources: Readonly<Record<string, string>>): Diagnostic[];

  /** The editor's files, by absolute path; builds have their own. */
  setFile(path: string, text: string): void;
  removeFile(path: string): void;
  languageService(): ts.LanguageService;
  /** What `check` would say of one of the editor's files. */
  diagnosticsOf(path: string): Diagnostic[];
}

export function createToolchain(assets: ToolchainAssets): Toolchain {
  return new DriverToolchain(assets);
}

class DriverToolchain implements Toolchain {
  readonly #registry = ts.createDocumentRegistry(true, '/');
  readonly #builds: BuildPrograms;
  readonly #editorFiles: FileSet;
  readonly #service: ts.LanguageService;

  constructor(assets: ToolchainAssets) {
    const files = new FileSet(assets);
    const parsed = new ParsedFiles(files, this.#registry);
    this.#builds = new BuildPrograms(files, compilerHost(files, parsed));
    this.#editorFiles = new FileSet(assets);
    const host = languageServiceHost(this.#editorFiles);
    this.#service = ts.createLanguageService(host, this.#registry);
  }

  build(request: BuildRequest): BuildReply {
    const reply = { version: 1, module: request.module } as const;
    const program = this.#builds.open(request);
    if (typeof program === 'string') return { ...reply, diagnostics: [failed(request, program)] };
    const checker = program.getTypeChecker();
    const main = program.getSourceFile(BUILD_FOLDER + request.main);
    if (main === undefined) {
      const what = `${request.main}: no such file in the folder`;
      return { ...reply, diagnostics: [failed(request, what)] };
    }
    const files = reachableFrom(main, program);
    const kind = request.target ?? 'module';
    const types = files.flatMap((file) => compilerDiagnostics(program, file, buildName, kind));
    if (hasSyntaxErrors(program, files)) return { ...reply, diagnostics: sortDiagnostics(types) };

    const analysis = analyse(checker, files, buildName, kind, request.board);
    const { findings } = analysis;
    if (kind === 'program') checkMain(checker, main, findings);
    const info =
      kind === 'program' ? undefined : readModuleInfo(checker, main, request.module, findings);
    const exported = analysis.exports;
    const imports = readImports(checker, files, findings, info?.name ?? request.module);
    const diagnostics = merged(types, findings, buildName);
    const isRefused = diagnostics.some(({ severity }) => severity !== 'warning');
    if (isRefused) return { ...reply, diagnostics };

    const fast = linkBuild(program, analysis, files, 'fast', buildName, exported);
    const sites = { ...analysis.sites.table, ...analysis.allocations, ...analysis.locks.table };
    if (info === undefined) {
      const executable = writeExecutable(fast.code, sites);
      return { ...reply, diagnostics, executable: encodeBase64(executable) };
    }
    const stepped = linkBuild(program, analysis, files, 'stepped', buildName, exported);
    const places = placeFunctions(checker, analysis, files, main);
    const versions = this.#builds.versionsOf(program, analysis, files, info.name);
    const exports = exported.map(({ name, isGplOnly }) => ({
      name,
      isGplOnly,
      crc: versions.get(name) ?? 0,
    }));
    const { globals, variables, shared } = analysis;
    const parts = {
      info,
      fast,
      stepped,
      sites,
      places,
      globals,
      variables,
      shared,
      exports,
      imports,
    };
    const ko = writeKo(request.board, parts);
    return { ...reply, diagnostics, ko: encodeBase64(ko) };
  }

  check(sources: Readonly<Record<string, string>>): Diagnostic[] {
    const program = this.#builds.programOf(sources);
    const groups = groupFiles(program);
    const types = KINDS.flatMap((kind) =>
      groups[kind].flatMap((file) => compilerDiagnostics(program, file, buildName, kind)),
    );
    if (KINDS.some((kind) => hasSyntaxErrors(program, groups[kind]))) return sortDiagnostics(types);
    const findings = KINDS.map((kind) => findingsOf(program, groups[kind], buildName, kind));
    return merged(types, { all: findings.flatMap(({ all }) => all) }, buildName);
  }

  setFile(path: string, text: string): void {
    this.#editorFiles.set(path, text);
  }

  removeFile(path: string): void {
    this.#editorFiles.remove(path);
  }

  languageService(): ts.LanguageService {
    return this.#service;
  }

  diagnosticsOf(path: string): Diagnostic[] {
    const program = this.#service.getProgram();
    const file = program?.getSourceFile(path);
    if (program === undefined || file === undefined) return [];
    const kind = groupFiles(program).program.includes(file) ? 'program' : 'module';
    const types = compilerDiagnostics(program, file, asIs, kind);
    const files = reachableFrom(file, program);
    if (hasSyntaxErrors(program, files)) return sortDiagnostics(types);
    const found = merged(types, findingsOf(program, files, asIs, kind), asIs);
    return found.filter((diagnostic) => diagnostic.file === path);
  }
}

const KINDS: readonly Kind[] = ['module', 'program'];
/** What is wrong with a file is wrong on every board. */
const ANY_BOARD = 'pc';

/** Programs with what they import; all else is a driver's, and so is what both import. */
function groupFiles(program: ts.Program): Readonly<Record<Kind, readonly ts.SourceFile[]>> {
  const all = program.getSourceFiles().filter((file) => !PATHS.isOurs(file.fileName));
  const reached = (files: readonly ts.SourceFile[]): Set<ts.SourceFile> =>
    new Set(files.flatMap((file) => reachableFrom(file, program)));
  const ofPrograms = reached(all.filter(isProgramFile));
  const ofDrivers = reached(all.filter(isDriverFile));
  const isProgram = (file: ts.SourceFile): boolean => ofPrograms.has(file) && !ofDrivers.has(file);
  return { module: all.filter((file) => !isProgram(file)), program: all.filter(isProgram) };
}

function findingsOf(
  program: ts.Program,
  files: readonly ts.SourceFile[],
  nameOf: (path: string) => string,
  kind: Kind,
): Findings {
  const checker = program.getTypeChecker();
  const { findings } = analyse(checker, files, nameOf, kind, ANY_BOARD);
  if (kind === 'module') return findings;
  for (const file of files) if (exportsMain(file)) checkMain(checker, file, findings);
  return findings;
}

function hasSyntaxErrors(program: ts.Program, files: readonly ts.SourceFile[]): boolean {
  return files.some((file) => program.getSyntacticDiagnostics(file).length > 0);
}

function compilerDiagnostics(
  program: ts.Program,
  file: ts.SourceFile,
  nameOf: (path: string) => string,
  kind: Kind,
): Diagnostic[] {
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return found
    .filter(({ category }) => category === ts.DiagnosticCategory.Error)
    .filter((it) => !isUnusedUsing(it))
    .map((it) => {
      const diagnostic = fromCompiler(it, nameOf);
      return kind === 'program' && isUnused(diagnostic) ? asWarning(diagnostic) : diagnostic;
    });
}

function asWarning(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: 'warning' };
}

const UNUSED = 6133;

/** What C compilers only warn of: a name, an import or a type that nobody uses. */
function isUnused({ code }: Diagnostic): boolean {
  return /^TS(6133|6192|6196|6198)$/.test(code);
}

/** A guard that nobody looks at is in use all the same: it holds its lock. */
function isUnusedUsing({ code, file, start }: ts.Diagnostic): boolean {
  if (code !== UNUSED || file === undefined || start === undefined) return false;
  let list: ts.VariableDeclarationList | undefined;
  walk(file, (node) => {
    if (ts.isVariableDeclarationList(node) && node.pos <= start && start < node.end) list = node;
  });
  return list !== undefined && isUsing(list);
}

/**
 * Where our own finding stands on the very place of a type error, only ours is shown. What has no
 * place (a global type that our library leaves out, such as Promise) is shown only if nothing has.
 */
function merged(
  types: readonly Diagnostic[],
  findings: Pick<Findings, 'all'>,
  nameOf: (path: string) => string,
): Diagnostic[] {
  const own = findings.all.map((it) => fromFinding(it, nameOf));
  const isExplained = (it: Diagnostic): boolean =>
    own.some(
      ({ file, line, column }) => file === it.file && line === it.line && column === it.column,
    );
  const placed = [...own, ...types.filter((it) => it.file !== '' && !isExplained(it))];
  return sortDiagnostics(placed.length > 0 ? placed : types);
}

function asIs(path: string): string {
  return path;
}

function failed(request: BuildRequest, message: string): Diagnostic {
  return {
    file: request.main,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
    code: 'RZ1080',
    message,
    help: null,
  };
}
