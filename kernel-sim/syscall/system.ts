// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Calls on the machine as a whole: names, time, randomness, power.
 *
 * @syscall 63 uname full
 * @syscall 99 sysinfo partial "uptime, loads, memory, processes"
 * @syscall 169 reboot partial "power off, with a status of ours"
 * @syscall 318 getrandom full
 */
import { capable } from '../kernel/credentials.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SYSINFO, UTSNAME } from '../uapi/process.ts';
import { putWord, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL, EPERM } = ERRNO;
const NS_PER_S = 1_000_000_000;
/** Linux: a request is cut off at 32 MiB less one, and filled in pieces. */
const RANDOM_MAX = 32 * 1024 * 1024 - 1;
const RANDOM_AT_ONCE = 4096;
/** reboot(2)'s magic numbers and the command to power off. Linux: include/uapi/linux/reboot.h. */
const REBOOT_MAGIC = [0xfee1_dead | 0, 672_274_793] as const;
const POWER_OFF = 0x4321_fedc;

export function systemCalls(parts: SyscallParts): SyscallTable {
  const { sim, scheduler, pages, tasks, identity } = parts;

  return {
    uname(process, address) {
      const bytes = new Uint8Array(UTSNAME.SIZE);
      const put = (offset: number, text: string): void =>
        bytes.set(encodeUtf8(text).subarray(0, 64), offset);
      put(UTSNAME.sysname, 'Linux');
      put(UTSNAME.nodename, identity.hostname);
      put(UTSNAME.release, identity.release);
      put(UTSNAME.version, identity.version);
      put(UTSNAME.machine, identity.machine);
      put(UTSNAME.domainname, identity.domainname);
      return writeBytes(process, address, bytes);
    },

    sysinfo(process, address) {
      const bytes = new Uint8Array(SYSINFO.SIZE);
      const view = new DataView(bytes.buffer);
      putWord(view, SYSINFO.uptime, Math.floor(sim.now() / NS_PER_S));
      for (const [index, load] of scheduler.load.fixed(sim.now()).entries()) {
        // Eleven fractional bits in the kernel, sixteen outside.
        putWord(view, SYSINFO.loads + 8 * index, load * 32);
      }
      putWord(view, SYSINFO.totalram, pages.totalPages * 4096);
      putWord(view, SYSINFO.freeram, pages.freeBytes);
      view.setUint16(SYSINFO.procs, tasks.size, true);
      view.setUint32(SYSINFO.mem_unit, 1, true);
      return writeBytes(process, address, bytes);
    },

    getrandom(process, address, count) {
      if (count < 0 || !process.space.isUserRange(address, count)) return -EFAULT;
      const wanted = Math.min(count, RANDOM_MAX);
      let done = 0;
      while (done < wanted) {
        const bytes = new Uint8Array(Math.min(wanted - done, RANDOM_AT_ONCE));
        parts.random(bytes);
        const moved = process.space.copyTo(address + done, bytes, 0, bytes.length);
        done += moved;
        if (moved < bytes.length) break;
      }
      return done === 0 && wanted > 0 ? -EFAULT : done;
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
