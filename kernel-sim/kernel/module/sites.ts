// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Places that a stack can name: site ids and what they stand for.
 *
 * The kernel's own functions have the ids below MODULE_SITE_BASE; each loaded module gets a range
 * above. Linux: kallsyms, with file and line where the module's site table has them.
 */
import type { ObjectType, SiteTable } from '../../uapi/module-abi.ts';
import type { FramePath } from '../sched/execution.ts';

export interface Frame {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly module?: string;
  readonly file?: string;
  readonly line?: number;
  /** Of an interrupt, on top of the task's. */
  readonly isInterrupt?: boolean;
}

export const MODULE_SITE_BASE = 0x1_0000;

/**
 * The kernel's functions that stand below a driver's: [name, offset of the call, length, frame].
 */
// prettier-ignore
const KERNEL_FUNCTIONS = [
  ['entry_SYSCALL_64_after_hwframe', 0x76, 0x7e, 168],
  ['do_syscall_64', 0x82, 0x160, 48],
  ['ksys_read', 0x6f, 0xf0, 64],
  ['vfs_read', 0xb4, 0x360, 80],
  ['proc_reg_read', 0x5b, 0xb0, 32],
  ['seq_read_iter', 0x124, 0x490, 96],
  ['ksys_write', 0x6f, 0xf0, 64],
  ['vfs_write', 0xf8, 0x420, 80],
  ['do_sys_openat2', 0x9b, 0xd0, 96],
  ['do_filp_open', 0xc4, 0x160, 128],
  ['do_dentry_open', 0x1f8, 0x520, 64],
  ['chrdev_open', 0xc3, 0x240, 56],
  ['__x64_sys_ioctl', 0x94, 0xd0, 64],
  ['__x64_sys_lseek', 0x5e, 0xb0, 48],
  ['ksys_mmap_pgoff', 0x10c, 0x2b0, 80],
  ['mmap_region', 0x2a6, 0x9b0, 168],
  ['__fput', 0xed, 0x2a0, 56],
  ['task_work_run', 0x5c, 0x90, 40],
  ['syscall_exit_to_user_mode', 0x1e6, 0x200, 48],
  ['do_one_initcall', 0x5b, 0x320, 72],
  ['do_init_module', 0x60, 0x230, 64],
  ['init_module_from_file', 0x96, 0xe0, 112],
  ['__x64_sys_finit_module', 0x5d, 0xb0, 64],
  ['__x64_sys_delete_module', 0x1b1, 0x2c0, 96],
  ['proc_sys_call_handler', 0x1a9, 0x270, 72],
  ['ret_from_fork_asm', 0x1a, 0x30, 8],
  ['ret_from_fork', 0x31, 0x50, 40],
  ['kthread', 0xdd, 0x110, 64],
  ['smpboot_thread_fn', 0xda, 0x1d0, 56],
  ['rcu_cpu_kthread', 0xcf, 0x160, 64],
  ['rcu_core', 0x18f, 0x320, 96],
  ['rcu_do_batch', 0x1d1, 0x560, 120],
  ['worker_thread', 0x2c4, 0x3e0, 88],
  ['process_one_work', 0x17b, 0x330, 112],
  ['__schedule', 0x42c, 0xb70, 208],
  ['schedule', 0x2b, 0x100, 16],
  ['start_secondary', 0x119, 0x140, 48],
  ['cpu_startup_entry', 0x29, 0x30, 16],
  ['do_idle', 0x1fe, 0x240, 56],
  ['default_idle', 0xf, 0x20, 8],
  ['asm_common_interrupt', 0x26, 0x40, 168],
  ['sysvec_apic_timer_interrupt', 0x6d, 0x90, 24],
  ['__sysvec_apic_timer_interrupt', 0x5c, 0x130, 24],
  ['hrtimer_interrupt', 0xf7, 0x230, 96],
  ['__hrtimer_run_queues', 0x11c, 0x2c0, 88],
  ['hrtimer_run_softirq', 0xd6, 0x1a0, 56],
  ['common_interrupt', 0x85, 0xa0, 40],
  ['__common_interrupt', 0x3d, 0xe0, 40],
  ['handle_edge_irq', 0x8b, 0x230, 56],
  ['handle_fasteoi_irq', 0x8c, 0x1f0, 56],
  ['handle_irq_event', 0x38, 0x80, 40],
  ['__handle_irq_event_percpu', 0x4a, 0x190, 72],
  ['irq_thread', 0x1a3, 0x2b0, 88],
  ['irq_thread_fn', 0x23, 0x60, 40],
  ['irq_exit_rcu', 0xe, 0x20, 8],
  ['__irq_exit_rcu', 0xa6, 0x120, 32],
  ['do_softirq', 0x3f, 0x60, 16],
  ['handle_softirqs', 0xd6, 0x2f0, 104],
  ['run_ksoftirqd', 0x2c, 0x40, 16],
  ['tasklet_action', 0x2a, 0x40, 16],
  ['tasklet_hi_action', 0x2a, 0x40, 16],
  ['tasklet_action_common', 0xd5, 0x270, 72],
  ['run_timer_softirq', 0x8a, 0xd0, 48],
  ['__run_timers', 0x1ee, 0x2b0, 104],
  ['call_timer_fn', 0x28, 0x130, 72],
  ['dev_watchdog', 0x1f8, 0x210, 64],
  ['net_rx_action', 0x2ea, 0x5a0, 120],
  ['__napi_poll', 0x2b, 0x1c0, 48],
  ['process_backlog', 0x8e, 0x130, 72],
  ['__netif_receive_skb_core', 0x2f5, 0xf40, 136],
  ['net_tx_action', 0x1ac, 0x300, 56],
  ['__qdisc_run', 0x1b5, 0x590, 80],
  ['__dev_queue_xmit', 0x6ae, 0xe10, 144],
  ['sch_direct_xmit', 0xb5, 0x330, 64],
  ['dev_hard_start_xmit', 0x8d, 0x1f0, 72],
  ['__dev_change_flags', 0x1ae, 0x220, 80],
  ['__dev_open', 0xfe, 0x1c0, 56],
  ['__dev_close_many', 0xb2, 0x130, 64],
  ['dev_watchdog', 0x2f5, 0x300, 72],
  ['__dev_set_rx_mode', 0x5c, 0xb0, 32],
  ['dev_set_mac_address', 0xa1, 0x150, 56],
  ['dev_ethtool', 0x1b2, 0x2f0, 120],
  ['platform_probe', 0x44, 0xa0, 40],
  ['platform_remove', 0x25, 0x50, 24],
  ['ringnic_dma', 0x0, 0x40, 0],
  ['pv_hcd_dma', 0x0, 0x40, 0],
  ['usb_giveback_urb_bh', 0xa1, 0x140, 56],
  ['__usb_hcd_giveback_urb', 0x9c, 0x110, 40],
  ['usbnet_probe', 0x3c2, 0xa10, 96],
  ['usbnet_disconnect', 0x5e, 0x1b0, 40],
  ['usbnet_open', 0x11c, 0x3f0, 56],
  ['usbnet_stop', 0x93, 0x270, 56],
  ['usbnet_bh', 0x8f, 0x2c0, 56],
  ['usbnet_start_xmit', 0xa4, 0x6b0, 88],
  ['intr_complete', 0x49, 0x110, 32],
  ['phy_state_machine', 0x131, 0x2f0, 48],
  ['phy_link_change', 0x2b, 0x60, 24],
  ['__mdiobus_read', 0x4f, 0x180, 40],
  ['__mdiobus_write', 0x52, 0x1a0, 40],
  ['usb_probe_interface', 0xe1, 0x2a0, 64],
  ['usb_unbind_interface', 0x92, 0x2b0, 48],
  ['usb_suspend_both', 0x9b, 0x2d0, 64],
  ['usb_runtime_suspend', 0x23, 0x70, 32],
  ['usb_resume_both', 0xe4, 0x1a0, 56],
  ['usb_runtime_resume', 0x1a, 0x40, 16],
] as const;

/** Where tasks sleep, with what /proc/PID/wchan calls it. */
const SLEEPING_FUNCTIONS: ReadonlyMap<string, Frame> = new Map(
  (
    [
      ['__mutex_lock', 0x3a6, 0xc80],
      ['rwsem_down_read_slowpath', 0x2b1, 0x5f0],
      ['rwsem_down_write_slowpath', 0x3f5, 0x6e0],
      ['__down_common', 0xd8, 0x1f0],
      ['hrtimer_nanosleep', 0x9c, 0x130],
      ['rcu_barrier', 0x1c4, 0x3b0],
      ['__flush_workqueue', 0x16f, 0x420],
      ['do_wait', 0x61, 0x130],
      ['pipe_read', 0x3b5, 0x500],
      ['pipe_write', 0x4ab, 0x6c0],
      ['futex_wait_queue', 0x69, 0x90],
      ['wait_woken', 0x54, 0x70],
      ['poll_schedule_timeout', 0x4f, 0xa0],
      ['sigsuspend', 0x88, 0xc0],
      ['wait_for_partner', 0x5f, 0x90],
      ['wait_for_completion', 0x24, 0x30],
    ] as const
  ).map(([name, offset, length]) => [name, { name, offset, length }]),
);

/** The frame of a task that sleeps; 0 long for a function of which nobody knows more. */
export function sleepingFrame(name: string): Frame {
  return SLEEPING_FUNCTIONS.get(name) ?? { name, offset: 0, length: 0 };
}

export type KernelFunction = (typeof KERNEL_FUNCTIONS)[number][0];

/** Ids of the kernel's functions: index + 1, since 0 is "nowhere". */
export function kernelSite(name: KernelFunction): number {
  return KERNEL_FUNCTIONS.findIndex(([each]) => each === name) + 1;
}

/** The kernel's functions that can stand in a stack, with their lengths. */
export function kernelFunctions(): readonly (readonly [name: string, length: number])[] {
  return KERNEL_FUNCTIONS.map(([name, , length]) => [name, length]);
}

/** How a kind of call gets from user space into a driver, outermost first. */
export interface EntryPath extends FramePath {
  /** Whether an errno that the driver throws has somewhere to go. */
  readonly mayFail: boolean;
}

/** A path on which the driver may fail with an errno. */
export function entryPath(...names: readonly KernelFunction[]): EntryPath {
  return makePath(names, true);
}

/** A path on which nobody could be told: dropping. */
export function nothrowPath(...names: readonly KernelFunction[]): EntryPath {
  return makePath(names, false);
}

/** A path of a kernel thread, in which nobody could be told either. */
export function threadPath(...names: readonly KernelFunction[]): EntryPath {
  return pathOf(['ret_from_fork_asm', 'ret_from_fork', 'kthread', ...names], false);
}

/** Functions on top of whatever runs: of interrupts and of threads that are there already. */
export function innerPath(...names: readonly KernelFunction[]): EntryPath {
  return pathOf(names, false);
}

/** The same where the driver may fail with an errno. */
export function innerEntryPath(...names: readonly KernelFunction[]): EntryPath {
  return pathOf(names, true);
}

function makePath(names: readonly KernelFunction[], mayFail: boolean): EntryPath {
  return pathOf(['entry_SYSCALL_64_after_hwframe', 'do_syscall_64', ...names], mayFail);
}

function pathOf(all: readonly KernelFunction[], mayFail: boolean): EntryPath {
  let used = 0;
  const usedBytes = all.map((name) => (used += KERNEL_FUNCTIONS[kernelSite(name) - 1]![3]));
  return { sites: all.map(kernelSite), usedBytes, mayFail };
}

const NO_ADDRESS = '0'.repeat(16);

interface Range {
  readonly base: number;
  readonly module: string;
  readonly table: SiteTable;
}

export class SiteRegistry {
  /** Where a function of a module lies in memory, 0 once it has gone: the loader says it. */
  functionAddress: (module: string, name: string) => number = () => 0;
  readonly #ranges: Range[] = [];
  #next = MODULE_SITE_BASE;

  /** Gives a module its range of ids; they are never used again, so old stacks stay readable. */
  register(module: string, table: SiteTable): number {
    const base = this.#next;
    this.#next += table.sites.length + 1;
    this.#ranges.push({ base, module, table });
    return base;
  }

  resolve(site: number): Frame {
    const kernel = KERNEL_FUNCTIONS[site - 1];
    if (kernel !== undefined) return { name: kernel[0], offset: kernel[1], length: kernel[2] };
    const range = this.#ranges.findLast(({ base }) => base <= site);
    const row = range?.table.sites[site - range.base];
    const fn = row === undefined ? undefined : range?.table.functions[row[0]];
    if (range === undefined || row === undefined || fn === undefined) {
      return { name: `0x${site.toString(16)}`, offset: 0, length: 0 };
    }
    const file = range.table.files[row[1]] ?? '?';
    const { name, length } = fn;
    return { name, offset: row[4], length, module: range.module, file, line: row[2] };
  }

  /**
   * `[<address>]` and a frame, for a line of its own. The kernel's functions have no address.
   * Linux: print_ip_sym.
   */
  formatPlace(site: number): string {
    const frame = this.resolve(site);
    const { module, name, offset } = frame;
    const start = module === undefined ? 0 : this.functionAddress(module, name);
    const digits = start === 0 ? NO_ADDRESS : (start + offset).toString(16).padStart(16, 'f');
    return `[<${digits}>] ${site === 0 ? '0x0' : formatFrame(frame)}`;
  }

  /** What a module takes memory for at one of its places, if its types say it. */
  typeAllocatedAt(site: number): ObjectType | undefined {
    const range = this.#ranges.findLast(({ base }) => base <= site);
    const { types, allocations } = range?.table ?? {};
    const [, type] = allocations?.find(([at]) => at === site - (range?.base ?? 0)) ?? [];
    return type === undefined ? undefined : types?.[type];
  }

  /** How the driver wrote the lock that it makes at one of its places. */
  lockNameAt(site: number): string | undefined {
    const range = this.#ranges.findLast(({ base }) => base <= site);
    return range?.table.locks?.find(([at]) => at === site - range.base)?.[1];
  }

  /** True if both are places of one function of a module. */
  isSameFunction(site: number, other: number): boolean {
    if (site === other) return true;
    const range = this.#ranges.findLast(({ base }) => base <= site);
    if (range === undefined) return false;
    const { base, table } = range;
    const fn = table.sites[site - base]?.[0];
    return fn !== undefined && fn === table.sites[other - base]?.[0];
  }

  /** The innermost frame of a driver among sites, or just the innermost: who did it. */
  actor(sites: readonly number[]): Frame | undefined {
    const driver = sites.find((site) => site >= MODULE_SITE_BASE) ?? sites[0];
    return driver === undefined ? undefined : this.resolve(driver);
  }

  /** The frames of a shadow stack, innermost first, without room that stands for no function. */
  frames(stack: Int32Array, sp: number): Frame[] {
    const frames: Frame[] = [];
    for (let at = sp - 2; at >= 0; at -= 2) {
      if (stack[at] !== 0) frames.push(this.resolve(stack[at]!));
    }
    return frames;
  }
}

/** `name+0xOFF/0xLEN [module]`. Linux: %pS. */
export function formatSymbol({ name, offset, length, module }: Frame): string {
  const symbol = `${name}+0x${offset.toString(16)}/0x${length.toString(16)}`;
  return module === undefined ? symbol : `${symbol} [${module}]`;
}

/** The same and `file:line`, as far as it is known. */
export function formatFrame(frame: Frame): string {
  const { module, file, line } = frame;
  const symbol = formatSymbol(frame);
  return module === undefined ? symbol : `${symbol} ${file}:${line}`;
}
