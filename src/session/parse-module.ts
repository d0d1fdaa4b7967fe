// SPDX-License-Identifier: GPL-2.0-or-later
/** Whether what the kernel's worker says of a module has the shape of a `ModuleDetail`. */
import type { ModuleDetail } from '../../kernel-sim/machine-types.ts';
import {
  hasShape,
  isCount,
  isFlag,
  isListOf,
  isText,
  listOf,
  type Guard,
  type Shape,
} from './guards.ts';

const isNames: Guard<unknown> = (value): value is string[] => isListOf(value, isText);
const isOptionalText: Guard<unknown> = (value): value is string | undefined =>
  value === undefined || isText(value);

const SECTION = { name: isText, address: isText, sizeBytes: isCount };
const SYMBOL = { ...SECTION, kind: isText, isExported: isFlag, isGplOnly: isFlag };
const IMPORT = { name: isText, from: isText };
const HOLDER = { pid: isCount, name: isText, fd: isCount, path: isText };
const PARAMETER = {
  name: isText,
  type: isText,
  value: isText,
  description: isText,
  mode: isCount,
};
const DETAIL: Shape = {
  name: isText,
  version: isOptionalText,
  license: isText,
  description: isText,
  author: isText,
  sections: listOf(SECTION),
  symbols: listOf(SYMBOL),
  imports: listOf(IMPORT),
  dependsOn: isNames,
  usedBy: isNames,
  references: isCount,
  holders: listOf(HOLDER),
  parameters: listOf(PARAMETER),
  taints: isText,
};

export function isModuleDetail(value: unknown): value is ModuleDetail {
  return hasShape(value, DETAIL);
}
