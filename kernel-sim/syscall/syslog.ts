// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * syslog(2): the kernel log as dmesg(1) reads it.
 *
 * @syscall 103 syslog partial "READ_ALL, READ_CLEAR, CLEAR, SIZE_BUFFER, CONSOLE_LEVEL"
 */
import { capable } from '../kernel/credentials.ts';
import { formatSyslog, LOG_BUFFER_BYTES, type LogRecord } from '../kernel/printk/printk.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SYSLOG_ACTION } from '../uapi/process.ts';
import { writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EINVAL, EPERM } = ERRNO;

export function syslogCalls({ printk, policy }: SyscallParts): SyscallTable {
  return {
    syslog(process, action, address, size) {
      switch (action) {
        case SYSLOG_ACTION.READ_ALL:
        case SYSLOG_ACTION.READ_CLEAR: {
          if (action === SYSLOG_ACTION.READ_CLEAR && !capable(process.credentials)) return -EPERM;
          if (policy.dmesgRestrict() !== 0 && !capable(process.credentials)) return -EPERM;
          if (size < 0) return -EINVAL;
          const bytes = newest(printk.readable(), size);
          const error = writeBytes(process, address, bytes);
          if (error === 0 && action === SYSLOG_ACTION.READ_CLEAR) printk.clear();
          return error || bytes.length;
        }
        case SYSLOG_ACTION.CLEAR:
          if (!capable(process.credentials)) return -EPERM;
          printk.clear();
          return 0;
        case SYSLOG_ACTION.CONSOLE_LEVEL:
          if (!capable(process.credentials)) return -EPERM;
          if (size < 1 || size > 8) return -EINVAL;
          printk.levels[0] = Math.max(size, printk.levels[2]);
          return 0;
        case SYSLOG_ACTION.SIZE_BUFFER:
          return LOG_BUFFER_BYTES;
        default:
          return -EINVAL;
      }
    },
  };
}

/** The newest records that fit `size` bytes, whole lines only. */
function newest(records: readonly LogRecord[], size: number): Uint8Array {
  let bytes = encodeUtf8(formatSyslog(records));
  let first = 0;
  while (bytes.length > size && first < records.length) {
    // Lines differ in length: drop as many as are certainly too many, then look again.
    first += Math.max(1, Math.floor((bytes.length - size) / 1024));
    bytes = encodeUtf8(formatSyslog(records.slice(first)));
  }
  return bytes;
}
