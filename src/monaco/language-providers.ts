// SPDX-License-Identifier: GPL-2.0-or-later
/** Completion, hover, signatures and definitions of TypeScript, asked of the toolchain. */
import { languages, Range, Uri, type IDisposable } from 'monaco-editor/editor';
import type { CancellationToken, editor, IRange, Position } from 'monaco-editor/editor';

import type { Definition, Explanation, LanguageClient } from '../lib/language.ts';

const LANGUAGE = 'typescript';

const Kind = languages.CompletionItemKind;
const KINDS: Readonly<Record<string, languages.CompletionItemKind>> = {
  class: Kind.Class,
  const: Kind.Constant,
  constructor: Kind.Constructor,
  enum: Kind.Enum,
  function: Kind.Function,
  interface: Kind.Interface,
  keyword: Kind.Keyword,
  let: Kind.Variable,
  method: Kind.Method,
  module: Kind.Module,
  parameter: Kind.Variable,
  property: Kind.Property,
  getter: Kind.Property,
  setter: Kind.Property,
  string: Kind.Value,
  type: Kind.Interface,
  var: Kind.Variable,
};

/** `prepare` makes a model for a declaration that is no file of the person's. */
export function registerLanguage(
  client: LanguageClient,
  prepare: (definition: Definition) => editor.ITextModel | undefined,
): IDisposable[] {
  return [
    languages.registerCompletionItemProvider(LANGUAGE, {
      triggerCharacters: ['.', '"', "'", '/', '<'],
      provideCompletionItems: (model, position) => complete(client, model, position),
      resolveCompletionItem: (item) => explainItem(client, item),
    }),
    languages.registerHoverProvider(LANGUAGE, {
      async provideHover(model, position) {
        const found = await client.hover(model.uri.path, model.getOffsetAt(position));
        if (found === undefined) return null;
        return { range: rangeOf(model, found), contents: markdownOf(found) };
      },
    }),
    languages.registerSignatureHelpProvider(LANGUAGE, {
      signatureHelpTriggerCharacters: ['(', ','],
      provideSignatureHelp: (model, position, token) => signature(client, model, position, token),
    }),
    languages.registerDefinitionProvider(LANGUAGE, {
      async provideDefinition(model, position) {
        const found = await client.define(model.uri.path, model.getOffsetAt(position));
        return found.flatMap((definition) => {
          const target = prepare(definition);
          return target === undefined
            ? []
            : [{ uri: target.uri, range: rangeOf(target, definition) }];
        });
      },
    }),
  ];
}

type Item = languages.CompletionItem & { readonly place?: { path: string; offset: number } };

async function complete(
  client: LanguageClient,
  model: editor.ITextModel,
  position: Position,
): Promise<languages.CompletionList> {
  const word = model.getWordUntilPosition(position);
  const range = new Range(
    position.lineNumber,
    word.startColumn,
    position.lineNumber,
    word.endColumn,
  );
  const place = { path: model.uri.path, offset: model.getOffsetAt(position) };
  const found = await client.complete(place.path, place.offset);
  const suggestions = found.map((completion): Item => ({
    label: completion.name,
    kind: KINDS[completion.kind] ?? Kind.Text,
    sortText: completion.sortText,
    insertText: completion.insertText ?? completion.name,
    range,
    place,
  }));
  return { suggestions };
}

async function explainItem(client: LanguageClient, item: Item): Promise<Item> {
  const { place, label } = item;
  if (place === undefined) return item;
  const name = typeof label === 'string' ? label : label.label;
  const found = await client.explainCompletion(place.path, place.offset, name);
  if (found === undefined) return item;
  return { ...item, detail: found.signature, documentation: { value: found.documentation } };
}

async function signature(
  client: LanguageClient,
  model: editor.ITextModel,
  position: Position,
  _token: CancellationToken,
): Promise<languages.SignatureHelpResult | null> {
  const found = await client.signature(model.uri.path, model.getOffsetAt(position));
  if (found === undefined) return null;
  const value: languages.SignatureHelp = {
    activeSignature: found.activeSignature,
    activeParameter: found.activeParameter,
    signatures: found.signatures.map(({ label, documentation, parameters }) => ({
      label,
      documentation: { value: documentation },
      parameters: parameters.map((parameter) => ({
        label: parameter.label,
        documentation: { value: parameter.documentation },
      })),
    })),
  };
  return { value, dispose: () => undefined };
}

function markdownOf({ signature, documentation }: Explanation): { value: string }[] {
  const code = { value: `\`\`\`typescript\n${signature}\n\`\`\`` };
  return documentation === '' ? [code] : [code, { value: documentation }];
}

function rangeOf(
  model: editor.ITextModel,
  { start, length }: { readonly start: number; readonly length: number },
): IRange {
  return Range.fromPositions(model.getPositionAt(start), model.getPositionAt(start + length));
}

export function uriOf(path: string): Uri {
  return Uri.from({ scheme: 'file', path });
}
