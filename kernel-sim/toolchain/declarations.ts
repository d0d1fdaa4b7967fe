// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What declarations say beyond their types: the tags of the API's doc comments, and how a
 * parameter takes its argument.
 */
import ts from 'typescript';

import { originOf, type Origin } from './settings.ts';

/** 0 plain, 1 may switch, 2 may sleep. Both last are coroutines. */
export type Effect = 0 | 1 | 2;

export type Context = 'process' | 'softirq' | 'hardirq';

export interface Traits {
  readonly effect: Effect;
  /** `@sleeps unless gfp=GFP_ATOMIC`: the parameter and the value that keep it from sleeping. */
  readonly sleepsUnless: { readonly parameter: string; readonly value: string } | null;
  /** `@may_sleep`: sleeps while it runs, yet is no coroutine. */
  readonly maySleep: boolean;
  /** Where the kernel calls the implementations of this method. */
  readonly context: Context | null;
  readonly isAtomic: boolean;
  readonly isLent: boolean;
  /** `@raw`: what it is called with must be right, and nobody checks. */
  readonly isRaw: boolean;
  /** `@frame`: what it makes lives in the caller's frame, and ends with it. */
  readonly isOfFrame: boolean;
  /** `@static`: what it makes is a variable of the module. */
  readonly isStatic: boolean;
}

const PLAIN: Traits = {
  effect: 0,
  sleepsUnless: null,
  maySleep: false,
  context: null,
  isAtomic: false,
  isLent: false,
  isRaw: false,
  isOfFrame: false,
  isStatic: false,
};

/** How a parameter or receiver takes its value. */
export type Convention = 'move' | 'shared' | 'mut';

const traitsByNode = new WeakMap<ts.Node, Traits>();

/** The tags of `declaration`, which only API files have. */
export function traitsOf(declaration: ts.Node): Traits {
  if (declarationOrigin(declaration) !== 'api') return PLAIN;
  let traits = traitsByNode.get(declaration);
  if (traits === undefined) {
    traits = readTraits(declaration);
    traitsByNode.set(declaration, traits);
  }
  return traits;
}

export function declarationOrigin(declaration: ts.Node): Origin {
  // What the compiler makes up itself (the signature of a decorator) lies in no file.
  const file: ts.SourceFile | undefined = declaration.getSourceFile();
  return file === undefined ? 'lib' : originOf(file.fileName);
}

function readTraits(declaration: ts.Node): Traits {
  const traits: { -readonly [Key in keyof Traits]: Traits[Key] } = { ...PLAIN };
  for (const tag of ts.getJSDocTags(declaration)) {
    const text = (ts.getTextOfJSDocComment(tag.comment) ?? '').trim();
    switch (tag.tagName.text) {
      case 'switches':
        if (traits.effect === 0) traits.effect = 1;
        break;
      case 'sleeps':
      case 'may_sleep': {
        const [, parameter, value] = /^unless (\w+)=(\w+)/.exec(text) ?? [];
        if (tag.tagName.text === 'sleeps') traits.effect = 2;
        else traits.maySleep = true;
        if (parameter !== undefined && value !== undefined) {
          traits.sleepsUnless = { parameter, value };
        }
        break;
      }
      case 'context': {
        const word = text.split(/\s/)[0];
        if (word === 'process' || word === 'softirq' || word === 'hardirq') traits.context = word;
        break;
      }
      case 'atomic':
        traits.isAtomic = true;
        break;
      case 'lent':
        traits.isLent = true;
        break;
      case 'raw':
        traits.isRaw = true;
        break;
      case 'frame':
        traits.isOfFrame = true;
        break;
      case 'static':
        traits.isStatic = true;
        break;
    }
  }
  return traits;
}

/**
 * Read from the node as written, never from the resolved type: `Ref<T>` and `T` are nearly the same
 * type on purpose.
 */
export function conventionOf(node: ts.TypeNode | undefined): Convention {
  if (node === undefined) return 'move';
  if (ts.isParenthesizedTypeNode(node)) return conventionOf(node.type);
  if (ts.isUnionTypeNode(node)) {
    return node.types.map(conventionOf).find((it) => it !== 'move') ?? 'move';
  }
  if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) {
    return 'shared';
  }
  if (!ts.isTypeReferenceNode(node)) return 'move';
  switch (lastName(node.typeName)) {
    case 'Ref':
    case 'Readonly':
    case 'ReadonlyArray':
      return 'shared';
    case 'Mut':
      return 'mut';
    default:
      return 'move';
  }
}

function lastName(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : name.right.text;
}

/** `this: Own<C>`: a call consumes the receiver. */
export function consumesReceiver(declaration: ts.SignatureDeclaration): boolean {
  const receiver = declaration.parameters[0];
  return (
    receiver !== undefined &&
    isThisParameter(receiver) &&
    receiver.type !== undefined &&
    ts.isTypeReferenceNode(receiver.type) &&
    lastName(receiver.type.typeName) === 'Own'
  );
}

export function isThisParameter(parameter: ts.ParameterDeclaration): boolean {
  return ts.isIdentifier(parameter.name) && parameter.name.text === 'this';
}

/** Parameters without `this`, as arguments meet them. */
export function valueParameters(
  declaration: ts.SignatureDeclaration,
): readonly ts.ParameterDeclaration[] {
  return declaration.parameters.filter(
    (it): it is ts.ParameterDeclaration => ts.isParameter(it) && !isThisParameter(it),
  );
}

/** The parameter that takes argument `index`: the last one of a rest takes all that follow. */
export function parameterAt(
  declaration: ts.SignatureDeclaration,
  index: number,
): ts.ParameterDeclaration | undefined {
  const parameters = valueParameters(declaration);
  const last = parameters.at(-1);
  return parameters[index] ?? (last?.dotDotDotToken === undefined ? undefined : last);
}

/** The escaped name of a property keyed by a well-known or declared symbol: `dispose`, `borrow`. */
export function isSymbolKey(name: ts.__String, symbol: string): boolean {
  // The compiler writes `__@name@id` for `[Symbol.name]` and for unique symbols.
  return (name as string).startsWith(`__@${symbol}@`);
}

/** The name of the function of the API that is called, whatever it is called by. */
export function apiFunctionName(
  checker: ts.TypeChecker,
  call: ts.CallExpression,
): string | undefined {
  const declaration = checker.getResolvedSignature(call)?.declaration;
  return declaration !== undefined &&
    ts.isFunctionDeclaration(declaration) &&
    declarationOrigin(declaration) === 'api'
    ? declaration.name?.text
    : undefined;
}
