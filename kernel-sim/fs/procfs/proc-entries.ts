// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files and directories of /proc that drivers make. Each has an address, by which its driver knows
 * it; whoever makes one twice or takes away what is not there is told so.
 *
 * Linux: fs/proc/generic.c.
 */
import type { Warner } from '../../kernel/warner.ts';
import type { FileOperations } from '../open-file.ts';
import type { ProcFs } from './procfs.ts';

export interface ProcEntry {
  /** Kernel address of its struct proc_dir_entry. */
  readonly pointer: number;
  readonly name: string;
  /** From /proc on. */
  readonly path: string;
  readonly parent: ProcEntry | undefined;
  readonly children: Map<string, ProcEntry>;
}

export class ProcEntries {
  readonly #procfs: ProcFs;
  readonly #warner: () => Warner;
  readonly #byPointer = new Map<number, ProcEntry>();
  readonly #top = new Map<string, ProcEntry>();

  constructor(procfs: ProcFs, warner: () => Warner) {
    this.#procfs = procfs;
    this.#warner = warner;
  }

  /** The entry that lies at an address; undefined for /proc itself, and for what is none. */
  at(pointer: number): ProcEntry | undefined {
    return this.#byPointer.get(pointer);
  }

  /** The entry of that name in a directory. */
  find(name: string, parent: ProcEntry | undefined): ProcEntry | undefined {
    return (parent?.children ?? this.#top).get(name);
  }

  /** False when there is one already, which is reported. Linux: proc_register. */
  add(
    name: string,
    parent: ProcEntry | undefined,
    pointer: number,
    file?: { readonly ops: FileOperations; readonly mode: number },
  ): boolean {
    const path = parent === undefined ? name : `${parent.path}/${name}`;
    if (this.#procfs.has(path)) {
      const text = `proc_dir_entry '${nameOf(parent)}/${name}' already registered`;
      this.#warner().warn(text);
      return false;
    }
    const entry = { pointer, name, path, parent, children: new Map() };
    this.#byPointer.set(pointer, entry);
    (parent?.children ?? this.#top).set(name, entry);
    if (file === undefined) this.#procfs.registerDirectory(path);
    else this.#procfs.register(path, file);
    return true;
  }

  /**
   * Takes an entry away by its name. Answers it with all that was below it, which nobody can take
   * away any more. Linux: remove_proc_entry.
   */
  removeNamed(name: string, parent: ProcEntry | undefined): ProcEntry | undefined {
    const entry = this.find(name, parent);
    if (entry === undefined) {
      this.#warner().warn(`name '${name}'`);
      return undefined;
    }
    const [left] = entry.children.keys();
    this.remove(entry);
    if (left !== undefined) {
      this.#warner().warn(
        `remove_proc_entry: removing non-empty directory '${nameOf(parent)}/${name}', ` +
          `leaking at least '${left}'`,
      );
    }
    return entry;
  }

  /** Takes an entry away, with all below it. Linux: proc_remove. */
  remove(entry: ProcEntry): void {
    this.#procfs.remove(entry.path);
    (entry.parent?.children ?? this.#top).delete(entry.name);
    this.#forget(entry);
  }

  #forget(entry: ProcEntry): void {
    this.#byPointer.delete(entry.pointer);
    for (const child of entry.children.values()) this.#forget(child);
  }
}

function nameOf(directory: ProcEntry | undefined): string {
  return directory?.name ?? '/proc';
}
