// SPDX-License-Identifier: GPL-2.0-or-later
/** What the API's functions are called in the symbol tables of modules and of the kernel. */
import ts from 'typescript';

import { docOf } from './declaration-text.mjs';

const OWNERS = ['exports', 'namespace', 'public', 'statics'];

/**
 * What `@symbol` says, or the function that the comment names as Linux's, or a name of ours. `none`
 * says that nothing is called, as with a macro.
 *
 * @param {ts.SignatureDeclaration} node
 * @returns {string | undefined}
 */
export function symbolOf(node) {
  if (ts.isAccessor(node) || !ts.isClassDeclaration(node.parent)) return undefined;
  // Programs are linked with nothing.
  if (!node.getSourceFile().fileName.includes('/kernel-sim/api/')) return undefined;
  const told = tagText(node, 'symbol');
  if (told !== undefined) return told === 'none' ? undefined : told;
  const owner = node.parent;
  // A type that is only spelt out is nobody's to call.
  if (OWNERS.every((tag) => tagText(owner, tag) === undefined)) return undefined;
  const [, linux] = /\bLinux: ([a-z_][a-z0-9_]*)[.,]/.exec(docOf(node)) ?? [];
  if (linux !== undefined) return linux;
  const name = node.name?.getText() ?? 'init';
  const member = name === '[Symbol.dispose]' ? 'drop' : name;
  if (tagText(owner, 'exports') !== undefined) return member;
  const words = tagText(owner, 'statics') ?? (owner.name?.text ?? '').replace(/Api$/, '');
  return `${words.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase()}_${member}`;
}

/**
 * @param {ts.Node} node
 * @param {string} name
 */
export function tagText(node, name) {
  const tag = ts.getJSDocTags(node).find((it) => it.tagName.text === name);
  return tag === undefined ? undefined : (ts.getTextOfJSDocComment(tag.comment) ?? '').trim();
}

/**
 * The kernel's symbol table for modules: every `@symbol` of the declarations.
 *
 * @param {ReadonlyMap<string, string>} declarations
 */
export function makeExportedSymbols(declarations) {
  /** @type {Map<string, boolean>} */
  const symbols = new Map();
  for (const text of declarations.values()) {
    for (const [, name = '', gpl] of text.matchAll(/^ *\* @symbol (\S+)( GPL)?$/gm)) {
      symbols.set(name, gpl !== undefined);
    }
  }
  const rows = [...symbols]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, isGplOnly]) => `  ['${name}', ${isGplOnly}],\n`);
  return `// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs from kernel-sim/api. Do not edit.

/** What the kernel exports to modules, and whether only to those under the GPL. */
// prettier-ignore
export const EXPORTED_SYMBOLS: readonly (readonly [name: string, isGplOnly: boolean])[] = [
${rows.join('')}];
`;
}
