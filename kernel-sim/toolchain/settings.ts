// SPDX-License-Identifier: GPL-2.0-or-later
/** How the compiler is set for a driver, and where its files lie for it. */
import ts from 'typescript';

const LIB_PATH = '/lib/lib.driver.d.ts';
const API_FOLDER = '/api/';

export const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  noUnusedLocals: true,
  allowUnusedLabels: true,
  allowImportingTsExtensions: true,
  types: [],
  sourceMap: true,
  removeComments: true,
  newLine: ts.NewLineKind.LineFeed,
  // The main file's name is the folder's; nothing is ever written under it.
  outDir: '/out',
  rootDir: '/',
  ignoreDeprecations: '6.0',
};

/** Where a declaration comes from: who wrote it decides what may be asked of it. */
export type Origin = 'driver' | 'api' | 'lib';

export function originOf(fileName: string): Origin {
  if (fileName === LIB_PATH) return 'lib';
  return fileName.startsWith(API_FOLDER) ? 'api' : 'driver';
}

export const PATHS = {
  lib: LIB_PATH,
  /** `kernel/fs` → its declaration file. */
  api: (subpath: string): string => `${API_FOLDER}${subpath}.d.ts`,
  isOurs: (path: string): boolean => originOf(path) !== 'driver',
} as const;
