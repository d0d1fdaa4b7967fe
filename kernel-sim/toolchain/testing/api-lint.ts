// SPDX-License-Identifier: GPL-2.0-or-later
/** What declarations for drivers must not lack. */
import ts from 'typescript';

/** Exported names, and members of exported classes and interfaces, without a doc comment. */
export function undocumented(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const check = (node: ts.NamedDeclaration): void => {
    const name = node.name?.getText() ?? '';
    const isInternal = name === '' || name.startsWith('#') || ts.isConstructorDeclaration(node);
    if (isInternal) return;
    const holder = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    if (ts.getJSDocCommentsAndTags(holder).length === 0) found.push(name);
  };
  const visit = (node: ts.Node): void => {
    if (!isExported(node)) return;
    if (ts.isVariableStatement(node)) for (const it of node.declarationList.declarations) check(it);
    else check(node as ts.NamedDeclaration);
    if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) {
      for (const member of node.members) check(member);
    } else if (ts.isModuleDeclaration(node) && node.body !== undefined) {
      ts.forEachChild(node.body, visit);
    }
  };
  ts.forEachChild(file, visit);
  return found;
}

/** Methods that drivers implement, without a `@context` that the compiler sees. */
export function unmarkedCallbacks(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) {
      for (const member of node.members) {
        if (!ts.isMethodSignature(member)) continue;
        const isMarked = ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'context');
        if (!isMarked) found.push(member.name.getText());
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}
