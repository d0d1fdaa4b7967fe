// SPDX-License-Identifier: GPL-2.0-or-later
/** Classes: drop glue, and initialisers that can fail with something owned already in place. */
import ts from 'typescript';

import { assign, finish, kernel, statement } from './build-code.ts';
import { declarationOrigin } from './declarations.ts';
import { dropValue } from './emit-drops.ts';
import type { Emitter, Scope } from './emitter.ts';
import { constructorOf, hasRiskyInitialiser } from './fragile-classes.ts';
import { isStatic, type OwnedField } from './ownership.ts';

const f = ts.factory;

/** Holds the initialisers of a class that may fail half-way; no learner's name looks like it. */
const INITIALISERS = '#$fields';

export function emitClass(emitter: Emitter, node: ts.ClassLikeDeclaration): ts.Node {
  const lifts = liftsInitialisers(emitter, node);
  // Initialisers run in no frame of ours, and never in a generator.
  const outside: Scope = { ...emitter.scope, isGenerator: false, hasFrame: false };
  const members = emitter.within(outside, () =>
    node.members.map((member) => {
      const isLifted = lifts && isInitialised(member);
      return isLifted ? withoutInitialiser(member) : (emitter.visit(member) as ts.ClassElement);
    }),
  );
  const added = [
    ...(lifts ? [emitter.within(outside, () => initialisers(emitter, node))] : []),
    ...(lifts && constructorOf(node) === undefined ? [constructor(emitter, node)] : []),
    ...glue(emitter, node),
  ];
  const heritage = node.heritageClauses?.map((it) => emitter.visitChildren(it));
  const all = [...members, ...added];
  return ts.isClassDeclaration(node)
    ? f.updateClassDeclaration(node, node.modifiers, node.name, node.typeParameters, heritage, all)
    : f.updateClassExpression(node, node.modifiers, node.name, node.typeParameters, heritage, all);
}

/** The owned fields as expressions, in declaration order. */
export function partsOf(emitter: Emitter, node: ts.ClassLikeDeclaration): ts.Expression[] {
  return emitter.analysis.ownership.fieldsOf(node).map(fieldAccess);
}

/** The call that runs lifted initialisers, at a constructor's start. */
export function initialisersCall(emitter: Emitter, node: ts.ClassLikeDeclaration): ts.Statement[] {
  return liftsInitialisers(emitter, node) ? [runInitialisers()] : [];
}

function runInitialisers(): ts.Statement {
  const method = f.createPropertyAccessExpression(
    f.createThis(),
    f.createPrivateIdentifier(INITIALISERS),
  );
  return statement(f.createCallExpression(method, undefined, []));
}

function liftsInitialisers(emitter: Emitter, node: ts.ClassLikeDeclaration): boolean {
  return emitter.analysis.plan.fragileClasses.has(node) && hasRiskyInitialiser(node);
}

function isInitialised(member: ts.ClassElement): member is ts.PropertyDeclaration {
  return ts.isPropertyDeclaration(member) && !isStatic(member) && member.initializer !== undefined;
}

function withoutInitialiser(node: ts.PropertyDeclaration): ts.PropertyDeclaration {
  return f.updatePropertyDeclaration(
    node,
    node.modifiers,
    node.name,
    undefined,
    node.type,
    undefined,
  );
}

/** A method, so that the initialisers keep the names that they see. */
function initialisers(emitter: Emitter, node: ts.ClassLikeDeclaration): ts.ClassElement {
  const body = node.members.filter(isInitialised).map((member) => {
    const value = emitter.expression(member.initializer ?? f.createVoidZero());
    return ts.setTextRange(statement(assign(memberAccess(member.name), value)), member);
  });
  const name = f.createPrivateIdentifier(INITIALISERS);
  return method(name, false, body);
}

/** A class without a constructor of its own still needs a place that can fail. */
function constructor(emitter: Emitter, node: ts.ClassLikeDeclaration): ts.ClassElement {
  const keep = f.createCallExpression(
    f.createPropertyAccessExpression(f.createIdentifier('$left'), 'push'),
    undefined,
    partsOf(emitter, node),
  );
  const body = f.createTryStatement(
    f.createBlock([runInitialisers()], true),
    f.createCatchClause(
      '$e',
      f.createBlock([statement(keep), f.createThrowStatement(f.createIdentifier('$e'))], true),
    ),
    undefined,
  );
  return f.createConstructorDeclaration(undefined, [], f.createBlock([body], true));
}

/** `[$k.DROP]() { … }`: the class's own dispose, then its owned fields in declaration order. */
function glue(emitter: Emitter, node: ts.ClassLikeDeclaration): ts.ClassElement[] {
  const { ownership, effects } = emitter.analysis;
  const fields = ownership.fieldsOf(node);
  if (fields.length === 0) return [];
  const isGenerator = effects.isGlueGenerator(node, emitter.build);
  const scope: Scope = { ...emitter.scope, isGenerator, hasFrame: false };
  const body = emitter.within(scope, () => [
    ...ownDispose(emitter, node),
    ...fields.map((field) => statement(dropValue(emitter, fieldAccess(field), field.type))),
  ]);
  return [method(f.createComputedPropertyName(kernel('DROP')), isGenerator, body)];
}

function ownDispose(emitter: Emitter, node: ts.ClassLikeDeclaration): ts.Statement[] {
  const declaration = node.members.find(isDispose);
  if (declaration === undefined || declarationOrigin(declaration) !== 'driver') return [];
  const dispose = f.createElementAccessExpression(
    f.createThis(),
    f.createPropertyAccessExpression(f.createIdentifier('Symbol'), 'dispose'),
  );
  const call = f.createCallExpression(dispose, undefined, []);
  const isCoroutine = emitter.analysis.effects.isGenerator(declaration, emitter.build);
  return [statement(isCoroutine ? finish(call) : call)];
}

function isDispose(member: ts.ClassElement): boolean {
  return (
    ts.isMethodDeclaration(member) &&
    ts.isComputedPropertyName(member.name) &&
    member.name.expression.getText() === 'Symbol.dispose'
  );
}

function method(
  name: ts.PropertyName,
  isGenerator: boolean,
  body: readonly ts.Statement[],
): ts.MethodDeclaration {
  return f.createMethodDeclaration(
    undefined,
    isGenerator ? f.createToken(ts.SyntaxKind.AsteriskToken) : undefined,
    name,
    undefined,
    undefined,
    [],
    undefined,
    f.createBlock(body, true),
  );
}

function fieldAccess({ name }: OwnedField): ts.Expression {
  return memberAccess(name);
}

function memberAccess(name: ts.PropertyName | ts.Identifier): ts.Expression {
  if (ts.isPrivateIdentifier(name) || ts.isIdentifier(name)) {
    const copy = ts.isPrivateIdentifier(name)
      ? f.createPrivateIdentifier(name.text)
      : f.createIdentifier(name.text);
    return f.createPropertyAccessExpression(f.createThis(), copy);
  }
  const key = ts.isComputedPropertyName(name) ? name.expression : name;
  return f.createElementAccessExpression(f.createThis(), key);
}
