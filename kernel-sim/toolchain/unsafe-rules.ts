// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where raw operations may stand: under the label `unsafe:`, with its reason, or in a function that
 * begins with `"use unsafe";`, which is raw itself.
 *
 * What is called is asked of the types, so that a raw function stays raw under another name.
 */
import ts from 'typescript';

import { declarationOrigin, parameterAt, traitsOf } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { isPointer } from './pointer-types.ts';
import { isCallNode, isFunctionNode, unwrap } from './syntax.ts';

const LABEL = 'unsafe';
const DIRECTIVE = 'use unsafe';
const REASON = /^(?:\/\/|\/\*)[\s*]*SAFETY:\s*[^\s*]/;
const MARK = 'put it under `unsafe:`, with the reason in a comment: // SAFETY: …';

export function checkUnsafe(
  checker: ts.TypeChecker,
  file: ts.SourceFile,
  findings: Findings,
): void {
  new UnsafeRules(checker, file, findings).check(file, false);
}

/** True for a function whose body begins with `"use unsafe";`. */
function isUnsafeFunction(node: ts.Node): boolean {
  if (!isFunctionNode(node) || node.body === undefined || !ts.isBlock(node.body)) return false;
  const [first] = node.body.statements;
  return (
    first !== undefined &&
    ts.isExpressionStatement(first) &&
    ts.isStringLiteral(first.expression) &&
    first.expression.text === DIRECTIVE
  );
}

class UnsafeRules {
  readonly #checker: ts.TypeChecker;
  readonly #file: ts.SourceFile;
  readonly #findings: Findings;

  constructor(checker: ts.TypeChecker, file: ts.SourceFile, findings: Findings) {
    this.#checker = checker;
    this.#file = file;
    this.#findings = findings;
  }

  check(node: ts.Node, isUnsafe: boolean): void {
    if (!isUnsafe) this.#checkOperation(node);
    if (ts.isLabeledStatement(node) && node.label.text === LABEL) this.#checkLabel(node);
    if (ts.isBreakOrContinueStatement(node) && node.label?.text === LABEL) {
      const help = 'give the block a second label, or return';
      this.#findings.add(
        node,
        'RZ1000',
        '`unsafe` marks a block, and is no place to jump to',
        help,
      );
    }
    const inner = this.#isUnsafeWithin(node, isUnsafe);
    ts.forEachChild(node, (child) => this.check(child, inner));
  }

  /** A closure is part of the block around it; a function or class with a name stands by itself. */
  #isUnsafeWithin(node: ts.Node, isUnsafe: boolean): boolean {
    if (isUnsafeFunction(node)) return true;
    if (ts.isLabeledStatement(node) && node.label.text === LABEL) return true;
    const isClosure = ts.isArrowFunction(node) || ts.isFunctionExpression(node);
    const standsAlone = (isFunctionNode(node) && !isClosure) || ts.isClassLike(node);
    return isUnsafe && !standsAlone;
  }

  #checkOperation(node: ts.Node): void {
    if (ts.isPropertyAccessExpression(node) && node.name.text === '$') {
      if (this.#isPointer(node.expression)) this.#refuse(node, 'a pointer is followed');
    } else if (ts.isElementAccessExpression(node)) {
      if (this.#isPointer(node.expression)) this.#refuse(node, 'a pointer is followed');
    } else if (isCallNode(node)) {
      const declaration = this.#checker.getResolvedSignature(node)?.declaration;
      if (declaration === undefined || !isRaw(declaration)) return;
      this.#refuse(node, `\`${unwrap(node.expression).getText()}\` is raw`);
    } else if (ts.isIdentifier(node) && this.#escapes(node)) {
      this.#refuse(node, `\`${node.text}\` is raw, and its new type would hide that`);
    }
  }

  #refuse(node: ts.Node, what: string): void {
    this.#findings.add(node, 'RZ0133', `${what}: this is not allowed outside of \`unsafe:\``, MARK);
  }

  #isPointer(node: ts.Expression): boolean {
    return isPointer(this.#checker, this.#checker.getTypeAtLocation(node));
  }

  /** A raw function that becomes a value of a type which does not say so. */
  #escapes(node: ts.Identifier): boolean {
    const holder = node.parent;
    const isMember = ts.isPropertyAccessExpression(holder) && holder.name === node;
    const whole: ts.Expression = isMember ? holder : node;
    const { parent } = whole;
    if (isCallNode(parent) && parent.expression === whole) return false;
    const isValue =
      ts.isExpression(whole) &&
      !ts.isPartOfTypeNode(whole) &&
      (parent as ts.NamedDeclaration).name !== whole &&
      !ts.isImportSpecifier(parent) &&
      !ts.isExportSpecifier(parent);
    if (!isValue || !this.#isRawFunction(node)) return false;
    // `kfree.call(…)`
    if (ts.isPropertyAccessExpression(parent)) return true;
    return this.#wantedSignatures(whole).some(
      ({ declaration }) => declaration !== undefined && !isRaw(declaration),
    );
  }

  /** How whoever gets the value may call it. */
  #wantedSignatures(node: ts.Expression): readonly ts.Signature[] {
    const { parent } = node;
    if (isCallNode(parent)) {
      const declaration = this.#checker.getResolvedSignature(parent)?.declaration;
      const index = parent.arguments?.indexOf(node) ?? -1;
      const parameter =
        declaration === undefined || ts.isJSDocSignature(declaration)
          ? undefined
          : parameterAt(declaration, index);
      // As it is declared: what a type parameter stands for would hide its constraint.
      const declared = parameter && this.#checker.getTypeAtLocation(parameter);
      if (declared !== undefined) {
        return (this.#checker.getBaseConstraintOfType(declared) ?? declared).getCallSignatures();
      }
    }
    return this.#checker.getContextualType(node)?.getCallSignatures() ?? [];
  }

  #isRawFunction(node: ts.Identifier): boolean {
    const symbol = this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined) return false;
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const declaration = (isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol)
      .valueDeclaration;
    if (declaration === undefined) return false;
    if (isRaw(declaration)) return true;
    if (!ts.isVariableDeclaration(declaration) || declaration.type !== undefined) return false;
    const signatures = this.#checker.getTypeAtLocation(node).getCallSignatures();
    return signatures.some((it) => it.declaration !== undefined && isRaw(it.declaration));
  }

  #checkLabel(node: ts.LabeledStatement): void {
    const inner = node.statement;
    const comments = [
      ...this.#commentsAt(node.getFullStart(), node.getStart()),
      ...(ts.isBlock(inner)
        ? this.#commentsAt(inner.getStart() + 1, inner.statements[0]?.getStart() ?? inner.end)
        : this.#commentsAt(inner.getFullStart(), inner.getStart())),
    ];
    if (comments.some((text) => REASON.test(text))) return;
    this.#findings.add(
      node.label,
      'RZ1001',
      '`unsafe:` without its reason',
      'say above it why nothing can go wrong: // SAFETY: …',
    );
  }

  /** The comments from `start` on that belong to what begins at `end`, not to what ended before. */
  #commentsAt(start: number, end: number): string[] {
    const { text } = this.#file;
    const trailing = ts.getTrailingCommentRanges(text, start) ?? [];
    const isNear = trailing.length > 0 && !text.slice(trailing.at(-1)?.end, end).includes('\n');
    const isInside = text[start - 1] === '{';
    return [
      ...(isNear || isInside ? trailing : []),
      ...(ts.getLeadingCommentRanges(text, start) ?? []),
    ].map((it) => text.slice(it.pos, it.end));
  }
}

/** A function of the API that says so, or one of the driver that begins with `"use unsafe";`. */
function isRaw(declaration: ts.Node): boolean {
  return declarationOrigin(declaration) === 'driver'
    ? isUnsafeFunction(declaration)
    : traitsOf(declaration).isRaw;
}
