// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files of /home/user as this browser keeps them: what differs from what ships, and the last
 * versions of each. IndexedDB, since files are bytes; when it is forbidden (private windows of
 * some browsers) everything still works, and is gone with the tab.
 */
const DATABASE = 'ringzero';
const VERSION = 1;
const FILES = 'files';
const VERSIONS = 'versions';
/** Versions kept of one file. */
const VERSIONS_MAX = 30;
/** Larger files live in the machine only, so that no driver can fill the disk. */
export const FILE_BYTES_MAX = 2 * 1024 * 1024;

export interface StoredFile {
  /** Of a folder when it ends in a slash; then there are no bytes in it. */
  readonly path: string;
  /** null: the person deleted a file that ships. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

export interface FileVersion {
  readonly path: string;
  readonly atMs: number;
  readonly text: string;
  /** Why it was kept: 'Built', 'Before reset', … */
  readonly reason: string;
}

export class FileStorage {
  readonly #database: Promise<IDBDatabase | undefined> = openDatabase();

  async readAll(): Promise<readonly StoredFile[]> {
    const files = await this.#request<StoredFile[]>(FILES, 'readonly', (store) => store.getAll());
    return files ?? [];
  }

  async put(path: string, bytes: Uint8Array | null): Promise<boolean> {
    if (bytes !== null && bytes.byteLength > FILE_BYTES_MAX) return false;
    const file: StoredFile = { path, bytes: bytes === null ? null : Uint8Array.from(bytes) };
    return (await this.#request(FILES, 'readwrite', (store) => store.put(file))) !== undefined;
  }

  /** Everything back to what ships; versions stay. */
  async clear(): Promise<void> {
    await this.#request(FILES, 'readwrite', (store) => store.clear());
  }

  /** Back to what ships. */
  async forget(path: string): Promise<void> {
    await this.#request(FILES, 'readwrite', (store) => store.delete(path));
  }

  async addVersion(version: FileVersion): Promise<void> {
    const kept = await this.versionsOf(version.path);
    if (kept[0]?.text === version.text) return;
    await this.#request(VERSIONS, 'readwrite', (store) => store.put(version));
    for (const old of kept.slice(VERSIONS_MAX - 1)) {
      await this.#request(VERSIONS, 'readwrite', (store) => store.delete([old.path, old.atMs]));
    }
  }

  /** The latest first. */
  async versionsOf(path: string): Promise<readonly FileVersion[]> {
    const range = IDBKeyRange.bound([path, 0], [path, Number.MAX_SAFE_INTEGER]);
    const found = await this.#request<FileVersion[]>(VERSIONS, 'readonly', (store) =>
      store.getAll(range),
    );
    return (found ?? []).toReversed();
  }

  async #request<T>(
    storeName: string,
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | undefined> {
    const database = await this.#database;
    if (database === undefined) return undefined;
    try {
      return await settle(ask(database.transaction(storeName, mode).objectStore(storeName)));
    } catch {
      return undefined;
    }
  }
}

function openDatabase(): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(DATABASE, VERSION);
      request.addEventListener('upgradeneeded', () => {
        request.result.createObjectStore(FILES, { keyPath: 'path' });
        request.result.createObjectStore(VERSIONS, { keyPath: ['path', 'atMs'] });
      });
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => resolve(undefined));
      request.addEventListener('blocked', () => resolve(undefined));
    } catch {
      resolve(undefined);
    }
  });
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed')));
  });
}
