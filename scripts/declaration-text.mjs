// SPDX-License-Identifier: GPL-2.0-or-later
/** Pieces of a declaration's text, as they stood in the source. */
import ts from 'typescript';

/** What only api-declarations.mjs reads. */
const OWN_TAGS = /^@(public|internal|exports|namespace|statics|subpath|in|constants|symbol)\b/;

/**
 * @param {ts.NodeArray<ts.Node> | undefined} nodes
 * @param {string} open
 * @param {string} close
 */
export function listOf(nodes, open, close) {
  if (nodes === undefined || nodes.length === 0) return '';
  return `${open}${nodes.map((it) => it.getText()).join(', ')}${close}`;
}

/**
 * The doc comment, without the tags that only this script reads, with those of effect and symbol.
 *
 * @param {ts.Node} node
 * @param {string} [effect]
 * @param {string} [symbol]
 */
export function docOf(node, effect, symbol) {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = docs.at(-1)?.getText() ?? '';
  const lines = text
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .filter((line) => !OWN_TAGS.test(line));
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  if (effect !== undefined && !lines.some((line) => line.startsWith(effect))) {
    if (!lines.some((line) => line.startsWith('@'))) lines.push('');
    lines.push(effect);
  }
  if (symbol !== undefined) {
    if (lines.length > 0 && !lines.some((line) => line.startsWith('@'))) lines.push('');
    lines.push(`@symbol ${symbol}`);
  }
  if (lines.length === 0) return '';
  // A tag behind `{` on the same line is lost on the compiler, so tags keep lines of their own.
  const [only = ''] = lines;
  const isShort = lines.length === 1 && only.length < 80 && !only.startsWith('@');
  if (isShort) return `/** ${only} */\n`;
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}

/**
 * @param {string} text
 */
export function indent(text) {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
