// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who a process acts as. Linux: kernel/sys.c, kernel/groups.c.
 *
 * @syscall 102 getuid full
 * @syscall 104 getgid full
 * @syscall 105 setuid full
 * @syscall 106 setgid full
 * @syscall 107 geteuid full
 * @syscall 108 getegid full
 * @syscall 115 getgroups full
 * @syscall 116 setgroups full
 */
import { capable } from '../kernel/credentials.ts';
import { mayHaveTasks } from '../process/limits.ts';
import { ERRNO } from '../uapi/errno.ts';
import { writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL, EPERM } = ERRNO;
const GROUPS_MAX = 65_536;

export function identityCalls({ tasks, creds }: SyscallParts): SyscallTable {
  return {
    getuid: (process) => process.credentials.uid,
    geteuid: (process) => process.credentials.euid,
    getgid: (process) => process.credentials.gid,
    getegid: (process) => process.credentials.egid,

    setuid({ task }, uid) {
      const old = task.credentials;
      if (uid < 0) return -EINVAL;
      const before = old.uid;
      const isAllowed = capable(old) || uid === before || uid === old.suid;
      if (!isAllowed) return -EPERM;
      const ids = capable(old) ? { uid, euid: uid, suid: uid } : { euid: uid };
      const error = creds.commit(task, ids);
      if (error !== 0) return error;
      if (task.credentials.uid !== before) task.exceedsProcesses = !mayHaveTasks(tasks, task, 0);
      return 0;
    },

    setgid({ task }, gid) {
      const old = task.credentials;
      if (gid < 0) return -EINVAL;
      if (capable(old)) return creds.commit(task, { gid, egid: gid, sgid: gid });
      return gid === old.gid || gid === old.sgid ? creds.commit(task, { egid: gid }) : -EPERM;
    },

    getgroups(process, size, address) {
      const { groups } = process.credentials;
      if (size === 0) return groups.length;
      if (size < groups.length) return -EINVAL;
      const bytes = new Uint8Array(Int32Array.from(groups).buffer);
      return writeBytes(process, address, bytes) || groups.length;
    },

    setgroups(process, size, address) {
      const { task } = process;
      if (!capable(task.credentials)) return -EPERM;
      if (size < 0 || size > GROUPS_MAX) return -EINVAL;
      const bytes = process.space.loadBytes(address, 4 * size);
      if (bytes === undefined) return -EFAULT;
      const groups = [...new Int32Array(bytes.buffer)];
      return creds.commit(task, { groups });
    },
  };
}
