// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A module's parameters: values in its `.data`, set from the words after `insmod x.ko` and through
 * sysfs.
 *
 * Linux: kernel/params.c.
 */
import { ELF } from '../../lib/elf-layout.ts';
import type { ElfFile, ElfSymbol } from '../../lib/elf.ts';
import { parseBool, parseInteger } from '../../lib/kstrto.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  isParamType,
  KERNEL_PARAM,
  PARAM_OPS_PREFIX,
  PARAM_TYPES,
  type ParamType,
  SECTION,
} from '../../uapi/module-sections.ts';

/** Memory in which the values lie. */
export interface ParameterMemory {
  read(address: number, sizeBytes: number): Uint8Array;
  write(address: number, bytes: Uint8Array): void;
  /** A copy of `bytes` of its own, or 0. Linux: kmalloc. */
  duplicate(bytes: Uint8Array): number;
  /** Frees what `duplicate` made. */
  release(address: number): void;
}

/** The longest text of a charp. */
const TEXT_BYTES_MAX = 1024;

/** What a parameter is in the file. */
export interface ParameterEntry {
  readonly name: string;
  readonly type: ParamType;
  readonly mode: number;
  readonly value: ElfSymbol;
  readonly sizeBytes: number;
}

/**
 * The entries of `__param`; undefined if one leads nowhere, or two have one name. Linux: struct
 * kernel_param.
 */
export function readParameterEntries(elf: ElfFile): ParameterEntry[] | undefined {
  const section = elf.sections.find(({ name }) => name === SECTION.PARAM);
  if (section === undefined) return [];
  const layout = KERNEL_PARAM[elf.bits];
  const view = new DataView(section.bytes.buffer, section.bytes.byteOffset, section.bytes.length);
  const byOffset = new Map(section.relocations?.map(({ offset, symbol }) => [offset, symbol]));
  const symbols = new Map(elf.symbols.map((symbol) => [symbol.name, symbol]));
  const entries: ParameterEntry[] = [];
  for (let at = 0; at + layout.sizeBytes <= view.byteLength; at += layout.sizeBytes) {
    const name = textAt(elf, symbols.get(byOffset.get(at + layout.name) ?? ''));
    const ops = byOffset.get(at + layout.ops) ?? '';
    const type = ops.startsWith(PARAM_OPS_PREFIX) ? ops.slice(PARAM_OPS_PREFIX.length) : '';
    const value = symbols.get(byOffset.get(at + layout.value) ?? '');
    if (name === undefined || !isParamType(type) || value === undefined) return undefined;
    const declared = PARAM_TYPES[type].sizeBytes;
    const sizeBytes = declared === 'word' ? elf.bits / 8 : declared;
    const data = elf.sections.find((it) => it.name === value.section);
    const isInside =
      data !== undefined &&
      (data.flags & (ELF.ALLOC | ELF.WRITE)) === (ELF.ALLOC | ELF.WRITE) &&
      value.value + sizeBytes <= data.size;
    if (!isInside || !isFileName(name)) return undefined;
    if (entries.some((it) => isSameParameter(it.name, name))) return undefined;
    const mode = view.getUint16(at + layout.mode, true) & 0o777;
    entries.push({ name, type, mode, value, sizeBytes });
  }
  return entries;
}

/** What may be a name in sysfs, and no property that objects have anyway. */
function isFileName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) && !name.startsWith('__');
}

function textAt(elf: ElfFile, symbol: ElfSymbol | undefined): string | undefined {
  const bytes = elf.sections.find(({ name }) => name === symbol?.section)?.bytes;
  if (symbol === undefined || bytes === undefined) return undefined;
  const rest = bytes.subarray(symbol.value, symbol.value + TEXT_BYTES_MAX);
  const end = rest.indexOf(0);
  return end < 0 ? undefined : decodeUtf8(rest.subarray(0, end));
}

/** One parameter of a loaded module. */
export class ModuleParameter {
  readonly name: string;
  readonly type: ParamType;
  readonly mode: number;
  readonly description: string;
  readonly #address: number;
  readonly #sizeBytes: number;
  readonly #memory: ParameterMemory;
  /** A text that was allocated, in place of the file's. */
  #owned = 0;

  constructor(
    entry: ParameterEntry,
    description: string,
    address: number,
    memory: ParameterMemory,
  ) {
    this.name = entry.name;
    this.type = entry.type;
    this.mode = entry.mode;
    this.description = description;
    this.#address = address;
    this.#sizeBytes = entry.sizeBytes;
    this.#memory = memory;
  }

  /** As the driver sees it. */
  get value(): number | boolean | string {
    const { kind } = PARAM_TYPES[this.type];
    if (kind === 'text') return this.#text();
    return kind === 'bool' ? this.#number() !== 0n : Number(this.#number());
  }

  /** As its file in sysfs shows it, without the newline. */
  get shown(): string {
    const { type } = this;
    if (PARAM_TYPES[type].kind === 'text') return this.#text();
    const number = this.#number();
    if (PARAM_TYPES[type].kind === 'number') return String(number);
    return (number !== 0n) === (type === 'bool') ? 'Y' : 'N';
  }

  /** Sets it from text; without one it was named alone. Returns 0 or a negative errno. */
  set(text: string | undefined): number {
    const { kind, isSigned } = PARAM_TYPES[this.type];
    if (kind === 'text') return text === undefined ? -ERRNO.EINVAL : this.#setText(text);
    if (kind === 'bool') {
      const said = text === undefined ? true : parseBool(text);
      if (said === undefined) return -ERRNO.EINVAL;
      this.#store(BigInt(said === (this.type === 'bool')));
      return 0;
    }
    const number = text === undefined ? undefined : parseInteger(text);
    if (number === undefined) return -ERRNO.EINVAL;
    const bits = 8 * this.#sizeBytes;
    const kept = isSigned ? BigInt.asIntN(bits, number) : BigInt.asUintN(bits, number);
    if (!isSigned && number < 0n) return -ERRNO.EINVAL;
    if (kept !== number) return -ERRNO.ERANGE;
    this.#store(number);
    return 0;
  }

  /** Frees a text that was set. */
  release(): void {
    if (this.#owned !== 0) this.#memory.release(this.#owned);
    this.#owned = 0;
  }

  #number(): bigint {
    let number = 0n;
    const bytes = this.#memory.read(this.#address, this.#sizeBytes);
    for (const byte of bytes.toReversed()) number = (number << 8n) | BigInt(byte);
    return PARAM_TYPES[this.type].isSigned ? BigInt.asIntN(8 * this.#sizeBytes, number) : number;
  }

  #store(number: bigint): void {
    const bytes = new Uint8Array(this.#sizeBytes);
    let rest = BigInt.asUintN(8 * bytes.length, number);
    for (let at = 0; at < bytes.length; at++, rest >>= 8n) bytes[at] = Number(rest & 255n);
    this.#memory.write(this.#address, bytes);
  }

  #text(): string {
    const pointer = Number(BigInt.asUintN(48, this.#number()));
    const bytes = this.#memory.read(pointer, TEXT_BYTES_MAX);
    const end = bytes.indexOf(0);
    return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
  }

  #setText(text: string): number {
    const bytes = encodeUtf8(`${text}\0`);
    if (bytes.length > TEXT_BYTES_MAX) return -ERRNO.ENOSPC;
    const copy = this.#memory.duplicate(bytes);
    if (copy === 0) return -ERRNO.ENOMEM;
    this.release();
    this.#owned = copy;
    this.#store(BigInt(copy >= 0x8000_0000_0000 ? copy - 0x1_0000_0000_0000 : copy));
    return 0;
  }
}

/** What `init` is given: each parameter's value when it is asked for. */
export function parameterValues(parameters: readonly ModuleParameter[]): object {
  const values: object = {};
  for (const parameter of parameters) {
    const get = Object.freeze(() => parameter.value);
    Object.defineProperty(values, parameter.name, { get, enumerable: true });
  }
  return Object.freeze(values);
}

/** Words of insmod's command line, as `name=value` or a name alone. Linux: next_arg. */
export function* parseWords(text: string): Generator<[name: string, value: string | undefined]> {
  let at = 0;
  while (at < text.length) {
    while (isSpace(text[at])) at++;
    const start = at;
    let isQuoted = false;
    for (; at < text.length && (isQuoted || !isSpace(text[at])); at++) {
      if (text[at] === '"') isQuoted = !isQuoted;
    }
    if (at === start) return;
    let word = text.slice(start, at);
    if (word.startsWith('"')) word = word.slice(1, word.endsWith('"') ? -1 : undefined);
    const equals = word.indexOf('=');
    if (equals < 0) {
      yield [word, undefined];
      continue;
    }
    const value = word.slice(equals + 1);
    const isBare = !value.startsWith('"');
    const inner = isBare ? value : value.slice(1, value.endsWith('"') ? -1 : undefined);
    yield [word.slice(0, equals), inner];
  }
}

/** True when both name one parameter: `-` and `_` are the same there. Linux: parameq. */
export function isSameParameter(a: string, b: string): boolean {
  return a.replaceAll('-', '_') === b.replaceAll('-', '_');
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\n';
}
