// SPDX-License-Identifier: GPL-2.0-or-later
/** The compiler's language service in the page's terms: plain values, text as Markdown. */
import ts from 'typescript';

import type {
  Completion,
  Definition,
  Explanation,
  SignatureHelp,
  ToolchainMethods,
} from '../session/toolchain-messages.ts';

type LanguageMethods = Pick<
  ToolchainMethods,
  'complete' | 'explainCompletion' | 'hover' | 'signature' | 'define'
>;

const COMPLETIONS_MAX = 500;

export function createLanguageMethods(service: ts.LanguageService): LanguageMethods {
  return {
    complete: (path, offset) => complete(service, path, offset),
    explainCompletion: (path, offset, name) => explain(service, path, offset, name),
    hover: (path, offset) => hover(service, path, offset),
    signature: (path, offset) => signature(service, path, offset),
    define: (path, offset) => define(service, path, offset),
  };
}

function complete(service: ts.LanguageService, path: string, offset: number): Completion[] {
  const found = service.getCompletionsAtPosition(path, offset, {
    includeCompletionsForImportStatements: true,
  });
  return (found?.entries ?? []).slice(0, COMPLETIONS_MAX).map((entry) => ({
    name: entry.name,
    kind: entry.kind,
    sortText: entry.sortText,
    insertText: entry.insertText,
  }));
}

function explain(
  service: ts.LanguageService,
  path: string,
  offset: number,
  name: string,
): Explanation | undefined {
  const found = service.getCompletionEntryDetails(path, offset, name, {}, undefined, {}, undefined);
  if (found === undefined) return undefined;
  return {
    start: offset,
    length: 0,
    signature: ts.displayPartsToString(found.displayParts),
    documentation: documentation(found.documentation, found.tags),
  };
}

function hover(service: ts.LanguageService, path: string, offset: number): Explanation | undefined {
  const found = service.getQuickInfoAtPosition(path, offset);
  if (found === undefined) return undefined;
  return {
    start: found.textSpan.start,
    length: found.textSpan.length,
    signature: ts
      .displayPartsToString(found.displayParts)
      .replace(/^\(alias\) /, '')
      .replace(/\nimport [\w$]+$/, ''),
    documentation: documentation(found.documentation, found.tags),
  };
}

function signature(
  service: ts.LanguageService,
  path: string,
  offset: number,
): SignatureHelp | undefined {
  const found = service.getSignatureHelpItems(path, offset, undefined);
  if (found === undefined) return undefined;
  return {
    activeSignature: found.selectedItemIndex,
    activeParameter: found.argumentIndex,
    signatures: found.items.map((item) => {
      const parameters = item.parameters.map((parameter) => ({
        label: ts.displayPartsToString(parameter.displayParts),
        documentation: ts.displayPartsToString(parameter.documentation),
      }));
      const separator = ts.displayPartsToString(item.separatorDisplayParts);
      return {
        label:
          ts.displayPartsToString(item.prefixDisplayParts) +
          parameters.map(({ label }) => label).join(separator) +
          ts.displayPartsToString(item.suffixDisplayParts),
        documentation: documentation(item.documentation, item.tags),
        parameters,
      };
    }),
  };
}

function define(service: ts.LanguageService, path: string, offset: number): Definition[] {
  const program = service.getProgram();
  return (service.getDefinitionAtPosition(path, offset) ?? []).map(({ fileName, textSpan }) => ({
    path: fileName,
    start: textSpan.start,
    length: textSpan.length,
    text: fileName.startsWith('/home/') ? undefined : program?.getSourceFile(fileName)?.text,
  }));
}

/** The doc comment, then its tags: what may sleep, what is thrown. */
function documentation(
  parts: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string {
  const text = ts.displayPartsToString([...(parts ?? [])]);
  const lines = (tags ?? []).map(({ name, text: said }) => {
    const words = ts.displayPartsToString([...(said ?? [])]);
    return words === '' ? `*@${name}*` : `*@${name}* ${words}`;
  });
  return [text, ...lines].filter((line) => line !== '').join('\n\n');
}
