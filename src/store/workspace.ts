// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files between their three homes: the editor (the store), this browser (storage and journal) and
 * the machine, which gets each change as an input.
 *
 * Whatever is about to be replaced is kept as a version first, so that neither a reset nor a
 * program in the machine can lose somebody's text. Modules that a build makes live in the machine
 * only: they fit the kernel they were built for, and are made again from their sources.
 */
import type { BootFile, Input } from '../../kernel-sim/machine-types.ts';
import type { BootRequest } from '../session/messages.ts';
import { EditJournal } from './edit-journal.ts';
import { HOME, isDirty, projectsOf, type SourceFile } from './file-slice.ts';
import { FILE_BYTES_MAX, FileStorage, type FileVersion } from './file-storage.ts';
import type { PlaygroundStore } from './playground-store.ts';
import { readProject, textOf } from './project-memory.ts';
import { isInside, parentOf, withParents, type BinaryFile } from './tree-slice.ts';

const JOURNAL_AFTER_MS = 150;
const SAVE_AFTER_MS = 400;
const FIRST_PROJECT = 'hello_world';
const NOTHING = new Uint8Array();

type HomeFiles = Pick<BootRequest, 'files' | 'removed'>;

/** A file or an empty folder, to be put back as it was. */
type Removed = BootFile;

export class Workspace {
  /** Told of each file that this tab saves. */
  onSaved: (path: string) => void = () => undefined;
  readonly #store: PlaygroundStore;
  readonly #storage = new FileStorage();
  readonly #journal = new EditJournal();
  readonly #send: (input: Input) => void;
  readonly #encoder = new TextEncoder();
  /** Content of files that are no text. */
  readonly #binaries = new Map<string, Uint8Array>();
  #shipped: ReadonlyMap<string, Uint8Array> = new Map();
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
    this.#shipped = new Map(shipped.map(({ path, bytes }) => [path, bytes]));
    const merged = new Map<string, Uint8Array>(this.#shipped);
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
      merged.set(path, this.#encoder.encode(text));
      void this.#keepText(path, text);
    }
    this.#show(merged);
    const changed = [...merged].filter(([path, bytes]) => this.#shipped.get(path) !== bytes);
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
      this.#send({ kind: 'write-file', path: file.path, bytes: this.#encoder.encode(file.text) });
      this.#store.getState().markSaved(file.path, file.text);
      void this.#keepText(file.path, file.text);
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

  /** Forgets all that this browser keeps of the home but versions, into which each text goes. */
  async forgetAll(): Promise<void> {
    clearTimeout(this.#saveTimer);
    for (const { path, text, shippedText } of Object.values(this.#store.getState().files)) {
      if (text !== shippedText) await this.keepVersion(path, 'Before everything was reset');
    }
    this.#journal.clear();
    await this.#storage.clear();
  }

  /** A program in the machine wrote or removed a file, or made or removed a folder. */
  receive(path: string, bytes: Uint8Array | null): void {
    const state = this.#store.getState();
    if (path.endsWith('/')) {
      const folder = path.slice(0, -1);
      if (bytes === null) state.dropFolder(folder);
      else state.addFolder(folder);
      void this.#keepBytes(path, bytes);
      return;
    }
    // An edit under way wins: it is saved over the program's text, and nothing typed is lost.
    const file = state.files[path];
    if (file !== undefined && isDirty(file)) return;
    const isBuilt = path.endsWith('.ko');
    if (!isBuilt) void this.#keepBytes(path, bytes);
    if (bytes === null) this.#hide(path);
    else this.#showFile(path, bytes, isBuilt);
  }

  // ---- What people do to the tree ---------------------------------------------------------

  /** Makes or replaces a file; false when it is too large for this browser to keep. */
  async writeFile(path: string, bytes: Uint8Array): Promise<boolean> {
    await this.keepVersion(path, 'Before it was replaced');
    this.#send({ kind: 'write-file', path, bytes });
    this.#showFile(path, bytes, false);
    await this.#keepBytes(path, bytes);
    return bytes.byteLength <= FILE_BYTES_MAX;
  }

  makeFolder(path: string): void {
    this.#send({ kind: 'write-file', path: `${path}/`, bytes: NOTHING });
    this.#store.getState().addFolder(path);
    void this.#keepBytes(`${path}/`, NOTHING);
  }

  rename(from: string, to: string): void {
    this.save();
    const moved = this.#below(from);
    this.#send({ kind: 'rename-file', from, to });
    const { openPath, project, openFolders } = this.#store.getState();
    const renamed = (path: string): string => to + path.slice(from.length);
    const isBuilt = (path: string): boolean =>
      this.#store.getState().binaries[path]?.isBuilt === true;
    const files = moved.map((file) => ({ ...file, isBuilt: isBuilt(file.path) }));
    this.#drop(from, moved);
    for (const { path, bytes, isBuilt: isMade } of files) {
      const target = renamed(path);
      if (path.endsWith('/')) this.#store.getState().addFolder(target.slice(0, -1));
      else this.#showFile(target, bytes, isMade);
      if (!isMade) void this.#keepBytes(target, bytes);
    }
    const state = this.#store.getState();
    if (openFolders[from] === true) state.setFolderOpen(to, true);
    if (openPath !== undefined && isInside(openPath, from)) state.openFile(renamed(openPath));
    else if (isInside(`${HOME}/${project}`, from)) {
      state.openProject(renamed(`${HOME}/${project}`).slice(HOME.length + 1));
    }
  }

  /** Removes a file, or a folder with all that is in it. Returns what `putBack` takes. */
  remove(path: string): readonly Removed[] {
    const removed = this.#below(path);
    for (const each of removed) void this.keepVersion(each.path, 'Before it was deleted');
    const { files, binaries } = this.#store.getState();
    const isFile = files[path] !== undefined || binaries[path] !== undefined;
    this.#send({ kind: 'remove-file', path: isFile ? path : `${path}/` });
    this.#drop(path, removed);
    return removed;
  }

  putBack(removed: readonly Removed[]): void {
    for (const { path, bytes } of removed) {
      if (path.endsWith('/')) this.makeFolder(path.slice(0, -1));
      else void this.writeFile(path, bytes);
    }
  }

  /** A file's content as it stands here, or undefined when there is no such file. */
  bytesOf(path: string): Uint8Array | undefined {
    const text = this.#store.getState().files[path]?.text;
    return text === undefined ? this.#binaries.get(path) : this.#encoder.encode(text);
  }

  /** A path and all below it, folders with a slash at the end. */
  below(path: string): readonly BootFile[] {
    return this.#below(path);
  }

  #below(path: string): readonly BootFile[] {
    const { files, binaries, folders } = this.#store.getState();
    const paths = [...Object.keys(files), ...Object.keys(binaries)];
    return [
      ...Object.keys(folders).map((folder) => ({ path: `${folder}/`, bytes: NOTHING })),
      ...paths.map((each) => ({ path: each, bytes: this.bytesOf(each) ?? NOTHING })),
    ].filter((each) => isInside(each.path, path));
  }

  /** Takes `gone`, all that is at `path`, out of the store and this browser. */
  #drop(path: string, gone: readonly BootFile[]): void {
    for (const each of gone) {
      this.#journal.drop(each.path);
      void this.#keepBytes(each.path, null);
      if (!each.path.endsWith('/')) this.#hide(each.path);
    }
    this.#store.getState().dropFolder(path);
  }

  // ---- The store --------------------------------------------------------------------------

  #show(home: ReadonlyMap<string, Uint8Array>): void {
    const files: Record<string, SourceFile> = {};
    const binaries: Record<string, BinaryFile> = {};
    const folders: Record<string, true> = {};
    this.#binaries.clear();
    for (const [path, bytes] of home) {
      Object.assign(folders, withParents(parentOf(path)));
      if (path.endsWith('/')) continue;
      const text = textOf(bytes);
      if (text === undefined) {
        binaries[path] = { sizeBytes: bytes.byteLength, isBuilt: false };
        this.#binaries.set(path, bytes);
      } else {
        files[path] = { path, text, savedText: text, shippedText: this.#shippedText(path) };
      }
    }
    const state = this.#store.getState();
    state.showFiles(files);
    state.showTree({ folders, binaries });
    if (state.openPath !== undefined && files[state.openPath] !== undefined) return;
    const projects = projectsOf({ files });
    const wanted = [readProject(), FIRST_PROJECT, projects[0]].find(
      (name) => name !== undefined && projects.includes(name),
    );
    if (wanted === undefined) return;
    state.openProject(wanted);
    state.setFolderOpen(`${HOME}/${wanted}`, true);
  }

  #showFile(path: string, bytes: Uint8Array, isBuilt: boolean): void {
    const state = this.#store.getState();
    const text = isBuilt ? undefined : textOf(bytes);
    if (text === undefined) {
      this.#binaries.set(path, bytes);
      if (state.files[path] !== undefined) state.hideFile(path);
      state.showBinary(path, { sizeBytes: bytes.byteLength, isBuilt });
      return;
    }
    const before = state.files[path];
    if (before !== undefined && before.text !== text) {
      void this.keepVersion(path, 'Before a program wrote it');
    }
    this.#binaries.delete(path);
    state.hideBinary(path);
    state.addFolder(parentOf(path));
    state.showFile({ path, text, savedText: text, shippedText: this.#shippedText(path) });
  }

  #hide(path: string): void {
    const state = this.#store.getState();
    this.#binaries.delete(path);
    if (state.files[path] !== undefined) state.hideFile(path);
    if (state.binaries[path] !== undefined) state.hideBinary(path);
  }

  #shippedText(path: string): string | undefined {
    return textOf(this.#shipped.get(path));
  }

  // ---- This browser -----------------------------------------------------------------------

  async #keepText(path: string, text: string): Promise<void> {
    if (await this.#keepBytes(path, this.#encoder.encode(text))) this.#journal.settle(path, text);
    this.onSaved(path);
  }

  /** null: it is gone. What is as it ships, or was never there, needs no keeping. */
  async #keepBytes(path: string, bytes: Uint8Array | null): Promise<boolean> {
    const shipped = this.#shipped.get(path);
    const isAsShipped = bytes === null ? shipped === undefined : isSame(bytes, shipped);
    if (!isAsShipped) return this.#storage.put(path, bytes);
    await this.#storage.forget(path);
    return true;
  }
}

function isSame(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return one.length === other?.length && one.every((byte, index) => byte === other[index]);
}
