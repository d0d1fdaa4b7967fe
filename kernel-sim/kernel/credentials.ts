// SPDX-License-Identifier: GPL-2.0-or-later
/** Who a task acts as. Linux: include/linux/cred.h; capabilities are "is root" here. */
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

/** Stands for every capability: CAP_SYS_ADMIN, CAP_SYS_MODULE, CAP_MKNOD, … */
export function capable(credentials: Credentials): boolean {
  return credentials.euid === 0;
}

export function inGroup(credentials: Credentials, gid: number): boolean {
  return credentials.egid === gid || credentials.groups.includes(gid);
}
