// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * From a path to a program that can run: the binary formats.
 *
 * An executable of the base system is an ELF file whose `.ringzero.program` section names a program
 * built into the machine; `#!` scripts name their interpreter.
 *
 * Linux: fs/exec.c, fs/binfmt_elf.c, fs/binfmt_script.c.
 */
import { vfsRead } from '../fs/read-write.ts';
import type { FsContext } from '../fs/path-walk.ts';
import type { Vfs } from '../fs/vfs.ts';
import { readElf, writeElf } from '../lib/elf.ts';
import { ELF } from '../lib/elf-layout.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { KernelBuffer } from '../mm/io-memory.ts';
import { ERRNO } from '../uapi/errno.ts';
import { S } from '../uapi/fs.ts';
import { ELF_MACHINE } from '../uapi/module-abi.ts';
import type { Program } from '../uapi/user-cpu.ts';

export const PROGRAM_SECTION = '.ringzero.program';

/** Linux: BINPRM_BUF_SIZE, the first line of a script at most. */
const SCRIPT_LINE_BYTES = 256;
/** Scripts whose interpreter is a script whose …, at most. Linux: exec_binprm's depth. */
const SCRIPTS_MAX = 5;

export interface Executable {
  readonly program: Program;
  readonly path: string;
  readonly argv: readonly string[];
  /** Who it runs as, where the file's set-id bits say so. */
  readonly setUid: number | undefined;
  readonly setGid: number | undefined;
}

/** The bytes of an executable that is the built-in program `name`. */
export function builtinExecutable(name: string): Uint8Array {
  const bytes = encodeUtf8(name);
  const section = { name: PROGRAM_SECTION, type: ELF.PROGBITS, flags: ELF.ALLOC, bytes };
  return writeElf({
    bits: 64,
    machine: ELF_MACHINE.pc,
    flags: 0,
    sections: [{ ...section, size: bytes.length }],
    symbols: [],
  });
}

export class ExecutableLoader {
  readonly #vfs: Vfs;
  readonly #programs: ReadonlyMap<string, Program>;

  constructor(vfs: Vfs, programs: ReadonlyMap<string, Program>) {
    this.#vfs = vfs;
    this.#programs = programs;
  }

  /** What `path` runs, or a negative errno. */
  load(ctx: FsContext, path: string, argv: readonly string[]): Executable | number {
    let at = path;
    let args = argv;
    for (let depth = 0; depth <= SCRIPTS_MAX; depth++) {
      const read = this.#read(ctx, at);
      if (typeof read === 'number') return read;
      const script = scriptLine(read.bytes);
      if (script === undefined) return this.#builtin(read, at, args);
      if (script.interpreter === '') return -ERRNO.ENOEXEC;
      args = [script.interpreter, ...script.argument, at, ...args.slice(1)];
      at = script.interpreter;
    }
    return -ERRNO.ELOOP;
  }

  #builtin(read: ReadFile, path: string, argv: readonly string[]): Executable | number {
    const elf = readElf(read.bytes);
    if (!elf.ok) return -ERRNO.ENOEXEC;
    const section = elf.file.sections.find(({ name }) => name === PROGRAM_SECTION);
    const program = section && this.#programs.get(decodeUtf8(section.bytes));
    if (program === undefined) return -ERRNO.ENOEXEC;
    return { program, path, argv, setUid: read.setUid, setGid: read.setGid };
  }

  #read(ctx: FsContext, path: string): ReadFile | number {
    const file = this.#vfs.openExec(ctx, path);
    if (typeof file === 'number') return file;
    const { mode, size, uid, gid } = file.inode;
    const bytes = new Uint8Array(size);
    vfsRead(file, new KernelBuffer(bytes), 0, size);
    this.#vfs.close(file);
    const setUid = (mode & S.ISUID) === 0 ? undefined : uid;
    const setGid = (mode & S.ISGID) === 0 ? undefined : gid;
    return { bytes, setUid, setGid };
  }
}

interface ReadFile {
  readonly bytes: Uint8Array;
  readonly setUid: number | undefined;
  readonly setGid: number | undefined;
}

/** `#! interpreter [argument]`, where everything after the interpreter is one argument. */
function scriptLine(
  bytes: Uint8Array,
): { readonly interpreter: string; readonly argument: readonly string[] } | undefined {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return undefined;
  const newline = bytes.indexOf(0x0a);
  const end = Math.min(newline < 0 ? bytes.length : newline, SCRIPT_LINE_BYTES);
  const line = decodeUtf8(bytes.subarray(2, end)).trim();
  const space = line.search(/[ \t]/);
  if (space < 0) return { interpreter: line, argument: [] };
  return { interpreter: line.slice(0, space), argument: [line.slice(space).trim()] };
}
