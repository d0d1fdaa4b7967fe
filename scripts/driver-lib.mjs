// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Makes lib.driver.d.ts, all that a driver finds in the language: an allowlist applied to the
 * library files of the installed TypeScript.
 *
 * Left out is whatever differs between engines or runs (Date, Intl, locales, RegExp, Math.sin, the
 * stack of an Error), whatever needs an event loop (Promise), and whatever leads to code from
 * strings (Function, eval, Reflect). The text is TypeScript's own, so it is made when needed and
 * never committed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const LIB_FOLDER = dirname(createRequire(import.meta.url).resolve('typescript'));

// Later files add to what earlier ones declare, so the order is the language's own.
const FILES = [
  'es5',
  'es2015.symbol',
  'es2015.symbol.wellknown',
  'es2015.core',
  'es2015.iterable',
  'es2015.generator',
  'es2015.collection',
  'es2016.array.include',
  'es2017.object',
  'es2017.string',
  'es2019.array',
  'es2019.object',
  'es2019.string',
  'es2020.bigint',
  'es2021.string',
  'es2022.array',
  'es2022.error',
  'es2022.object',
  'es2022.string',
  'es2023.array',
  'esnext.disposable',
];

/** @param {string} text */
function words(text) {
  return text.split(/\s+/);
}

const ITERATION = ['[Symbol.iterator]', 'entries', 'keys', 'values'];
const READONLY_ARRAY = [
  ...words(`at concat every filter find findIndex findLast findLastIndex flat flatMap forEach
    includes indexOf join lastIndexOf length map reduce reduceRight slice some
    toReversed toSorted toSpliced with toString`),
  '[n: number]',
  ...ITERATION,
];
const ARRAY = [
  ...words(`copyWithin fill pop push reverse shift sort splice unshift`),
  ...READONLY_ARRAY,
];
const TYPED_ARRAY = [
  ...words(`BYTES_PER_ELEMENT buffer byteLength byteOffset length at copyWithin every fill
    filter find findIndex findLast findLastIndex forEach includes indexOf join
    lastIndexOf map reduce reduceRight reverse set slice some sort subarray toReversed
    toSorted with toString [Symbol.toStringTag]`),
  '[index: number]',
  ...ITERATION,
];
const TYPED_ARRAY_CONSTRUCTOR = ['prototype', 'new', 'BYTES_PER_ELEMENT', 'of', 'from'];
const ERROR_CONSTRUCTOR = ['new', '()', 'prototype'];
const DATA_VIEW_WIDTHS = words(`Int8 Uint8 Int16 Uint16 Int32 Uint32`);

/**
 * Interfaces by name, with the members that stay; true keeps them all.
 *
 * @type {Readonly<Record<string, readonly string[] | true>>}
 */
const INTERFACES = {
  Symbol: ['toString', 'description', '[Symbol.toStringTag]'],
  SymbolConstructor: ['prototype', 'iterator', 'dispose', 'toStringTag'],
  Object: ['toString', 'hasOwnProperty'],
  ObjectConstructor: words(`keys values entries fromEntries freeze is hasOwn`),
  Function: ['name', 'length'],
  CallableFunction: [],
  NewableFunction: [],
  IArguments: ['length'],
  String: [
    ...words(`toString charAt charCodeAt codePointAt concat indexOf lastIndexOf slice substring
    toLowerCase toUpperCase trim trimStart trimEnd length valueOf includes startsWith
    endsWith repeat padStart padEnd at split replace replaceAll [Symbol.iterator]`),
    '[index: number]',
  ],
  StringConstructor: ['()', 'fromCharCode', 'fromCodePoint'],
  Boolean: ['valueOf'],
  BooleanConstructor: ['()'],
  Number: ['toString', 'valueOf'],
  NumberConstructor: words(
    `() MAX_SAFE_INTEGER MIN_SAFE_INTEGER isInteger isSafeInteger isNaN isFinite parseInt`,
  ),
  BigInt: ['toString', 'valueOf', '[Symbol.toStringTag]'],
  BigIntConstructor: ['()', 'asIntN', 'asUintN'],
  TemplateStringsArray: true,
  Math: words(`abs ceil clz32 floor imul max min round sign trunc`),
  RegExp: [], // The compiler insists on the name.
  Error: ['name', 'message', 'cause'],
  ErrorConstructor: ERROR_CONSTRUCTOR,
  ErrorOptions: true,
  RangeError: [],
  RangeErrorConstructor: ERROR_CONSTRUCTOR,
  TypeError: [],
  TypeErrorConstructor: ERROR_CONSTRUCTOR,
  JSON: ['stringify'],
  ReadonlyArray: READONLY_ARRAY,
  ConcatArray: true,
  Array: ARRAY,
  ArrayConstructor: ['new', '()', 'isArray', 'from', 'of'],
  ArrayLike: true,
  FlatArray: true,
  ThisType: true,
  ArrayBuffer: ['byteLength', 'slice', '[Symbol.toStringTag]'],
  ArrayBufferTypes: ['ArrayBuffer'],
  ArrayBufferConstructor: ['prototype', 'new', 'isView'],
  ArrayBufferView: true,
  DataView: [
    'buffer',
    'byteLength',
    'byteOffset',
    '[Symbol.toStringTag]',
    ...DATA_VIEW_WIDTHS.flatMap((width) => [`get${width}`, `set${width}`]),
  ],
  DataViewConstructor: ['prototype', 'new'],
  ...Object.fromEntries(
    words(`Int8 Uint8 Int16 Uint16 Int32 Uint32`).flatMap((width) => [
      [`${width}Array`, TYPED_ARRAY],
      [`${width}ArrayConstructor`, TYPED_ARRAY_CONSTRUCTOR],
    ]),
  ),
  Map: [...words(`clear delete forEach get has set size`), ...ITERATION],
  MapConstructor: ['new', 'prototype'],
  ReadonlyMap: ['forEach', 'get', 'has', 'size', ...ITERATION],
  Set: [...words(`add clear delete forEach has size`), ...ITERATION],
  SetConstructor: ['new', 'prototype'],
  ReadonlySet: ['forEach', 'has', 'size', ...ITERATION],
  IteratorYieldResult: true,
  IteratorReturnResult: true,
  Iterator: ['next'],
  Iterable: true,
  IterableIterator: true,
  IteratorObject: ['[Symbol.iterator]'],
  ArrayIterator: true,
  MapIterator: true,
  SetIterator: true,
  StringIterator: true,
  Generator: ['next', '[Symbol.iterator]'],
  Disposable: true,
};

const TYPES = new Set(
  words(`PropertyKey Partial Required Readonly Pick Record Exclude Extract Omit NonNullable
    Parameters ConstructorParameters ReturnType InstanceType Uppercase Lowercase
    Capitalize Uncapitalize NoInfer ArrayBufferLike IteratorResult BuiltinIteratorReturn
    FlatArray ThisParameterType`),
);

const VALUES = new Set(
  words(`NaN Infinity parseInt isNaN isFinite Symbol Object String Boolean Number BigInt Math
    Error RangeError TypeError JSON Array Map Set ArrayBuffer DataView Int8Array
    Uint8Array Int16Array Uint16Array Int32Array Uint32Array`),
);

/** What a kept signature may still not speak of: overloads for absent things go too. */
const ABSENT =
  /\b(RegExp\w*|Intl|SharedArrayBuffer|Promise\w*|asyncDispose|Symbol\.(split|replace))\b/;

/** @returns {string} */
export function makeDriverLib() {
  const pieces = FILES.flatMap((file) => {
    const path = join(LIB_FOLDER, `lib.${file}.d.ts`);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
    return source.statements.flatMap((statement) => keep(statement, source));
  });
  return `${pieces.map((piece) => piece.trim()).join('\n\n')}\n`;
}

/**
 * @param {ts.Statement} statement
 * @param {ts.SourceFile} source
 * @returns {string[]}
 */
function keep(statement, source) {
  if (ts.isInterfaceDeclaration(statement)) return keepInterface(statement, source);
  const declared = ts.isVariableStatement(statement)
    ? statement.declarationList.declarations[0]
    : /** @type {ts.DeclarationStatement} */ (statement);
  const name = declared?.name?.getText(source) ?? '';
  const allowed = ts.isTypeAliasDeclaration(statement) ? TYPES : VALUES;
  const isKept = !ts.isModuleDeclaration(statement) && allowed.has(name);
  return isKept ? [withoutHeader(statement.getFullText(source))] : [];
}

/**
 * @param {ts.InterfaceDeclaration} statement
 * @param {ts.SourceFile} source
 * @returns {string[]}
 */
function keepInterface(statement, source) {
  const allowed = INTERFACES[statement.name.text];
  if (allowed === undefined) return [];
  const members = statement.members
    .filter((member) => allowed === true || allowed.includes(memberName(member, source)))
    .map((member) => member.getFullText(source).replaceAll('string | RegExp', 'string'))
    .filter((text) => !ABSENT.test(withoutComments(text)));
  // Iterators of Node 20 cannot be disposed of.
  const header = source.text
    .slice(statement.getStart(source), statement.members.pos)
    .replace(/ extends Disposable /, ' ');
  const docs = withoutHeader(source.text.slice(statement.pos, statement.getStart(source)));
  return [`${docs}${header}${members.join('')}\n}`];
}

/**
 * @param {ts.TypeElement} member
 * @param {ts.SourceFile} source
 * @returns {string}
 */
function memberName(member, source) {
  if (ts.isConstructSignatureDeclaration(member)) return 'new';
  if (ts.isCallSignatureDeclaration(member)) return '()';
  if (ts.isIndexSignatureDeclaration(member)) {
    return `[${member.parameters[0]?.getText(source)}]`;
  }
  return member.name?.getText(source) ?? '';
}

/** @param {string} text */
function withoutComments(text) {
  return text.replaceAll(/\/\*[^]*?\*\//g, '');
}

/**
 * A file's copyright notice and references stand before its first declaration.
 *
 * @param {string} text
 */
function withoutHeader(text) {
  return text.replace(/\/\*! \*{5,}[^]*?\*{5,} \*\//, '').replace(/^\/\/\/.*$/gm, '');
}
