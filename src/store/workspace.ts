// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files between their three homes: the editor (the store), this browser (storage and journal) and
 * the machine, which gets each save as an input.
 *
 * Whatever is about to be replaced is kept as a version first, so that neither a reset nor a
 * program in the machine can lose somebody's text.
 */
import type { BootFile, Input } from '../../kernel-sim/machine-types.ts';
import type { BootRequest } from '../session/messages.ts';
import { EditJournal } from './edit-journal.ts';
import { isDirty, projectsOf, type SourceFile } from './file-slice.ts';
import { FileStorage, type FileVersion } from './file-storage.ts';
import type { PlaygroundStore } from './playground-store.ts';
import { readProject, textOf } from './project-memory.ts';

const JOURNAL_AFTER_MS = 150;
const SAVE_AFTER_MS = 400;
const FIRST_PROJECT = 'hello_world';

type HomeFiles = Pick<BootRequest, 'files' | 'removed'>;

export class Workspace {
  readonly #store: PlaygroundStore;
  readonly #storage = new FileStorage();
  readonly #journal = new EditJournal();
  readonly #send: (input: Input) => void;
  readonly #encoder = new TextEncoder();
  #journalTimer: ReturnType<typeof setTimeout> | undefined;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: PlaygroundStore, send: (input: Input) => void) {
    this.#store = store;
    this.#send = send;
    const leave = (): void => this.#journal.flush();
    addEventListener('pagehide', leave);
    document.addEventListener('visibilitychange', leave);
  }

  /** What ships, under what this browser has kept: fills the store, returns what to boot with. */
  async open(shipped: readonly BootFile[]): Promise<HomeFiles> {
    const shippedBytes = new Map(shipped.map(({ path, bytes }) => [path, bytes]));
    const merged = new Map<string, Uint8Array>(shippedBytes);
    const removed: string[] = [];
    for (const { path, bytes } of await this.#storage.readAll()) {
      if (bytes === null) {
        merged.delete(path);
        removed.push(path);
      } else {
        merged.set(path, bytes);
      }
    }
    for (const [path, text] of Object.entries(this.#journal.edits)) {
      const bytes = this.#encoder.encode(text);
      merged.set(path, bytes);
      void this.#keep(path, text);
    }

    const files: Record<string, SourceFile> = {};
    for (const [path, bytes] of merged) {
      const text = textOf(bytes);
      if (text === undefined) continue;
      const shippedText = textOf(shippedBytes.get(path));
      files[path] = { path, text, savedText: text, shippedText };
    }
    this.#show(files);
    const changed = [...merged].filter(([path, bytes]) => shippedBytes.get(path) !== bytes);
    return { files: changed.map(([path, bytes]) => ({ path, bytes })), removed };
  }

  edit(path: string, text: string): void {
    this.#store.getState().editFile(path, text);
    this.#journal.note(path, text);
    clearTimeout(this.#journalTimer);
    this.#journalTimer = setTimeout(() => this.#journal.flush(), JOURNAL_AFTER_MS);
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.save(), SAVE_AFTER_MS);
  }

  /** Gives every edited file to the machine and to the database. */
  save(): void {
    clearTimeout(this.#saveTimer);
    for (const file of Object.values(this.#store.getState().files)) {
      if (!isDirty(file)) continue;
      this.#sendFile(file.path, file.text);
      this.#store.getState().markSaved(file.path, file.text);
      void this.#keep(file.path, file.text);
    }
  }

  async versionsOf(path: string): Promise<readonly FileVersion[]> {
    return this.#storage.versionsOf(path);
  }

  async keepVersion(path: string, reason: string): Promise<void> {
    const text = this.#store.getState().files[path]?.text;
    if (text === undefined) return;
    await this.#storage.addVersion({ path, atMs: Date.now(), text, reason });
  }

  /** Replaces a file's text; what stood there becomes a version. */
  async replace(path: string, text: string, reason: string): Promise<void> {
    await this.keepVersion(path, reason);
    this.edit(path, text);
    this.save();
  }

  /** Every file of a project as it ships; those that do not ship stay. */
  async resetProject(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const file = this.#store.getState().files[path];
      if (file?.shippedText === undefined || file.text === file.shippedText) continue;
      await this.replace(path, file.shippedText, 'Before the example was reset');
    }
  }

  /** A program in the machine wrote or removed a file. */
  receive(path: string, bytes: Uint8Array | null): void {
    if (path.endsWith('.ko')) return; // Made from the rest, and made again.
    const text = textOf(bytes ?? undefined);
    const file = this.#store.getState().files[path];
    // An edit under way wins: it is saved over the program's text, and nothing typed is lost.
    if (file !== undefined && isDirty(file)) return;
    void this.#storage.put(path, bytes);
    if (text === undefined) {
      this.#store.getState().hideFile(path);
      return;
    }
    if (file === undefined) {
      this.#store.getState().showFile({ path, text, savedText: text, shippedText: undefined });
    } else if (file.text !== text) {
      void this.keepVersion(path, 'Before a program wrote it');
      this.#store.getState().showFile({ ...file, text, savedText: text });
    }
  }

  #show(files: Readonly<Record<string, SourceFile>>): void {
    const state = this.#store.getState();
    state.showFiles(files);
    if (state.openPath !== undefined && files[state.openPath] !== undefined) return;
    const projects = projectsOf({ files });
    const wanted = [readProject(), FIRST_PROJECT, projects[0]].find(
      (name) => name !== undefined && projects.includes(name),
    );
    if (wanted !== undefined) state.openProject(wanted);
  }

  #sendFile(path: string, text: string): void {
    this.#send({ kind: 'write-file', path, bytes: this.#encoder.encode(text) });
  }

  async #keep(path: string, text: string): Promise<void> {
    const shippedText = this.#store.getState().files[path]?.shippedText;
    const isKept =
      text === shippedText
        ? await this.#storage.forget(path).then(() => true)
        : await this.#storage.put(path, this.#encoder.encode(text));
    if (isKept) this.#journal.settle(path, text);
  }
}
