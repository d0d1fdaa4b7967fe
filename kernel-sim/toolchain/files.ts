// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The files that programs of this toolchain see, and the one set of parsed library and API files.
 *
 * Builds and the editor's language service are separate programs, so that a build never makes the
 * editor check again; what is large and never changes is parsed and bound once for both, by a
 * document registry.
 */
import ts from 'typescript';

import type { ToolchainAssets } from './assets.ts';
import { isHeader, OPTIONS, PATHS } from './settings.ts';

interface StoredFile {
  readonly text: string;
  readonly version: string;
}

/** A set of texts by path over the fixed library and API. */
export class FileSet {
  readonly #fixed: ReadonlyMap<string, StoredFile>;
  readonly #files = new Map<string, StoredFile>();
  #revision = 0;
  /** Files of other modules, and the headers that are seen in their place. */
  readonly #headers = new Map<string, string>();

  constructor(assets: ToolchainAssets) {
    const fixed = new Map<string, StoredFile>([[PATHS.lib, { text: assets.lib, version: '1' }]]);
    for (const [subpath, text] of Object.entries(assets.api)) {
      fixed.set(PATHS.api(subpath), { text, version: '1' });
    }
    this.#fixed = fixed;
  }

  get paths(): string[] {
    return [...this.#files.keys()];
  }

  /** Changes with every file that is set or removed. */
  get revision(): string {
    return String(this.#revision);
  }

  read(path: string): StoredFile | undefined {
    return this.#fixed.get(path) ?? this.#files.get(path);
  }

  set(path: string, text: string): void {
    if (this.#files.get(path)?.text === text) return;
    this.#files.set(path, { text, version: String(++this.#revision) });
  }

  remove(path: string): void {
    if (this.#files.delete(path)) this.#revision++;
  }

  /** Makes the set hold exactly `sources`, by path. */
  replaceAll(sources: ReadonlyMap<string, string>): void {
    for (const path of this.paths) if (!sources.has(path)) this.remove(path);
    for (const [path, text] of sources) this.set(path, text);
  }

  /** Makes whoever imports one of the files by path see its header instead. */
  replaceHeaders(headers: ReadonlyMap<string, string>): void {
    this.#headers.clear();
    for (const [path, header] of headers) this.#headers.set(path, header);
  }

  /** What `specifier` names when it is imported by `from`. */
  resolve(specifier: string, from: string): ts.ResolvedModuleFull | undefined {
    const path = specifier.startsWith('.')
      ? joinPath(from.slice(0, from.lastIndexOf('/')), specifier)
      : PATHS.api(specifier);
    const bare = path.replace(/\.ts$/, '');
    const known = [path, `${bare}.ts`, `${bare}.d.ts`].find((it) => this.read(it) !== undefined);
    const found = known === undefined ? undefined : (this.#headers.get(known) ?? known);
    if (found === undefined) return undefined;
    const extension = found.endsWith('.d.ts') ? ts.Extension.Dts : ts.Extension.Ts;
    return { resolvedFileName: found, extension, isExternalLibraryImport: false };
  }
}

function joinPath(folder: string, relative: string): string {
  const parts = folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

const PARSING: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.ES2022,
  impliedNodeFormat: undefined,
};

/** Parsed files of one `FileSet`, the fixed ones shared through the registry. */
export class ParsedFiles {
  readonly #files: FileSet;
  readonly #registry: ts.DocumentRegistry;
  readonly #parsed = new Map<string, ts.SourceFile & { version?: string }>();

  constructor(files: FileSet, registry: ts.DocumentRegistry) {
    this.#files = files;
    this.#registry = registry;
  }

  get(path: string): ts.SourceFile | undefined {
    const stored = this.#files.read(path);
    if (stored === undefined) return undefined;
    const known = this.#parsed.get(path);
    if (known?.version === stored.version) return known;
    const parsed: ts.SourceFile & { version?: string } =
      PATHS.isOurs(path) && !isHeader(path)
        ? this.#registry.acquireDocument(
            path,
            OPTIONS,
            ts.ScriptSnapshot.fromString(stored.text),
            stored.version,
            ts.ScriptKind.TS,
            PARSING,
          )
        : ts.createSourceFile(path, stored.text, PARSING);
    parsed.version = stored.version;
    this.#parsed.set(path, parsed);
    return parsed;
  }
}

/** The host of a program over `files`. */
export function compilerHost(files: FileSet, parsed: ParsedFiles): ts.CompilerHost {
  return {
    fileExists: (path) => files.read(path) !== undefined,
    readFile: (path) => files.read(path)?.text,
    getSourceFile: (path) => parsed.get(path),
    getDefaultLibFileName: () => PATHS.lib,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    writeFile: () => undefined,
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => ({ resolvedModule: files.resolve(text, from) })),
  };
}

/** The editor's view: a language service over the same files, its parsed library ours. */
export function languageServiceHost(files: FileSet): ts.LanguageServiceHost {
  return {
    fileExists: (path) => files.read(path) !== undefined,
    readFile: (path) => files.read(path)?.text,
    getCompilationSettings: () => OPTIONS,
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => PATHS.lib,
    getNewLine: () => '\n',
    getProjectVersion: () => files.revision,
    getScriptFileNames: () => files.paths,
    getScriptKind: () => ts.ScriptKind.TS,
    getScriptVersion: (path) => files.read(path)?.version ?? '0',
    getScriptSnapshot: (path) => {
      const stored = files.read(path);
      return stored === undefined ? undefined : ts.ScriptSnapshot.fromString(stored.text);
    },
    useCaseSensitiveFileNames: () => true,
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => ({ resolvedModule: files.resolve(text, from) })),
  };
}
