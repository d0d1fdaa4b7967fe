// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a process may set of itself.
 *
 * @syscall 157 prctl partial "PDEATHSIG, NAME, CHILD_SUBREAPER"
 */
import { encodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import { PR } from '../uapi/process.ts';
import { readString, writeBytes, writeWords32 } from './arguments.ts';
import type { SyscallTable } from './parts.ts';

const { EINVAL } = ERRNO;
/** TASK_COMM_LEN, with the NUL. */
const COMM_BYTES = 16;
const SIGNAL_MAX = 64;

export const prctlCalls: SyscallTable = {
  prctl(process, option, argument) {
    const { task } = process;
    switch (option) {
      case PR.SET_PDEATHSIG:
        if (argument < 0 || argument > SIGNAL_MAX) return -EINVAL;
        task.group.parentDeathSignal = argument;
        return 0;
      case PR.GET_PDEATHSIG:
        return writeWords32(process, argument, task.group.parentDeathSignal);
      case PR.SET_NAME: {
        // A longer name is cut off, wherever it ends.
        const name = readString(process, argument);
        if (typeof name === 'number') return -ERRNO.EFAULT;
        task.name = name.slice(0, COMM_BYTES - 1);
        return 0;
      }
      case PR.GET_NAME: {
        const bytes = new Uint8Array(COMM_BYTES);
        bytes.set(encodeUtf8(task.name).subarray(0, COMM_BYTES - 1));
        return writeBytes(process, argument, bytes);
      }
      case PR.SET_CHILD_SUBREAPER:
        task.group.isSubreaper = argument !== 0;
        return 0;
      case PR.GET_CHILD_SUBREAPER:
        return writeWords32(process, argument, task.group.isSubreaper ? 1 : 0);
      default:
        return -EINVAL;
    }
  },
};
