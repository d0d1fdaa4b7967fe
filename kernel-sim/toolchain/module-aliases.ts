// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What devices a module is for, read from `usb_ids: IDS` without running it: the aliases by which
 * depmod and modprobe find it when such a device is plugged in.
 *
 * Linux: MODULE_DEVICE_TABLE, do_usb_entry of scripts/mod/file2alias.c.
 */
import ts from 'typescript';

import type { Findings } from './diagnostics.ts';
import { constantOf, initializerOf } from './module-params.ts';
import { unwrap } from './syntax.ts';

const EXAMPLE = 'const IDS = [{ vendor: 0x0424, product: 0xec00 }];';
/** By what an id calls it: the letters before it, and how many digits it has. */
const FIELDS = { vendor: ['v', 4], product: ['p', 4] } as const;
const REST = 'd*dc*dsc*dp*ic*isc*ip*in*';

/** `value` is what stands after `usb_ids:`. */
export function readUsbAliases(
  checker: ts.TypeChecker,
  value: ts.Expression,
  findings: Findings,
): string[] {
  const bare = unwrap(value);
  const table = ts.isArrayLiteralExpression(bare) ? bare : initializerOf(checker, bare);
  if (table === undefined || !ts.isArrayLiteralExpression(table)) {
    findings.add(value, 'RZ1081', 'what a module is for is read without running it', EXAMPLE);
    return [];
  }
  return table.elements.flatMap((element) => {
    const alias = aliasOf(checker, unwrap(element));
    if (alias !== undefined) return [alias];
    findings.add(element, 'RZ1081', 'an id is made of constants from 0 to 0xffff', EXAMPLE);
    return [];
  });
}

function aliasOf(checker: ts.TypeChecker, element: ts.Expression): string | undefined {
  if (!ts.isObjectLiteralExpression(element)) return undefined;
  const said = new Map<string, number>();
  for (const property of element.properties) {
    const name = property.name?.getText() ?? '';
    const constant = ts.isPropertyAssignment(property)
      ? constantOf(checker, property.initializer)
      : undefined;
    const isNumber = typeof constant === 'number' && Number.isInteger(constant);
    if (!isNumber || constant < 0 || constant > 0xffff || !Object.hasOwn(FIELDS, name)) {
      return undefined;
    }
    said.set(name, constant);
  }
  const parts = Object.entries(FIELDS).map(([name, [letters, digits]]) => {
    const number = said.get(name);
    return letters + (number?.toString(16).toUpperCase().padStart(digits, '0') ?? '*');
  });
  return `usb:${parts.join('')}${REST}`;
}
