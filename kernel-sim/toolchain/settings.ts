// SPDX-License-Identifier: GPL-2.0-or-later
/** How the compiler is set for a driver, and where its files lie for it. */
import ts from 'typescript';

const LIB_PATH = '/lib/lib.driver.d.ts';
const API_FOLDER = '/api/';
/** Headers of other modules of the same Kbuild. */
const HEADER_FOLDER = '/module/';

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

/** For a module's header: its comments are read by whoever includes it. */
export const HEADER_OPTIONS: ts.CompilerOptions = {
  ...OPTIONS,
  declaration: true,
  removeComments: false,
};

/** Where a declaration comes from: who wrote it decides what may be asked of it. */
export type Origin = 'driver' | 'api' | 'lib';

export function originOf(fileName: string): Origin {
  if (fileName === LIB_PATH) return 'lib';
  return fileName.startsWith(API_FOLDER) || isHeader(fileName) ? 'api' : 'driver';
}

/** True for the header of another module, whose functions are symbols of the kernel. */
export function isHeader(fileName: string): boolean {
  return fileName.startsWith(HEADER_FOLDER);
}

export const PATHS = {
  lib: LIB_PATH,
  /** `kernel/fs` → its declaration file. */
  api: (subpath: string): string => `${API_FOLDER}${subpath}.d.ts`,
  /** The header that stands for a source file of another module. */
  header: (path: string): string =>
    `${HEADER_FOLDER}${path.slice(path.lastIndexOf('/') + 1).replace(/\.ts$/, '')}.d.ts`,
  isHeader,
  isOurs: (path: string): boolean => originOf(path) !== 'driver',
} as const;
