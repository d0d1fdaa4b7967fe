// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the locks of a module are called that lockdep tells of: for C's functions the text of the
 * argument as C writes it, `&ring->lock`; for a lock of the safe API the field or constant that it
 * becomes, `Bank.accounts`. Calls that make locks are tagged `@lock_init`.
 */
import ts from 'typescript';

import type { SiteTable } from '../uapi/module-abi.ts';
import { apiFunctionName } from './declarations.ts';
import type { Sites } from './sites.ts';
import { isFunctionNode, walk } from './syntax.ts';

export interface LockNames {
  readonly table: Required<Pick<SiteTable, 'locks'>>;
  /**
   * Of locks that no line of its own makes, since fields and constants begin outside of functions:
   * they are told their names.
   */
  readonly told: ReadonlyMap<ts.Node, string>;
}

const TAG = 'lock_init';
/** Linux's names are short, and a report has them many times. */
const CHARACTERS_MAX = 64;

export function readLockNames(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
  sites: Sites,
): LockNames {
  const locks: (readonly [number, string])[] = [];
  const told = new Map<ts.Node, string>();
  for (const file of files) {
    walk(file, (node) => {
      if (!ts.isCallExpression(node) || !makesLock(checker, node)) return;
      const site = siteOf(sites, node);
      const name = nameOf(checker, node)?.slice(0, CHARACTERS_MAX);
      if (name === undefined) return;
      if (site !== undefined) locks.push([site, name]);
      else if (ts.isPropertyAccessExpression(node.expression)) told.set(node, name);
    });
  }
  return { table: { locks }, told };
}

function makesLock(checker: ts.TypeChecker, call: ts.CallExpression): boolean {
  const declaration = checker.getResolvedSignature(call)?.declaration;
  if (declaration === undefined || ts.isJSDocSignature(declaration)) return false;
  return ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === TAG);
}

function siteOf(sites: Sites, call: ts.CallExpression): number | undefined {
  for (let at: ts.Node = call; !ts.isSourceFile(at); at = at.parent) {
    const site = sites.siteOf(at);
    if (site !== undefined) return site;
    if (isFunctionNode(at)) return undefined;
  }
  return undefined;
}

function nameOf(checker: ts.TypeChecker, call: ts.CallExpression): string | undefined {
  const isSafe = checker.getTypeAtLocation(call).symbol?.name !== undefined;
  const [lock] = call.arguments;
  if (isSafe && ts.isPropertyAccessExpression(call.expression)) return placeOf(call);
  return lock === undefined ? undefined : asC(checker, lock);
}

/** `addr_of(ring.$.lock)` is `&ring->lock`. */
function asC(checker: ts.TypeChecker, node: ts.Expression): string {
  if (ts.isCallExpression(node) && apiFunctionName(checker, node) === 'addr_of') {
    const [of] = node.arguments;
    if (of !== undefined) return `&${asC(checker, of)}`;
  }
  if (ts.isPropertyAccessExpression(node)) {
    const { expression: owner, name } = node;
    const isArrow = ts.isPropertyAccessExpression(owner) && owner.name.text === '$';
    const before = asC(checker, isArrow ? owner.expression : owner);
    return `${before}${isArrow ? '->' : '.'}${name.text}`;
  }
  if (ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node)) {
    return asC(checker, node.expression);
  }
  return node.getText().replaceAll(/\s+/g, '').replaceAll('.$', '');
}

/** The field, variable or constant that the value of an expression becomes. */
function placeOf(value: ts.Expression): string | undefined {
  let inner: ts.Node = value;
  let at: ts.Node = value.parent;
  while (ts.isNewExpression(at) || ts.isCallExpression(at) || ts.isAwaitExpression(at)) {
    inner = at;
    at = at.parent;
  }
  if (ts.isPropertyDeclaration(at) && at.initializer === inner) {
    return field(at.parent, at.name.getText());
  }
  if (ts.isBinaryExpression(at) && at.right === inner && ts.isPropertyAccessExpression(at.left)) {
    const { expression: owner, name } = at.left;
    return owner.kind === ts.SyntaxKind.ThisKeyword ? field(classOf(at), name.text) : name.text;
  }
  return ts.isVariableDeclaration(at) ? at.name.getText() : undefined;
}

function classOf(node: ts.Node): ts.ClassLikeDeclaration | undefined {
  return ts.findAncestor(node, ts.isClassLike);
}

function field(owner: ts.Node | undefined, name: string): string {
  const plain = name.replace(/^#/, '');
  const of = owner !== undefined && ts.isClassLike(owner) ? owner.name?.text : undefined;
  return of === undefined ? plain : `${of}.${plain}`;
}
