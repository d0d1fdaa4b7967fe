// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who a task acts as.
 *
 * The numbers of a task lie in memory, in a struct cred: what is written over them counts. It is
 * shared by the threads of a process and by the files that they opened, and never changed in
 * place: who changes an identity commits a new one (process/creds.ts).
 *
 * Linux: include/linux/cred.h, kernel/cred.c. Differs: capabilities are "is root" here; the groups
 * lie beside memory.
 */
import type { Ram } from '../hw/ram/ram.ts';

export interface Credentials {
  readonly uid: number;
  readonly euid: number;
  readonly suid: number;
  readonly gid: number;
  readonly egid: number;
  readonly sgid: number;
  readonly groups: readonly number[];
}

export const ROOT: Credentials = Object.freeze({
  uid: 0,
  euid: 0,
  suid: 0,
  gid: 0,
  egid: 0,
  sgid: 0,
  groups: [],
});

/** What struct cred takes on x86-64. */
export const CRED_BYTES = 192;

/** Fields behind the reference count, which is as wide as a pointer. */
const FIELD = { UID: 0, GID: 4, SUID: 8, SGID: 12, EUID: 16, EGID: 20, FSUID: 24, FSGID: 28 };

/** A struct cred. Kernel code of ours reads it unchecked. */
export class Cred implements Credentials {
  readonly pointer: number;
  readonly groups: readonly number[];
  readonly #view: DataView;
  readonly #usage: number;
  readonly #fields: number;
  readonly #free: (pointer: number) => void;

  /** In zeroed memory at `pointer`, held once. */
  constructor(ram: Ram, pointer: number, of: Credentials, free: (pointer: number) => void) {
    this.pointer = pointer;
    this.groups = of.groups;
    this.#view = ram.view;
    this.#usage = ram.toPhysical(pointer);
    this.#fields = this.#usage + ram.board.pointerBytes;
    this.#free = free;
    this.#view.setInt32(this.#usage, 1, true);
    const { uid, gid, suid, sgid, euid, egid } = of;
    this.#store(FIELD.UID, uid);
    this.#store(FIELD.GID, gid);
    this.#store(FIELD.SUID, suid);
    this.#store(FIELD.SGID, sgid);
    this.#store(FIELD.EUID, euid);
    this.#store(FIELD.EGID, egid);
    this.#store(FIELD.FSUID, euid);
    this.#store(FIELD.FSGID, egid);
  }

  get uid(): number {
    return this.#load(FIELD.UID);
  }

  get gid(): number {
    return this.#load(FIELD.GID);
  }

  get suid(): number {
    return this.#load(FIELD.SUID);
  }

  get sgid(): number {
    return this.#load(FIELD.SGID);
  }

  get euid(): number {
    return this.#load(FIELD.EUID);
  }

  get egid(): number {
    return this.#load(FIELD.EGID);
  }

  get(): void {
    this.#view.setInt32(this.#usage, this.#view.getInt32(this.#usage, true) + 1, true);
  }

  /** The last one gives the memory back. */
  put(): void {
    const left = this.#view.getInt32(this.#usage, true) - 1;
    this.#view.setInt32(this.#usage, left, true);
    if (left === 0) this.#free(this.pointer);
  }

  #load(field: number): number {
    return this.#view.getUint32(this.#fields + field, true);
  }

  #store(field: number, value: number): void {
    this.#view.setUint32(this.#fields + field, value, true);
  }
}

/** One more acts by these. Linux: get_cred. */
export function getCred(credentials: Credentials): Credentials {
  if (credentials instanceof Cred) credentials.get();
  return credentials;
}

/** One acts by these no longer. Linux: put_cred. */
export function putCred(credentials: Credentials): void {
  if (credentials instanceof Cred) credentials.put();
}

/** The same identity with some numbers changed, beside memory. Linux: prepare_creds. */
export function changed(of: Credentials, changes: Partial<Credentials>): Credentials {
  const { uid, euid, suid, gid, egid, sgid, groups } = of;
  return { uid, euid, suid, gid, egid, sgid, groups, ...changes };
}

/** Stands for every capability: CAP_SYS_ADMIN, CAP_SYS_MODULE, CAP_MKNOD, … */
export function capable(credentials: Credentials): boolean {
  return credentials.euid === 0;
}

export function inGroup(credentials: Credentials, gid: number): boolean {
  return credentials.egid === gid || credentials.groups.includes(gid);
}
