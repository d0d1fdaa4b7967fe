// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a module says of itself in `export default module(Class, { … })`, read without running it:
 * `modinfo` shows it of a file that was never loaded.
 */
import ts from 'typescript';

import { declarationOrigin } from './declarations.ts';
import type { Findings } from './diagnostics.ts';
import { readUsbAliases } from './module-aliases.ts';
import { readParameters, type ParameterInfo } from './module-params.ts';
import { unwrap } from './syntax.ts';

export interface ModuleInfo {
  readonly name: string;
  readonly license: string | undefined;
  readonly description: string | undefined;
  readonly author: string | undefined;
  readonly version: string | undefined;
  readonly parameters: readonly ParameterInfo[];
  /** Names of devices that it is for. */
  readonly aliases: readonly string[];
}

const TEXT_KEYS = ['name', 'license', 'description', 'author', 'version'] as const;

type TextKey = (typeof TEXT_KEYS)[number];

/** The module of `file`, or undefined with a finding that says what is missing. */
export function readModuleInfo(
  checker: ts.TypeChecker,
  file: ts.SourceFile,
  fallbackName: string,
  findings: Findings,
): ModuleInfo | undefined {
  const call = moduleCallOf(checker, file);
  if (call === undefined) {
    const at = file.statements.find(ts.isExportAssignment) ?? file.endOfFileToken;
    findings.add(
      at,
      'RZ1080',
      'this file has no module for the kernel to load',
      'export default module(YourClass, { license: "GPL" });',
    );
    return undefined;
  }
  const [, second] = call.arguments;
  const literal = second === undefined ? undefined : unwrap(second);
  if (literal === undefined || !ts.isObjectLiteralExpression(literal)) {
    findings.add(
      second ?? call,
      'RZ1081',
      'what a module says of itself is read without running it, so it is written out here',
      'module(YourClass, { license: "GPL", description: "…" })',
    );
    return undefined;
  }
  const texts = readTexts(literal, findings);
  const params = valueOf(literal, 'params');
  const parameters = params === undefined ? [] : readParameters(checker, params, findings);
  const ids = valueOf(literal, 'usb_ids');
  const aliases = ids === undefined ? [] : readUsbAliases(checker, ids, findings);
  const name = texts.name ?? fallbackName.replaceAll('-', '_');
  return { ...texts, parameters, aliases, name };
}

/** What stands after `key:`, or the name itself where it stands alone. */
function valueOf(literal: ts.ObjectLiteralExpression, key: string): ts.Expression | undefined {
  const property = literal.properties.find((it) => it.name?.getText() === key);
  if (property === undefined) return undefined;
  if (ts.isShorthandPropertyAssignment(property)) return property.name;
  return ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

/** True when the default export of `file` is a module; for folders without a Kbuild. */
export function isModuleFile(file: ts.SourceFile): boolean {
  const assignment = file.statements.find(ts.isExportAssignment);
  const value = assignment === undefined ? undefined : unwrap(assignment.expression);
  return (
    value !== undefined && ts.isCallExpression(value) && value.expression.getText() === 'module'
  );
}

function moduleCallOf(checker: ts.TypeChecker, file: ts.SourceFile): ts.CallExpression | undefined {
  const assignment = file.statements.find(ts.isExportAssignment);
  if (assignment === undefined) return undefined;
  const value = unwrap(assignment.expression);
  if (!ts.isCallExpression(value)) return undefined;
  const declaration = checker.getResolvedSignature(value)?.declaration;
  const isModule =
    declaration !== undefined &&
    ts.isFunctionDeclaration(declaration) &&
    declaration.name?.text === 'module' &&
    declarationOrigin(declaration) === 'api';
  return isModule ? value : undefined;
}

function readTexts(
  literal: ts.ObjectLiteralExpression,
  findings: Findings,
): Record<TextKey, string | undefined> {
  const texts: Record<TextKey, string | undefined> = {
    name: undefined,
    license: undefined,
    description: undefined,
    author: undefined,
    version: undefined,
  };
  for (const property of literal.properties) {
    const key = property.name?.getText();
    const known = TEXT_KEYS.find((it) => it === key);
    if (known === undefined && !ts.isSpreadAssignment(property)) continue;
    const value = ts.isPropertyAssignment(property) ? unwrap(property.initializer) : undefined;
    if (known !== undefined && value !== undefined && ts.isStringLiteralLike(value)) {
      texts[known] = value.text;
      checkText(known, value, findings);
    } else {
      findings.add(
        property,
        'RZ1081',
        `\`${key ?? '…'}\` is read without running the module, so it is a string written out`,
        `${known ?? 'license'}: "…"`,
      );
    }
  }
  return texts;
}

/** A name is a file name and a symbol; .modinfo ends each value with a NUL. */
function checkText(key: TextKey, value: ts.StringLiteralLike, findings: Findings): void {
  if (key === 'name' && !/^[A-Za-z][\w-]{0,54}$/.test(value.text)) {
    findings.add(value, 'RZ1081', "a module's name is made of letters, digits and `_`");
  } else if (value.text.includes('\0')) {
    findings.add(value, 'RZ1081', 'a NUL cannot stand in what a module says of itself');
  }
}
