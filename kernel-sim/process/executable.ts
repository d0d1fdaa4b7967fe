// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * From a path to a program that can run: the binary formats.
 *
 * An executable of the base system is an ELF file whose `.ringzero.program` section names a program
 * built into the machine; one that `cc` made holds its code (uapi/program-abi.ts). `#!` scripts
 * name their interpreter, and other files may have one by the ending of their name.
 *
 * Linux: fs/exec.c, fs/binfmt_elf.c, fs/binfmt_script.c, fs/binfmt_misc.c.
 */
import { pathText } from '../fs/mount.ts';
import type { OpenFile } from '../fs/open-file.ts';
import { MAY, permission } from '../fs/permission.ts';
import { vfsPread } from '../fs/read-write.ts';
import type { FsContext } from '../fs/path-walk.ts';
import type { Vfs } from '../fs/vfs.ts';
import { type ElfFile, type ElfSection, readElf, writeElf } from '../lib/elf.ts';
import { ELF } from '../lib/elf-layout.ts';
import { sha1 } from '../lib/sha1.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { KernelBuffer } from '../mm/io-memory.ts';
import { ERRNO } from '../uapi/errno.ts';
import { S } from '../uapi/fs.ts';
import { ELF_MACHINE } from '../uapi/module-abi.ts';
import { buildIdNote, PROGRAM_SECTION } from '../uapi/program-abi.ts';
import type { Program } from '../uapi/user-cpu.ts';

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

/** The bytes of an executable that is the built-in program `name` and knows `options`. */
export function builtinExecutable(name: string, options: readonly string[] = []): Uint8Array {
  const sections = [section(PROGRAM_SECTION.BUILTIN, ELF.ALLOC, name)];
  if (options.length > 0) sections.push(section(PROGRAM_SECTION.OPTIONS, 0, options.join('\n')));
  return writeElf({
    bits: 64,
    type: ELF.EXEC,
    machine: ELF_MACHINE.pc,
    flags: 0,
    sections,
    symbols: [],
  });
}

function section(name: string, flags: number, text: string): ElfSection {
  const bytes = encodeUtf8(text);
  return { name, type: ELF.PROGBITS, flags, bytes, size: bytes.length };
}

/** What is known of programs elsewhere. */
export interface KnownPrograms {
  /** Those that are built into the machine, by name. */
  readonly builtin: ReadonlyMap<string, Program>;
  /** Makes a program from compiled code; undefined when it is none. */
  readonly compiled: (code: string, sites: Uint8Array) => Program | undefined;
  /** Interpreters by the ending of a file's name. Linux: binfmt_misc's type E. */
  readonly interpreters: ReadonlyMap<string, string>;
}

export class ExecutableLoader {
  readonly #vfs: Vfs;
  readonly #known: KnownPrograms;

  constructor(vfs: Vfs, known: KnownPrograms) {
    this.#vfs = vfs;
    this.#known = known;
  }

  /** What a path or an open file runs, or a negative errno. */
  load(ctx: FsContext, target: string | OpenFile, argv: readonly string[]): Executable | number {
    let at = typeof target === 'string' ? target : pathText(target.path, ctx.root);
    let args = argv;
    for (let depth = 0; depth <= SCRIPTS_MAX; depth++) {
      const isFile = depth === 0 && typeof target !== 'string';
      const read = isFile ? this.#readOpen(ctx, target) : this.#read(ctx, at);
      if (typeof read === 'number') return read;
      const script = scriptLine(read.bytes) ?? this.#interpreterOf(at, read.bytes);
      if (script === undefined) return this.#elf(read, at, args);
      if (script.interpreter === '') return -ERRNO.ENOEXEC;
      args = [script.interpreter, ...script.argument, at, ...args.slice(1)];
      at = script.interpreter;
    }
    return -ERRNO.ELOOP;
  }

  /** An executable is what it is, however it is called. */
  #interpreterOf(path: string, bytes: Uint8Array): ScriptLine | undefined {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const dot = name.lastIndexOf('.');
    const isElf = bytes[0] === 0x7f && bytes[1] === 0x45;
    const interpreter =
      dot < 0 || isElf ? undefined : this.#known.interpreters.get(name.slice(dot));
    return interpreter === undefined ? undefined : { interpreter, argument: [] };
  }

  #elf(read: ReadFile, path: string, argv: readonly string[]): Executable | number {
    const elf = readElf(read.bytes);
    if (!elf.ok || elf.file.type !== ELF.EXEC) return -ERRNO.ENOEXEC;
    const { setUid, setGid } = read;
    const name = sectionOf(elf.file, PROGRAM_SECTION.BUILTIN);
    const program =
      name === undefined ? this.#compiled(elf.file) : this.#known.builtin.get(decodeUtf8(name));
    return program === undefined ? -ERRNO.ENOEXEC : { program, path, argv, setUid, setGid };
  }

  #compiled(file: ElfFile): Program | undefined {
    const code = sectionOf(file, PROGRAM_SECTION.CODE);
    const sites = sectionOf(file, PROGRAM_SECTION.SITES);
    const buildId = sectionOf(file, PROGRAM_SECTION.BUILD_ID);
    if (code === undefined || sites === undefined || buildId === undefined) return undefined;
    const wanted = buildIdNote(sha1(code, sites));
    const isWhole =
      buildId.length === wanted.length && wanted.every((byte, at) => byte === buildId[at]);
    return isWhole ? this.#known.compiled(decodeUtf8(code), sites) : undefined;
  }

  #read(ctx: FsContext, path: string): ReadFile | number {
    const file = this.#vfs.openExec(ctx, path);
    if (typeof file === 'number') return file;
    const read = readWhole(file);
    this.#vfs.close(file);
    return read;
  }

  #readOpen(ctx: FsContext, file: OpenFile): ReadFile | number {
    if (!file.inode.isRegular) return -ERRNO.EACCES;
    return permission(file.inode, ctx.credentials, MAY.EXEC) || readWhole(file);
  }
}

function readWhole(file: OpenFile): ReadFile | number {
  const { mode, size, uid, gid } = file.inode;
  if (size > EXECUTABLE_BYTES_MAX) return -ERRNO.ENOEXEC;
  const bytes = new Uint8Array(size);
  vfsPread(file, new KernelBuffer(bytes), 0, size, 0);
  const setUid = (mode & S.ISUID) === 0 ? undefined : uid;
  const setGid = (mode & S.ISGID) === 0 ? undefined : gid;
  return { bytes, setUid, setGid };
}

/** More than the machine has memory: such a file has holes, which no program has. */
const EXECUTABLE_BYTES_MAX = 64 * 1024 * 1024;

interface ReadFile {
  readonly bytes: Uint8Array;
  readonly setUid: number | undefined;
  readonly setGid: number | undefined;
}

interface ScriptLine {
  readonly interpreter: string;
  readonly argument: readonly string[];
}

function sectionOf(file: ElfFile, wanted: string): Uint8Array | undefined {
  return file.sections.find(({ name }) => name === wanted)?.bytes;
}

/** `#! interpreter [argument]`, where everything after the interpreter is one argument. */
function scriptLine(bytes: Uint8Array): ScriptLine | undefined {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return undefined;
  const newline = bytes.indexOf(0x0a);
  const end = Math.min(newline < 0 ? bytes.length : newline, SCRIPT_LINE_BYTES);
  const line = decodeUtf8(bytes.subarray(2, end)).trim();
  const space = line.search(/[ \t]/);
  if (space < 0) return { interpreter: line, argument: [] };
  return { interpreter: line.slice(0, space), argument: [line.slice(space).trim()] };
}
