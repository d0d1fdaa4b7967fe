// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Calls on the machine as a whole: names, time, randomness, power.
 *
 * @syscall 63 uname full
 * @syscall 99 sysinfo partial "uptime, loads, memory, processes"
 * @syscall 169 reboot partial "restart, halt and power off alike end the machine"
 * @syscall 318 getrandom full
 */
import { capable } from '../kernel/credentials.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import { REBOOT_CMD, REBOOT_MAGIC, REBOOT_STATUS, SYSINFO, UTSNAME } from '../uapi/process.ts';
import { putWord, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL, EPERM } = ERRNO;
const NS_PER_S = 1_000_000_000;
/** Linux: a request is cut off at 32 MiB less one, and filled in pieces. */
const RANDOM_MAX = 32 * 1024 * 1024 - 1;
const RANDOM_AT_ONCE = 4096;
const WORD = 0x1_0000_0000;
/** What the log says last. A restart is the host's business: the machine ends all the same. */
const REBOOT_MESSAGES: ReadonlyMap<number, string> = new Map([
  [REBOOT_CMD.RESTART, 'reboot: Restarting system'],
  [REBOOT_CMD.HALT, 'reboot: System halted'],
  [REBOOT_CMD.POWER_OFF, 'reboot: Power down'],
]);

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

    reboot(process, magic1, magic2, command, argument) {
      if (!capable(process.credentials)) return -EPERM;
      const isMagic =
        (magic1 | 0) === (REBOOT_MAGIC[0] | 0) && (magic2 | 0) === (REBOOT_MAGIC[1] | 0);
      const message = REBOOT_MESSAGES.get(((command % WORD) + WORD) % WORD);
      if (!isMagic || message === undefined) return -EINVAL;
      // A script that is over is no news.
      const isScript = (argument & REBOOT_STATUS) !== 0;
      if (!isScript) parts.printk.emerg(message);
      parts.powerOff(isScript ? argument & 0xff : 0);
      return 0;
    },
  };
}
