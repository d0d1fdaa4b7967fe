// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The symbols of a module: where its functions lie, what it exports, what it needs of others.
 *
 * A function of the API, or of another module's header (module-headers.ts), says by `@symbol` what
 * it is called in the kernel.
 */
import ts from 'typescript';

import { SECTION, SPECIAL_SYMBOL } from '../uapi/module-sections.ts';
import type { Analysis } from './analysis.ts';
import { apiFunctionName, declarationOrigin, isSymbolKey } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { isHeader } from './settings.ts';
import { isCallNode, isExportedFunction, unwrap, walk } from './syntax.ts';

export interface FunctionPlace {
  readonly section: (typeof SECTION)['TEXT' | 'INIT_TEXT' | 'EXIT_TEXT'];
  readonly isGlobal: boolean;
  /** A second name: `init_module`, `cleanup_module`. */
  readonly alias?: string;
}

export interface ExportedFunction {
  readonly name: string;
  readonly node: ts.FunctionDeclaration;
  readonly isGplOnly: boolean;
}

export interface ExportedSymbol {
  readonly name: string;
  readonly isGplOnly: boolean;
  /** Changes with the shape of the function. Linux: CONFIG_MODVERSIONS. */
  readonly crc: number;
}

export interface ImportedSymbol {
  readonly name: string;
  /** The module that exports it and the shape it had; not for the kernel's own. */
  readonly module?: string;
  readonly crc?: number;
}

/** The longest name of a symbol that a version can be told of. */
const NAME_LENGTH_MAX = 55;
const EXPORTERS: ReadonlyMap<string, boolean> = new Map([
  ['export_symbol', false],
  ['export_symbol_gpl', true],
]);

/** The functions that `files` hand to other modules, and findings for what cannot be. */
export function readExports(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
  findings: Findings,
): ExportedFunction[] {
  const found = new Map<string, ExportedFunction>();
  for (const file of files) {
    walk(file, (node) => {
      if (!ts.isCallExpression(node)) return;
      const isGplOnly = EXPORTERS.get(apiFunctionName(checker, node) ?? '');
      if (isGplOnly === undefined) return;
      const target = exportedBy(checker, node);
      const isAtTop = ts.isExpressionStatement(node.parent) && node.parent.parent === file;
      if (!isAtTop || target?.getSourceFile() !== file) {
        findings.add(
          node,
          'RZ1083',
          'a symbol is an exported function of this file, named at its top level',
          'export function f() { … } and below it export_symbol(f);',
        );
        return;
      }
      const name = target.name?.text ?? '';
      if (found.has(name) || name.length > NAME_LENGTH_MAX) {
        const why = found.has(name) ? 'is exported twice' : 'is too long for a symbol';
        findings.add(node, 'RZ1083', `\`${name}\` ${why}`);
      } else found.set(name, { name, node: target, isGplOnly });
    });
  }
  return [...found.values()];
}

/** All that other modules may call: the symbols, and methods of what those hand out. */
export function surfaceOf(
  files: readonly ts.SourceFile[],
  exports: readonly ExportedFunction[],
): ts.Node[] {
  if (exports.length === 0) return [];
  const surface: ts.Node[] = exports.map(({ node }) => node);
  for (const file of files) {
    walk(file, (node) => {
      if (ts.isMethodDeclaration(node) && ts.isClassDeclaration(node.parent)) surface.push(node);
    });
  }
  return surface;
}

function exportedBy(
  checker: ts.TypeChecker,
  call: ts.CallExpression,
): ts.FunctionDeclaration | undefined {
  const [argument] = call.arguments;
  const value = argument === undefined ? undefined : unwrap(argument);
  if (value === undefined || !ts.isIdentifier(value)) return undefined;
  const symbol = checker.getSymbolAtLocation(value);
  const all = symbol?.declarations?.filter(ts.isFunctionDeclaration) ?? [];
  return all.length === 1 ? all.find(isExportedFunction) : undefined;
}

/**
 * What is called of the API and of other modules. Whoever is given an owned value will drop it, so
 * what drops it is needed too.
 */
export function readImports(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
  findings: Findings,
  moduleName: string,
): ImportedSymbol[] {
  const found = new Map<string, ImportedSymbol>();
  const note = (declaration: ts.Node | undefined): void => {
    const symbol = declaration === undefined ? undefined : symbolOf(declaration);
    if (symbol !== undefined) found.set(symbol.name, symbol);
  };
  for (const file of files) {
    walk(file, (node) => {
      if (isCallNode(node)) {
        const signature = checker.getResolvedSignature(node);
        note(signature?.declaration);
        if (signature !== undefined) {
          note(disposerOf(checker, checker.getReturnTypeOfSignature(signature)));
        }
      }
      if (!ts.isIdentifier(node) || !isValueUse(node)) return;
      const declaration = declarationOf(checker, node);
      if (declaration === undefined || declarationOrigin(declaration) !== 'api') return;
      note(declaration);
      if (isForeign(declaration) && symbolOf(declaration) === undefined) {
        findings.add(
          node,
          'RZ1084',
          `"${node.text}" [${moduleName}.ko] undefined!`,
          `export_symbol(${node.text}) in the module that has it`,
        );
      }
    });
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A declaration in another module's header. */
function isForeign(declaration: ts.Node): boolean {
  return isHeader(declaration.getSourceFile().fileName);
}

function declarationOf(checker: ts.TypeChecker, node: ts.Identifier): ts.Node | undefined {
  const symbol = checker.getSymbolAtLocation(node);
  if (symbol === undefined) return undefined;
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  return (isAlias ? checker.getAliasedSymbol(symbol) : symbol).valueDeclaration;
}

/** An identifier that is read, not declared and not part of a type. */
function isValueUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return true;
  if (ts.isImportSpecifier(parent) || ts.isImportClause(parent)) return false;
  if (ts.isExpressionWithTypeArguments(parent)) {
    return (parent.parent as ts.HeritageClause).token === ts.SyntaxKind.ExtendsKeyword;
  }
  const isNamed = (parent as ts.NamedDeclaration).name === node;
  return !ts.isPartOfTypeNode(node) && !isNamed && ts.isExpression(node);
}

function disposerOf(checker: ts.TypeChecker, type: ts.Type): ts.Declaration | undefined {
  return checker
    .getPropertiesOfType(type)
    .find((property) => isSymbolKey(property.escapedName, 'dispose'))?.valueDeclaration;
}

function symbolOf(declaration: ts.Node): ImportedSymbol | undefined {
  if (declarationOrigin(declaration) !== 'api') return undefined;
  const tag = ts.getJSDocTags(declaration).find(({ tagName }) => tagName.text === 'symbol');
  if (tag === undefined) return undefined;
  const text = (ts.getTextOfJSDocComment(tag.comment) ?? '').trim();
  const [name = '', module, crc] = text.split(' ');
  if (!isForeign(declaration) || module === undefined || crc === undefined) return { name };
  return { name, module, crc: Number.parseInt(crc, 16) };
}

/** Which section each function of the site table lies in. Linux: __init, __exit. */
export function placeFunctions(
  checker: ts.TypeChecker,
  analysis: Analysis,
  files: readonly ts.SourceFile[],
  main: ts.SourceFile,
): FunctionPlace[] {
  const { init, exit } = lifeOf(checker, main);
  const isCalled = new Set<ts.Node>();
  for (const file of files) {
    walk(file, (node) => {
      if (!ts.isIdentifier(node) || !ts.isPropertyAccessExpression(node.parent)) return;
      const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration;
      if (declaration !== undefined) isCalled.add(declaration);
    });
  }
  return analysis.sites.nodes.map((node) => {
    const isGlobal = isExportedFunction(node);
    // What somebody else calls too must outlive the start.
    if (node === init) {
      const section = isCalled.has(node) ? SECTION.TEXT : SECTION.INIT_TEXT;
      return { section, isGlobal, alias: SPECIAL_SYMBOL.INIT };
    }
    if (node === exit) {
      return { section: SECTION.EXIT_TEXT, isGlobal, alias: SPECIAL_SYMBOL.EXIT };
    }
    // A closure of init may be kept by what init returns, so it is no part of the start.
    return { section: SECTION.TEXT, isGlobal };
  });
}

/** `init` and the dispose of the class that the main file makes into a module. */
function lifeOf(
  checker: ts.TypeChecker,
  main: ts.SourceFile,
): { init: ts.Node | undefined; exit: ts.Node | undefined } {
  const value = main.statements.find(ts.isExportAssignment)?.expression;
  const call = value === undefined ? undefined : unwrap(value);
  const [first] = call !== undefined && ts.isCallExpression(call) ? call.arguments : [];
  const declaration =
    first !== undefined && ts.isIdentifier(first) ? declarationOf(checker, first) : undefined;
  if (declaration === undefined || !ts.isClassDeclaration(declaration)) {
    return { init: undefined, exit: undefined };
  }
  const { members } = declaration;
  const isStatic = (it: ts.ClassElement): boolean =>
    (ts.getCombinedModifierFlags(it) & ts.ModifierFlags.Static) !== 0;
  return {
    init: members.find(
      (it) => ts.isMethodDeclaration(it) && isStatic(it) && it.name.getText() === 'init',
    ),
    exit: members.find(
      (it) =>
        ts.isMethodDeclaration(it) && !isStatic(it) && it.name.getText() === '[Symbol.dispose]',
    ),
  };
}
