// SPDX-License-Identifier: GPL-2.0-or-later
/** The list of loaded modules, from /proc/modules. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Libc } from '../libc/libc.ts';
import { errorText } from './command.ts';

export interface LoadedModule {
  readonly name: string;
  readonly size: string;
  readonly references: number;
  /** Modules that use it. */
  readonly holders: readonly string[];
}

export function* loadedModules(c: Libc): Sleeping<readonly LoadedModule[] | number> {
  const bytes = yield* c.read_file('/proc/modules');
  return typeof bytes === 'number' ? bytes : parseModules(decodeUtf8(bytes));
}

/** Lines like `helloworld 12288 0 - Live 0xffffffffc0000000 (O)`. */
export function parseModules(text: string): readonly LoadedModule[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', size = '0', references = '0', holders = '-'] = line.split(' ');
      return {
        name,
        size,
        references: Number(references),
        holders: holders.split(',').filter((holder) => holder !== '' && holder !== '-'),
      };
    });
}

/** A file or module name as the kernel knows it: `./yes-chardev.ko` is `yes_chardev`. */
export function moduleName(text: string): string {
  const file = text.slice(text.lastIndexOf('/') + 1);
  return file.replace(/\.ko(\..*)?$/, '').replaceAll('-', '_');
}

/** delete_module(2), with the complaint of kmod's library if it fails. */
export function* removeModule(c: Libc, name: string, flags: number): Sleeping<number> {
  const failure = yield* c.delete_module(name, flags);
  if (failure === 0) return 0;
  const where = '../libkmod/libkmod-module.c:856 kmod_module_remove_module()';
  const what = `could not remove '${name}': ${errorText(failure)}`;
  yield* c.err(`${c.program}: ERROR: ${where} ${what}\n`);
  return failure;
}
