// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /proc/sys/kernel and /proc/sys/vm: what the kernel itself lets be read and set.
 *
 * Only what has an effect is here. Values lie in the kernel's own data; what a write changes is
 * done after it. Linux: kern_table and vm_table of kernel/sysctl.c, and those of their subsystems;
 * Documentation/admin-guide/sysctl/.
 */
import type { ProcSysctl } from '../fs/procfs/proc-sysctl.ts';
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { assert } from '../lib/assert.ts';
import {
  HUNG_TASK_CHECK_COUNT,
  HUNG_TASK_SECONDS,
  HUNG_TASK_WARNINGS,
  type HungTasks,
} from '../kernel/watchdog/hung-task.ts';
import { PID_MAX } from '../kernel/pid.ts';
import type { CtlHandler, CtlTable } from '../kernel/sysctl/ctl-table.ts';
import {
  procDointvec,
  procDointvecMinmax,
  procDostring,
  procDoulongvecMinmax,
  showText,
} from '../kernel/sysctl/handlers.ts';
import { ERRNO } from '../uapi/errno.ts';
import { KERNEL_IMAGE } from './kernel-symbols.ts';
import type { Kernel } from './kernel.ts';
import { type TextVariable, UEVENT_HELPER } from './uevents.ts';
import { registerNetSysctls } from './net-files.ts';
import { watchHungTasks } from './watchers.ts';

const INT_BYTES = 4;
const ULONG_BYTES = 8;
/** __NEW_UTS_LEN, and the NUL. */
const UTS_BYTES = 65;
const WATCHDOG_SECONDS_MAX = 60;
/** Linux: RESERVED_PIDS + 1 and PID_MAX_LIMIT. */
const PID_MAX_LEAST = 301;
const PID_MAX_MOST = 4 * 1024 * 1024;
/** Linux: MIN_THREADS and MAX_THREADS. */
const THREADS_LEAST = 20;
const THREADS_MOST = 0x3fff_ffff;
/** What random(4) always says of a seeded generator. */
const ENTROPY_BITS = 256;
const UUID_BYTES = 16;

type Place = Pick<CtlTable, 'name' | 'mode'>;

/** Answers who looks after hung tasks, as /proc says how. */
export function registerKernelSysctls(kernel: Kernel): HungTasks {
  const knobs = new Knobs(kernel);
  registerNames(knobs, kernel);
  registerSwitches(knobs, kernel);
  registerLimits(knobs, kernel);
  registerHotplug(knobs, kernel);
  registerLog(knobs, kernel);
  registerRandom(knobs, kernel);
  registerFiles(knobs, kernel);
  registerNetSysctls(kernel, { data: knobs.reserve(ULONG_BYTES) });
  return registerHungTasks(knobs, kernel);
}

function registerNames(knobs: Knobs, { identity }: Kernel): void {
  knobs.text('kernel/ostype', 0o444, 'Linux');
  knobs.text('kernel/osrelease', 0o444, identity.release);
  knobs.text('kernel/version', 0o444, identity.version);
  knobs.text('kernel/hostname', 0o644, identity.hostname, (value) => (identity.hostname = value));
  knobs.text('kernel/domainname', 0o644, identity.domainname, (value) => {
    identity.domainname = value;
  });
}

/** The same as /sys/kernel/uevent_helper. */
function registerHotplug(knobs: Knobs, { uevents }: Kernel): void {
  uevents.helper = knobs.text('kernel/hotplug', 0o644, UEVENT_HELPER);
}

function registerSwitches(knobs: Knobs, kernel: Kernel): void {
  const { policy, scheduler, pages, printk, taint } = kernel;
  const { panicOnOops, panicOnWarn } = kernel.options.detectors;
  const flag = { min: 0, max: 1 };
  const setWatchdog = (): void => {
    const isOn = watchdog() !== 0 && threshold() !== 0;
    const isSoft = isOn && softWatchdog() !== 0;
    const isHard = isOn && nmiWatchdog() !== 0;
    scheduler.watchdog.setThreshold(threshold(), isSoft, isHard);
  };
  const { softlockup, hardlockup } = kernel.options.detectors;
  const seconds = kernel.options.watchdogSeconds;
  const range = { min: 0, max: WATCHDOG_SECONDS_MAX };
  const threshold = knobs.int('kernel/watchdog_thresh', seconds, range, setWatchdog);
  const anyLockup = Number(softlockup || hardlockup);
  const watchdog = knobs.int('kernel/watchdog', anyLockup, flag, setWatchdog);
  const soft = Number(softlockup);
  const softWatchdog = knobs.int('kernel/soft_watchdog', soft, flag, setWatchdog);
  const hard = Number(hardlockup);
  const nmiWatchdog = knobs.int('kernel/nmi_watchdog', hard, flag, setWatchdog);
  policy.hardlockupPanic = knobs.int('kernel/hardlockup_panic', 0, flag);
  policy.panicTimeout = knobs.int('kernel/panic', 0);
  policy.panicOnOops = knobs.int('kernel/panic_on_oops', Number(panicOnOops), flag);
  policy.panicOnWarn = knobs.int('kernel/panic_on_warn', Number(panicOnWarn), flag);
  policy.softlockupPanic = knobs.int('kernel/softlockup_panic', 0, flag);
  policy.dmesgRestrict = knobs.int('kernel/dmesg_restrict', 0, flag);
  policy.kptrRestrict = knobs.int('kernel/kptr_restrict', 0, { min: 0, max: 2 });
  // Once on, it stays on: 0 is out of bounds then, as everything but 1 is before.
  policy.modulesDisabled = knobs.int('kernel/modules_disabled', 0, { min: 1, max: 1 });
  knobs.add('kernel/tainted', 0o644, ULONG_BYTES, (table, transfer) => {
    table.ram.store64(table.data, BigInt(taint.mask));
    const errno = procDoulongvecMinmax(table, transfer);
    // Nobody takes a taint back.
    if (errno === 0) taint.mask |= Number(table.ram.load64(table.data) & TAINT_MASK);
    return errno;
  });
  knobs.add('vm/drop_caches', 0o200, INT_BYTES, (table, transfer) => {
    const errno = procDointvecMinmax({ ...table, min: 1, max: 4 }, transfer);
    if (errno !== 0) return errno;
    const { name, pid } = scheduler.current;
    printk.info(`${name} (${pid}): drop_caches: ${table.ram.load32(table.data)}`);
    pages.reclaim();
    return 0;
  });
}

/** Linux: hung_task_sysctls. */
function registerHungTasks(knobs: Knobs, kernel: Kernel): HungTasks {
  const path = (name: string): string => `kernel/hung_task_${name}`;
  const flag = { min: 0, max: 1 };
  const seconds = { min: 0, max: HUNG_TASK_SECONDS_MAX };
  const first = kernel.options.detectors.hungTask ? HUNG_TASK_SECONDS : 0;
  const reset = (): void => watcher.reset();
  const timeoutSeconds = knobs.int(path('timeout_secs'), first, seconds, reset);
  const intervalSeconds = knobs.int(path('check_interval_secs'), 0, seconds, reset);
  const warnings = knobs.variable(path('warnings'), HUNG_TASK_WARNINGS, { min: -1 }, reset);
  const checkCount = knobs.int(path('check_count'), HUNG_TASK_CHECK_COUNT, { min: 0 });
  const panics = knobs.int(path('panic'), 0, flag);
  const showsCpus = knobs.int(path('all_cpu_backtrace'), 0, flag);
  const watcher = watchHungTasks(kernel, {
    timeoutSeconds,
    intervalSeconds,
    warnings: warnings.read,
    setWarnings: warnings.write,
    checkCount,
    isPanic: () => panics() !== 0,
    showsAllCpus: () => showsCpus() !== 0,
  });
  knobs.show(path('detect_count'), () => `${watcher.detected}\n`);
  return watcher;
}

/** Linux: LONG_MAX / HZ. Here: what an int holds. */
const HUNG_TASK_SECONDS_MAX = 0x7fff_ffff;

/** As many as there are letters. */
const TAINT_MASK = 0x7_ffffn;

function registerLimits(knobs: Knobs, { tasks }: Kernel): void {
  const pids = { min: PID_MAX_LEAST, max: PID_MAX_MOST };
  const pidMax = knobs.int('kernel/pid_max', PID_MAX, pids, () => (tasks.pidMax = pidMax()));
  const threads = { min: THREADS_LEAST, max: THREADS_MOST };
  const max = knobs.int('kernel/threads-max', tasks.threadsMax, threads, () => {
    tasks.threadsMax = max();
  });
}

function registerLog(knobs: Knobs, { printk, ram }: Kernel): void {
  const levels = printk.levels;
  knobs.add('kernel/printk', 0o644, levels.length * INT_BYTES, (table, transfer) => {
    const at = (index: number): number => table.data + index * INT_BYTES;
    for (const [index, level] of levels.entries()) ram.store32(at(index), level);
    const errno = procDointvec(table, transfer);
    for (const index of levels.keys()) levels[index] = ram.load32(at(index)) | 0;
    return errno;
  });
}

function registerRandom(knobs: Knobs, { consoles }: Kernel): void {
  const uuid = (): string => {
    const bytes = consoles.entropy.bytes(UUID_BYTES);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5\n');
  };
  let bootId: string | undefined;
  knobs.show('kernel/random/boot_id', () => (bootId ??= uuid()));
  knobs.show('kernel/random/uuid', uuid);
  knobs.show('kernel/random/entropy_avail', () => `${ENTROPY_BITS}\n`);
  knobs.show('kernel/random/poolsize', () => `${ENTROPY_BITS}\n`);
}

/** How many files may be open: no limit at first, as systemd has it; how many are, and are free. */
function registerFiles(knobs: Knobs, { ram, vfs, pipes, sockets }: Kernel): void {
  vfs.countNameless = () => pipes.openFiles + sockets.files.openFiles;
  const setMax = (): void => {
    const max = ram.load64(data);
    vfs.fileMax = max >= FILES_MAX ? Infinity : Number(max);
  };
  const data = knobs.add('fs/file-max', 0o644, ULONG_BYTES, after(procDoulongvecMinmax, setMax));
  ram.store64(data, FILES_MAX);
  knobs.show('fs/file-nr', () => `${vfs.openFiles}\t0\t${ram.load64(data)}\n`);
}

/** LONG_MAX. */
const FILES_MAX = 2n ** 63n - 1n;

/** Puts values into the kernel's data and files before them. */
class Knobs {
  readonly #kernel: Kernel;
  readonly #sysctl: ProcSysctl;
  #used = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#sysctl = kernel.sysctl;
  }

  /** An integer, and a way to read it. */
  int(...knob: Parameters<Knobs['variable']>): () => number {
    return this.variable(...knob).read;
  }

  /** An integer that the kernel changes, too. */
  variable(
    path: string,
    initial: number,
    range: { readonly min?: number; readonly max?: number } = {},
    onWritten: () => unknown = () => undefined,
  ): { readonly read: () => number; readonly write: (value: number) => void } {
    const { ram } = this.#kernel;
    const handler = after(procDointvecMinmax, onWritten);
    const data = this.add(path, 0o644, INT_BYTES, handler, range);
    const write = (value: number): void => ram.store32(data, value >>> 0);
    write(initial);
    return { read: () => ram.load32(data) | 0, write };
  }

  /** A string of utsname(7)'s length. */
  text(
    path: string,
    mode: number,
    initial: string,
    onWritten: (value: string) => unknown = () => undefined,
  ): TextVariable {
    const { ram } = this.#kernel;
    const read = (): string => {
      let value = '';
      for (let at = data; ram.load8(at) !== 0; at++) value += String.fromCharCode(ram.load8(at));
      return value;
    };
    const handler = after(procDostring, () => onWritten(read()));
    const data = this.add(path, mode, UTS_BYTES, handler);
    const write = (text: string): boolean => {
      const bytes = encodeUtf8(text);
      if (bytes.length >= UTS_BYTES) return false;
      for (const [at, byte] of bytes.entries()) ram.store8(data + at, byte);
      ram.store8(data + bytes.length, 0);
      return true;
    };
    write(decodeUtf8(encodeUtf8(initial).subarray(0, UTS_BYTES - 1)));
    return { read, write };
  }

  /** A text that is made when it is read. */
  show(path: string, text: () => string): void {
    this.add(path, 0o444, 0, (_table, transfer) => {
      return transfer.isWrite ? -ERRNO.EINVAL : showText(transfer, text());
    });
  }

  /** So many bytes of the kernel's data. */
  reserve(bytes: number): number {
    const { ram } = this.#kernel;
    const physical = KERNEL_IMAGE.readOnlyBytes + this.#used;
    this.#used += Math.ceil(bytes / ULONG_BYTES) * ULONG_BYTES;
    ram.unpoison(physical, bytes);
    return ram.toPointer(physical);
  }

  /** Answers where the value lies. */
  add(
    path: string,
    mode: number,
    maxBytes: number,
    handler: CtlHandler,
    range: { readonly min?: number; readonly max?: number } = {},
  ): number {
    const { ram } = this.#kernel;
    const slash = path.lastIndexOf('/');
    const place: Place = { name: path.slice(slash + 1), mode };
    const data = this.reserve(maxBytes);
    const table: CtlTable = { ...place, ram, data, maxBytes, handler, ...range };
    const header = this.#sysctl.register(path.slice(0, slash), table);
    assert(typeof header !== 'number', `${path} is registered at boot`);
    return data;
  }
}

/** A handler with what a write of it brings about. */
function after(handler: CtlHandler, onWritten: () => unknown): CtlHandler {
  return (table, transfer) => {
    const errno = handler(table, transfer);
    if (errno === 0 && transfer.isWrite) onWritten();
    return errno;
  };
}
