// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What lies in the sections of a `.ko`, as the toolchain writes it and the kernel reads it: Linux's
 * structures, for kernels of 64 and of 32 bits.
 *
 * Pointers in them are filled in by relocations. Linux: include/linux/module.h, moduleparam.h,
 * export-internal.h; scripts/mod/modpost.c.
 */

/** Sections by what they are for; those of the code itself are in `KO_SECTION`. */
export const SECTION = {
  TEXT: '.text',
  INIT_TEXT: '.init.text',
  EXIT_TEXT: '.exit.text',
  RODATA: '.rodata',
  DATA: '.data',
  BSS: '.bss',
  THIS_MODULE: '.gnu.linkonce.this_module',
  PARAM: '__param',
  VERSIONS: '__versions',
  SYMBOL_NAMES: '__ksymtab_strings',
  BUILD_ID: '.note.gnu.build-id',
} as const;

/** Exported symbols, and their versions; for all modules, and for those under the GPL. */
export const SYMBOL_TABLES = [
  { section: '__ksymtab', versions: '__kcrctab', isGplOnly: false },
  { section: '__ksymtab_gpl', versions: '__kcrctab_gpl', isGplOnly: true },
] as const;

/** Symbols that stand for the module itself and for what is run at its beginning and end. */
export const SPECIAL_SYMBOL = {
  MODULE: '__this_module',
  INIT: 'init_module',
  EXIT: 'cleanup_module',
} as const;

/** `struct module` as the file holds it: only its name and two pointers are not zero. */
export const THIS_MODULE = {
  64: { sizeBytes: 1280, align: 64, name: 24, init: 312, exit: 1192 },
  32: { sizeBytes: 512, align: 64, name: 12, init: 204, exit: 484 },
} as const;

/** The longest name of a module, with its NUL, on every board of ours. */
export const MODULE_NAME_LEN = 56;

/** `struct kernel_param`: name, module, operations, permissions, level, flags, value. */
export const KERNEL_PARAM = {
  64: { sizeBytes: 40, name: 0, module: 8, ops: 16, mode: 24, level: 26, flags: 27, value: 32 },
  32: { sizeBytes: 20, name: 0, module: 4, ops: 8, mode: 12, level: 14, flags: 15, value: 16 },
} as const;

/** `struct kernel_symbol`: how far it is to value, name and namespace, or where they are. */
export const KERNEL_SYMBOL_BYTES = 12;

/** `struct modversion_info`: the version, as wide as an address, and the symbol's name. */
export const MODVERSION_BYTES = 64;

/** What a parameter's type is to C, and to the driver. Linux: kernel/params.c. */
// prettier-ignore
export const PARAM_TYPES = {
  byte:    { kind: 'number', sizeBytes: 1, isSigned: false },
  short:   { kind: 'number', sizeBytes: 2, isSigned: true },
  ushort:  { kind: 'number', sizeBytes: 2, isSigned: false },
  int:     { kind: 'number', sizeBytes: 4, isSigned: true },
  uint:    { kind: 'number', sizeBytes: 4, isSigned: false },
  long:    { kind: 'number', sizeBytes: 'word', isSigned: true },
  ulong:   { kind: 'number', sizeBytes: 'word', isSigned: false },
  bool:    { kind: 'bool', sizeBytes: 1, isSigned: false },
  invbool: { kind: 'bool', sizeBytes: 1, isSigned: false },
  charp:   { kind: 'text', sizeBytes: 'word', isSigned: false },
} as const;

export type ParamType = keyof typeof PARAM_TYPES;

export function isParamType(text: string): text is ParamType {
  return Object.hasOwn(PARAM_TYPES, text);
}

/** What a parameter's operations are called in the kernel's symbol table. */
export const PARAM_OPS_PREFIX = 'param_ops_';

/** What arrays among a module's variables, with what is left behind each, are multiples of. */
export const GLOBAL_ALIGN = 32;

/** The room of such an array: its bytes, and a redzone up to the next multiple but one. */
export function globalRoom(sizeBytes: number): number {
  return (Math.ceil(sizeBytes / GLOBAL_ALIGN) + 1) * GLOBAL_ALIGN;
}
