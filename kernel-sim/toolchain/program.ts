// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What makes a file a program: it imports `libc`, or exports `main` and imports nothing of the
 * kernel's.
 */
import ts from 'typescript';

import type { Kind } from './analysis.ts';
import type { Findings } from './diagnostics.ts';

const PROGRAM_LIBRARY = 'libc';
const DRIVER_API = /^kernel(\/|$)/;

/** True for the file of a program, judged by itself alone. */
export function isProgramFile(file: ts.SourceFile): boolean {
  return importsLibrary(file) || (exportsMain(file) && !isDriverFile(file));
}

export function isDriverFile(file: ts.SourceFile): boolean {
  return importsOf(file).some(({ text }) => DRIVER_API.test(text)) && !importsLibrary(file);
}

function importsLibrary(file: ts.SourceFile): boolean {
  return importsOf(file).some(({ text }) => text === PROGRAM_LIBRARY);
}

/** The two worlds do not mix: a driver has no C library, a program no kernel inside. */
export function checkImports(file: ts.SourceFile, findings: Findings, kind: Kind): void {
  for (const specifier of importsOf(file)) {
    if (kind === 'program' && DRIVER_API.test(specifier.text)) {
      findings.add(
        specifier,
        'RZ1082',
        `a program cannot import "${specifier.text}": it runs outside of the kernel`,
        'programs import "libc"',
      );
    } else if (kind === 'module' && specifier.text === PROGRAM_LIBRARY) {
      findings.add(
        specifier,
        'RZ1082',
        'a driver cannot import "libc": the kernel has no C library',
        'drivers import "kernel" and what is below it',
      );
    }
  }
}

/** `main`, where a program begins: `export function main(argv: readonly string[]): number`. */
export function checkMain(checker: ts.TypeChecker, file: ts.SourceFile, findings: Findings): void {
  const module = checker.getSymbolAtLocation(file);
  const symbol =
    module === undefined ? undefined : checker.tryGetMemberInModuleExports('main', module);
  const help = 'export function main(argv: readonly string[]): number { … }';
  if (symbol === undefined) {
    findings.add(file.endOfFileToken, 'RZ1082', "undefined reference to `main'", help);
    return;
  }
  const declaration = symbol.declarations?.[0] ?? file.endOfFileToken;
  const at = (declaration as ts.NamedDeclaration).name ?? declaration;
  const [signature, ...others] = checker.getTypeOfSymbol(symbol).getCallSignatures();
  if (signature === undefined || others.length > 0) {
    findings.add(at, 'RZ1082', '`main` is one function', help);
    return;
  }
  const result = checker.getReturnTypeOfSignature(signature);
  if (!isStatus(result)) {
    findings.add(at, 'RZ1082', '`main` returns its exit status, a number, or nothing', help);
  }
  for (const [index, parameter] of signature.parameters.entries()) {
    const type = checker.getTypeOfSymbol(parameter);
    if (index < 2 && isStringArray(checker, type)) continue;
    findings.add(at, 'RZ1082', '`main` takes its arguments and its environment', help);
    break;
  }
}

function isStatus(type: ts.Type): boolean {
  if (type.isUnion()) return type.types.every(isStatus);
  const { NumberLike, Void, Undefined, Never } = ts.TypeFlags;
  return (type.flags & (NumberLike | Void | Undefined | Never)) !== 0;
}

function isStringArray(checker: ts.TypeChecker, type: ts.Type): boolean {
  const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  const isArray = /^(Readonly)?Array$/.test(type.symbol?.name ?? '');
  return isArray && element !== undefined && (element.flags & ts.TypeFlags.String) !== 0;
}

/** What a file declares: functions and classes, and variables that it does not export. */
export function topLevelNames(file: ts.SourceFile): {
  readonly functions: readonly string[];
  readonly variables: readonly string[];
} {
  const functions: string[] = [];
  const variables: string[] = [];
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      const isReal = ts.isClassDeclaration(statement) || statement.body !== undefined;
      if (isReal && statement.name !== undefined) functions.push(statement.name.text);
    } else if (ts.isVariableStatement(statement) && !isExported(statement)) {
      const { declarations } = statement.declarationList;
      variables.push(...declarations.flatMap(({ name }) => namesOf(name)));
    }
  }
  return { functions, variables };
}

function namesOf(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((it) => (ts.isBindingElement(it) ? namesOf(it.name) : []));
}

function isExported(node: ts.HasModifiers): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

export function exportsMain(file: ts.SourceFile): boolean {
  return file.statements.some(isMain);
}

function isMain(statement: ts.Statement): boolean {
  return (
    ts.isFunctionDeclaration(statement) && statement.name?.text === 'main' && isExported(statement)
  );
}

function importsOf(file: ts.SourceFile): ts.StringLiteral[] {
  return file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
      ? [moduleSpecifier]
      : [];
  });
}
