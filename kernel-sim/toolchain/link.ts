// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Emits a module's or program's files for one build and joins them into the text of one factory.
 *
 * The files become functions in a table inside the factory; imports among them never leave it.
 */
import type ts from 'typescript';

import type { Analysis } from './analysis.ts';
import type { Build } from './effects.ts';
import { Emitter } from './emitter.ts';
import type { ExportedFunction } from './module-symbols.ts';
import { preludeFor } from './prelude.ts';
import { topLevelNames } from './program.ts';
import { joinMaps, type MappedPart, type SourceMap } from './source-map.ts';

export interface LinkedCode {
  readonly code: string;
  readonly map: SourceMap;
}

interface EmittedFile {
  readonly name: string;
  readonly code: string;
  readonly mappings: string;
}

export function linkBuild(
  program: ts.Program,
  analysis: Analysis,
  files: readonly ts.SourceFile[],
  build: Build,
  nameOf: (path: string) => string,
  exports: readonly ExportedFunction[] = [],
): LinkedCode {
  const registrations = new Map(
    analysis.kind === 'program' ? files.map((it) => [nameOf(it.fileName), registration(it)]) : [],
  );
  const emitted = files.map((file) => emitFile(program, analysis, file, build, nameOf));
  const body = emitted.map(({ code }) => code).join('\n');
  const symbols = exports.map(({ name, node }) => {
    const file = JSON.stringify(`./${nameOf(node.getSourceFile().fileName)}`);
    return `get ${name}() { return $load(${file}).${name}; }`;
  });
  const text = new Text();
  text.add(`(function ($k, $base, require) {\n"use strict";${preludeFor(body)}\n`);
  text.add(`const $files = {\n`);
  const parts: MappedPart[] = [];
  for (const { name, code, mappings } of emitted) {
    text.add(`${JSON.stringify(`./${name}`)}(exports, require) {\n`);
    parts.push({ source: name, firstLine: text.lines, mappings });
    text.add(`${code}\n${registrations.get(name) ?? ''}},\n`);
  }
  text.add(LINKER(emitted[0]?.name ?? '', symbols));
  return { code: text.value, map: joinMaps(parts) };
}

/** Files that import each other see what was exported so far, as modules do. */
const LINKER = (main: string, symbols: readonly string[]): string => `};
const $loaded = {};
function $load(name) {
  const known = $loaded[name];
  if (known !== undefined) return known;
  const exports = $loaded[name] = {};
  $files[name](exports, (specifier) => $import(name, specifier));
  return exports;
}
function $import(from, specifier) {
  if (specifier[0] !== ".") return require(specifier);
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const path = parts.join("/");
  const name = path in $files ? path : path + ".ts";
  return name in $files ? $load(name) : require(specifier);
}
return {
...$load(${JSON.stringify(`./${main}`)}),
symbols: { ${symbols.join(', ')} },
};
})
`;

function emitFile(
  program: ts.Program,
  analysis: Analysis,
  file: ts.SourceFile,
  build: Build,
  nameOf: (path: string) => string,
): EmittedFile {
  let code = '';
  let mappings = '';
  program.emit(
    file,
    (path, text) => {
      if (path.endsWith('.map')) mappings = (JSON.parse(text) as { mappings: string }).mappings;
      else code = text.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '');
    },
    undefined,
    false,
    {
      before: [
        (context) => (source) => new Emitter(analysis, build, context, source).emitFile(source),
      ],
    },
  );
  return { name: nameOf(file.fileName), code, mappings };
}

/** Hands a file's functions and variables to the C library, whose fork(2) copies them. */
function registration(file: ts.SourceFile): string {
  const { functions, variables } = topLevelNames(file);
  const accessors = variables.map(
    (it) => `get ${it}() { return ${it}; }, set ${it}($v) { ${it} = $v; }`,
  );
  return `$k.register([${functions.join(', ')}], { ${accessors.join(', ')} }, exports);\n`;
}

/** Text that knows how many lines it has. */
class Text {
  value = '';
  lines = 0;

  add(piece: string): void {
    this.value += piece;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) this.lines++;
  }
}
