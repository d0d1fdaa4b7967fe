// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Names of functions as reports, the symbol table and /proc/kallsyms print them.
 *
 * They are the source's own, in characters that kernel tools take: `HelloWorld.init`, `Ring.push`,
 * and `f.closure0` where the source has no name, as compilers name their clones.
 */
import ts from 'typescript';

export function functionName(node: ts.Node): string {
  if (ts.isSourceFile(node)) return 'the module';
  if (ts.isConstructorDeclaration(node)) return `${functionName(node.parent)}.constructor`;
  if (ts.isClassLike(node)) return node.name?.text ?? heldBy(node) ?? 'class';
  if (ts.isGetAccessor(node)) return `${ownerOf(node)}get.${memberName(node.name)}`;
  if (ts.isSetAccessor(node)) return `${ownerOf(node)}set.${memberName(node.name)}`;
  const { name } = node as ts.NamedDeclaration;
  if (name !== undefined) return `${ownerOf(node)}${memberName(name)}`;
  return heldBy(node) ?? 'closure';
}

/** True when `functionName` has to invent one. */
export function isAnonymous(node: ts.Node): boolean {
  const isExpression = ts.isArrowFunction(node) || ts.isFunctionExpression(node);
  return isExpression && node.name === undefined && heldBy(node) === undefined;
}

/** The variable or field that a function or class expression is the value of. */
function heldBy(node: ts.Node): string | undefined {
  const { parent } = node;
  const isHeld =
    (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)) &&
    parent.initializer === node &&
    !ts.isObjectBindingPattern(parent.name) &&
    !ts.isArrayBindingPattern(parent.name);
  return isHeld ? `${ownerOf(parent)}${memberName(parent.name)}` : undefined;
}

function ownerOf(node: ts.Node): string {
  return ts.isClassLike(node.parent) ? `${functionName(node.parent)}.` : '';
}

function memberName(name: ts.DeclarationName): string {
  if (ts.isPrivateIdentifier(name)) return name.text.slice(1);
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) return safe(name.text);
  if (ts.isComputedPropertyName(name) && ts.isPropertyAccessExpression(name.expression)) {
    return safe(name.expression.name.text); // [Symbol.dispose] → dispose
  }
  return safe(name.getText());
}

function safe(text: string): string {
  return text.replaceAll(/[^\w$.]/g, '_');
}
