// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Calls on the machine as a whole: names, time, log, randomness, modules, power.
 *
 * @syscall 63 uname full
 * @syscall 99 sysinfo partial "uptime, memory, processes"
 * @syscall 103 syslog partial "READ_ALL, READ_CLEAR, CLEAR, SIZE_BUFFER; CONSOLE_LEVEL is accepted"
 * @syscall 169 reboot partial "power off, with a status of ours"
 * @syscall 175 init_module full
 * @syscall 176 delete_module partial "no O_TRUNC (forced removal)"
 * @syscall 228 clock_gettime partial "CLOCK_REALTIME, CLOCK_MONOTONIC"
 * @syscall 313 finit_module partial "no flags"
 * @syscall 318 getrandom full
 */
import { vfsPread } from '../fs/read-write.ts';
import { capable } from '../kernel/credentials.ts';
import { formatSyslog, LOG_BUFFER_BYTES, type LogRecord } from '../kernel/printk/printk.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { KernelBuffer } from '../mm/io-memory.ts';
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { CLOCK, SYSINFO, SYSLOG_ACTION, UTSNAME } from '../uapi/process.ts';
import { putWord, readString, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EBADF, EFAULT, EINVAL, ENOEXEC, EPERM } = ERRNO;
const NS_PER_S = 1_000_000_000;
const RANDOM_MAX = 32 * 1024 * 1024;
const MODULE_BYTES_MAX = 64 * 1024 * 1024;
/** reboot(2)'s magic numbers and the command to power off. Linux: include/uapi/linux/reboot.h. */
const REBOOT_MAGIC = [0xfee1_dead | 0, 672_274_793] as const;
const POWER_OFF = 0x4321_fedc;

export function systemCalls(parts: SyscallParts): SyscallTable {
  const { sim, printk, pages, tasks, loader, identity, epochSeconds } = parts;

  const load = (process: Process, bytes: Uint8Array, parameters: number): number => {
    const text = readString(process, parameters);
    if (typeof text === 'number') return text;
    return process.block(loader.load(bytes));
  };

  return {
    uname(process, address) {
      const bytes = new Uint8Array(UTSNAME.SIZE);
      const put = (offset: number, text: string): void => bytes.set(encodeUtf8(text).subarray(0, 64), offset);
      put(UTSNAME.sysname, 'Linux');
      put(UTSNAME.nodename, identity.hostname);
      put(UTSNAME.release, identity.release);
      put(UTSNAME.version, identity.version);
      put(UTSNAME.machine, identity.machine);
      return writeBytes(process, address, bytes);
    },

    sysinfo(process, address) {
      const bytes = new Uint8Array(SYSINFO.SIZE);
      const view = new DataView(bytes.buffer);
      putWord(view, SYSINFO.uptime, Math.floor(sim.now() / NS_PER_S));
      putWord(view, SYSINFO.totalram, pages.totalPages * 4096);
      putWord(view, SYSINFO.freeram, pages.freeBytes);
      view.setUint16(SYSINFO.procs, tasks.size, true);
      view.setUint32(SYSINFO.mem_unit, 1, true);
      return writeBytes(process, address, bytes);
    },

    clock_gettime(process, clock, address) {
      if (clock !== CLOCK.REALTIME && clock !== CLOCK.MONOTONIC) return -EINVAL;
      const uptimeNs = sim.now();
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      const epoch = clock === CLOCK.REALTIME ? epochSeconds : 0;
      putWord(view, 0, epoch + Math.floor(uptimeNs / NS_PER_S));
      putWord(view, 8, uptimeNs % NS_PER_S);
      return writeBytes(process, address, bytes);
    },

    getrandom(process, address, count) {
      if (count < 0 || count > RANDOM_MAX) return -EFAULT;
      const bytes = new Uint8Array(count);
      parts.random(bytes);
      return writeBytes(process, address, bytes) || count;
    },

    syslog(process, action, address, size) {
      switch (action) {
        case SYSLOG_ACTION.READ_ALL:
        case SYSLOG_ACTION.READ_CLEAR: {
          if (action === SYSLOG_ACTION.READ_CLEAR && !capable(process.credentials)) return -EPERM;
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
          return size >= 1 && size <= 8 ? 0 : -EINVAL;
        case SYSLOG_ACTION.SIZE_BUFFER:
          return LOG_BUFFER_BYTES;
        default:
          return -EINVAL;
      }
    },

    init_module(process, address, size, parameters) {
      if (!capable(process.credentials)) return -EPERM;
      if (size < 0 || size > MODULE_BYTES_MAX) return -ENOEXEC;
      const bytes = process.space.loadBytes(address, size);
      return bytes === undefined ? -EFAULT : load(process, bytes, parameters);
    },

    finit_module(process, fd, parameters, flags) {
      if (!capable(process.credentials)) return -EPERM;
      if (flags !== 0) return -EINVAL;
      const file = process.files.get(fd);
      if (file === undefined) return -EBADF;
      if (!file.inode.isRegular) return -EINVAL;
      if (file.inode.size > MODULE_BYTES_MAX) return -ENOEXEC;
      const bytes = new Uint8Array(file.inode.size);
      const moved = vfsPread(file, new KernelBuffer(bytes), 0, bytes.length, 0);
      return moved < 0 ? moved : load(process, bytes, parameters);
    },

    delete_module(process, address) {
      if (!capable(process.credentials)) return -EPERM;
      const name = readString(process, address);
      return typeof name === 'number' ? name : process.block(loader.unload(name));
    },

    reboot(process, magic1, magic2, command, status) {
      if (!capable(process.credentials)) return -EPERM;
      const isMagic = (magic1 | 0) === REBOOT_MAGIC[0] && (magic2 | 0) === REBOOT_MAGIC[1];
      if (!isMagic || command !== POWER_OFF) return -EINVAL;
      parts.powerOff(status & 0xff);
      return 0;
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
