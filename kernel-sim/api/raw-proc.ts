// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files of a driver's own in /proc: a function that says what is in one when somebody reads it.
 *
 * @subpath kernel/raw
 */
import type { FileOperations } from '../fs/open-file.ts';
import type { ProcEntry } from '../fs/procfs/proc-entries.ts';
import { SleepingSeqFile } from '../fs/seq-file.ts';
import { entryPath } from '../kernel/module/sites.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo } from './raw-value.ts';

/** Linux: sizeof(struct proc_dir_entry), sizeof(struct seq_file). */
const ENTRY_BYTES = 192;
const SEQ_FILE_BYTES = 120;
const MODE_MASK = 0o777;
const DEFAULT_MODE = 0o444;
const READ_PATH = entryPath('ksys_read', 'vfs_read', 'proc_reg_read', 'seq_read_iter');

/**
 * What says what is in a file of /proc.
 *
 * @public
 */
export interface ShowFunction {
  /**
   * Called when somebody reads the file from its start. Writes to `file` with `seq_puts`, and
   * answers 0 or a negative errno.
   *
   * @context process
   * @raw
   */
  (file: VoidPtr, data: VoidPtr): number;
}

/** @exports */
export class RawProcApi {
  readonly #context: ApiContext;
  /** What has been written to the files that are being shown, by their addresses. */
  readonly #texts = new Map<number, string[]>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Makes a directory in `parent`, NULL for /proc itself. NULL if there is one, or no memory.
   *
   * Context: process. Linux: proc_mkdir.
   *
   * @raw
   */
  proc_mkdir(name: string, parent: VoidPtr): VoidPtr {
    return this.#add(String(name), parent, undefined);
  }

  /**
   * Makes a file in `parent`, NULL for /proc itself, that `show` writes when it is read. NULL if
   * there is one, or no memory. It must be gone before the module is.
   *
   * Context: process. Linux: proc_create_single_data.
   *
   * @symbol proc_create_single_data
   * @raw
   */
  proc_create_single(name: string, mode: number, parent: VoidPtr, show: ShowFunction): VoidPtr {
    const func = this.#context.runtime.addressOf(show);
    const ops = new SleepingSeqFile(() => this.#show(func));
    return this.#add(String(name), parent, { ops, mode: intOf(mode) & MODE_MASK || DEFAULT_MODE });
  }

  /**
   * Writes a text to a file of /proc that is being read.
   *
   * Context: process, in what was given to `proc_create_single`. Linux: seq_puts.
   *
   * @raw
   */
  seq_puts(file: VoidPtr, text: string): void {
    this.#texts.get(addressOf(file))?.push(String(text));
  }

  /**
   * Takes an entry of a directory away, NULL for /proc itself, by its name.
   *
   * Context: process. Linux: remove_proc_entry.
   *
   * @raw
   */
  remove_proc_entry(name: string, parent: VoidPtr): void {
    const { procEntries, slabs, scheduler } = this.#context.services;
    scheduler.mightSleep();
    const entries = procEntries();
    const entry = entries.removeNamed(String(name), entries.at(addressOf(parent)));
    // What was below it stays where it is, and nobody knows it any more.
    if (entry !== undefined) slabs.kfree(entry.pointer);
  }

  /**
   * Takes an entry away, with all that is below it. NULL is none.
   *
   * Context: process. Linux: proc_remove.
   *
   * @raw
   */
  proc_remove(entry: VoidPtr): void {
    const { procEntries, scheduler } = this.#context.services;
    scheduler.mightSleep();
    const known = procEntries().at(addressOf(entry));
    if (known === undefined) return;
    procEntries().remove(known);
    this.#free(known);
  }

  #free({ pointer, children }: ProcEntry): void {
    for (const child of children.values()) this.#free(child);
    this.#context.services.slabs.kfree(pointer);
  }

  #add(
    name: string,
    parent: VoidPtr,
    file: { readonly ops: FileOperations; readonly mode: number } | undefined,
  ): VoidPtr {
    const { procEntries, slabs, scheduler } = this.#context.services;
    scheduler.mightSleep();
    const pointer = slabs.kmalloc(ENTRY_BYTES);
    if (pointer === 0) return pointerTo(0);
    const entries = procEntries();
    if (isName(name) && entries.add(name, entries.at(addressOf(parent)), pointer, file)) {
      // /proc leads to it.
      slabs.leaks.notLeak(pointer);
      return pointerTo(pointer);
    }
    slabs.kfree(pointer);
    return pointerTo(0);
  }

  /** What `show` writes, or the errno that it answers. */
  *#show(func: number): Sleeping<string | number> {
    const { slabs, functions } = this.#context.services;
    const seq = slabs.kmalloc(SEQ_FILE_BYTES);
    if (seq === 0) return -ERRNO.ENOMEM;
    const text: string[] = [];
    this.#texts.set(seq, text);
    const answer = intOf(yield* functions().call(READ_PATH, () => func, seq, 0));
    this.#texts.delete(seq);
    slabs.kfree(seq);
    return answer < 0 ? answer : text.join('');
  }
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/u.test(name) && name.length < 256;
}
