// SPDX-License-Identifier: GPL-2.0-or-later
/** From the code of an executable to a program: the host evaluates it, the C library runs it. */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Host } from '../machine-types.ts';
import type { SiteTable } from '../uapi/module-abi.ts';
import type { ProgramFactory } from '../uapi/program-abi.ts';
import type { Program } from '../uapi/user-cpu.ts';
import { compiledProgram } from '../user/libc/program/program.ts';

/** Undefined for what is no code of a program. */
export function loadProgram(code: string, sites: Uint8Array, host: Host): Program | undefined {
  let factory: unknown;
  try {
    factory = host.evaluate(code, 'a.out');
  } catch {
    return undefined;
  }
  if (typeof factory !== 'function') return undefined;
  return compiledProgram({ factory: factory as ProgramFactory, sites: () => readSites(sites) });
}

/** What the file says of its places, if it is a table at all: it is only read to be printed. */
function readSites(bytes: Uint8Array): SiteTable | undefined {
  try {
    const { files, functions, sites } = JSON.parse(decodeUtf8(bytes)) as Partial<SiteTable>;
    const isTable = Array.isArray(files) && Array.isArray(functions) && Array.isArray(sites);
    return isTable ? { files, functions, sites } : undefined;
  } catch {
    return undefined;
  }
}
