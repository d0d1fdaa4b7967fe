// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What one module of a Kbuild sees of another: declarations, with the effects that its functions
 * have and the symbols under which the kernel will find them. A header file and Module.symvers in
 * one, made anew from the sources for each build.
 */
import ts from 'typescript';

import { crc32 } from '../lib/crc32.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import type { Analysis } from './analysis.ts';
import { HEADER_OPTIONS, PATHS } from './settings.ts';

export interface ModuleHeader {
  /** Declaration files by path. */
  readonly files: ReadonlyMap<string, string>;
  /** By symbol: changes with what a caller must know of it. Linux: genksyms. */
  readonly versions: ReadonlyMap<string, number>;
}

/** Stands where the version will be; no source can have it. */
const PLACEHOLDER = '\u0001';

/** The header of the module `name`, whose files `program` has and `analysis` knows. */
export function makeHeader(
  program: ts.Program,
  host: ts.CompilerHost,
  analysis: Analysis,
  files: readonly ts.SourceFile[],
  name: string,
): ModuleHeader {
  const declared = ts.createProgram({
    rootNames: program.getRootFileNames(),
    options: HEADER_OPTIONS,
    host,
  });
  const symbols = new Map<ts.Node, string>(analysis.exports.map((it) => [it.node, it.name]));
  const texts = new Map<string, string>();
  for (const file of files) {
    declared.emit(
      file,
      (path, text) => {
        if (path.endsWith('.d.ts')) texts.set(PATHS.header(file.fileName), text);
      },
      undefined,
      true,
      { afterDeclarations: [(context) => marker(context, analysis, symbols, name)] },
    );
  }
  const versions = versionsOf(texts);
  const complete = [...texts].map(([path, text]) => [path, withVersions(text, versions)] as const);
  return { files: new Map(complete), versions };
}

/** Puts the effect, and an exported function's symbol, above every function. */
function marker(
  context: ts.TransformationContext,
  analysis: Analysis,
  symbols: ReadonlyMap<ts.Node, string>,
  module: string,
): ts.Transformer<ts.SourceFile | ts.Bundle> {
  const visit = (node: ts.Node): ts.Node => {
    const changed = ts.visitEachChild(node, visit, context);
    if (!ts.isFunctionLike(node) || ts.isConstructorDeclaration(node) || ts.isAccessor(node)) {
      return changed;
    }
    const source = ts.getOriginalNode(node);
    const effect = analysis.effects.effectOf(source);
    const symbol = symbols.get(source);
    const tags = [
      ...(effect === 0 ? [] : [effect === 1 ? '@switches' : '@sleeps']),
      ...(symbol === undefined ? [] : [`@symbol ${symbol} ${module} ${placeholder(symbol)}`]),
    ];
    // Also without a tag: what the source's own comment says of effects is no fact.
    const text = `*\n${tags.map((tag) => ` * ${tag}\n`).join('')} `;
    const kind = ts.SyntaxKind.MultiLineCommentTrivia;
    return ts.addSyntheticLeadingComment(changed, kind, text, true);
  };
  return (node) => ts.visitEachChild(node, visit, context);
}

function placeholder(symbol: string): string {
  return PLACEHOLDER + symbol + PLACEHOLDER;
}

/** Of a symbol's own declaration, and of every type that could be part of it. */
function versionsOf(texts: ReadonlyMap<string, string>): Map<string, number> {
  const types: string[] = [];
  const functions = new Map<string, string>();
  for (const [path, text] of texts) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    for (const statement of file.statements) {
      const whole = statement.getFullText();
      const symbol = new RegExp(`${PLACEHOLDER}(\\w+)${PLACEHOLDER}`).exec(whole)?.[1];
      if (ts.isFunctionDeclaration(statement)) {
        if (symbol !== undefined) functions.set(symbol, whole);
      } else types.push(whole);
    }
  }
  const shape = types.join('\n');
  return new Map(
    [...functions].map(([name, text]) => [name, crc32(encodeUtf8(`${text}\n${shape}`))]),
  );
}

function withVersions(text: string, versions: ReadonlyMap<string, number>): string {
  let complete = text;
  for (const [name, crc] of versions) {
    complete = complete.replace(placeholder(name), crc.toString(16));
  }
  return complete;
}
