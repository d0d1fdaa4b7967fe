// SPDX-License-Identifier: GPL-2.0-or-later
/** What drivers do wrong with the kernel's own things: modules, vmalloc areas, pages. */
import { SETTING, type BugCase } from '../bug-case.ts';

const setting = SETTING.CPU;
const KMEMLEAK = '/sys/kernel/debug/kmemleak';
const SCAN = `sleep 6; echo scan > ${KMEMLEAK}; echo scan > ${KMEMLEAK}`;
const GREETING = '  println("loaded");';
const TAINTED = 'echo $(($(cat /proc/sys/kernel/tainted) &';

const AREAS: readonly BugCase[] = [
  {
    id: 'driver-model/vfree_nonexistent',
    body: `
  const p: VoidPtr = vmalloc(8192); // PAGES p 8192
- vfree(p.add(4096)); // BAD trap
  vfree(p);`,
    says: [['Trying to vfree() nonexistent vm area ({p+4096})']],
    setting,
  },
  {
    id: 'driver-model/vfree_bad',
    body: `
  const p: VoidPtr = vmalloc(4096); // PAGES p 4096
- vfree(p.add(8)); // BAD trap
  vfree(p);`,
    says: [['Trying to vfree() bad address ({p+8})']],
    besides: ['Trying to vfree() nonexistent vm area (*'],
    setting,
  },
  {
    id: 'driver-model/bad_page_state',
    body: `
  const page = alloc_pages(GFP_KERNEL, 0)!;
  const p: Ptr<u8> = page_address(page); // PAGES p 4096
- free_pages(p, 0);
- free_pages(p, 0); // BAD trap
+ free_pages(p, 0);`,
    says: [['page dumped because: *']],
    setting,
  },
];

/** The driver holds itself, so that nobody takes it out. */
const HELD =
  '  try_module_get(this_module());\n  println("held by " + module_refcount(this_module()));';

const UNLOADING: readonly BugCase[] = [
  {
    id: 'driver-model/module_put_underflow',
    body: GREETING,
    exit: '- module_put(this_module()); // BAD trap\n+ println("let go of by nobody");',
    script: 'insmod driver.ko && rmmod driver',
    setting,
  },
  {
    id: 'driver-model/module_unload_busy',
    body: HELD,
    script: `insmod driver.ko; rmmod driver 2>&1; lsmod | grep -c driver; ${TAINTED} 8))`,
    // The kernel holds it as well, as long as its init runs.
    prints: ['held by 2', 'rmmod: ERROR: Module driver is in use', '1', '0'],
    setting,
  },
  {
    id: 'driver-model/module_force_unload',
    body: HELD,
    script: `insmod driver.ko; rmmod -f driver; lsmod | grep -c driver; ${TAINTED} 8))`,
    prints: ['held by 2', '0', '8'],
    taints: 'R',
    setting,
  },
  {
    id: 'driver-model/init_failure_cleanup',
    body: `
- const p: VoidPtr = kmalloc(64, GFP_KERNEL); // ALLOC p 64 // BAD line
+ const p: VoidPtr = kmalloc(64, GFP_KERNEL);
+ kfree(p);
  throw Errno.ENODEV;`,
    script: `insmod driver.ko || { ${SCAN}; cat ${KMEMLEAK}; }`,
    prints: ['unreferenced object 0x{p} (size 64):'],
    besides: [
      'unreferenced object 0x* (size 64):',
      'kmemleak: driver left 1 unreferenced object behind (64 bytes)',
    ],
    setting: SETTING.KMEMLEAK,
  },
];

const LOADING: readonly BugCase[] = [
  {
    id: 'driver-model/module_taint_oot',
    body: `${GREETING} // BAD line`,
    // Whatever a user builds lies outside of the kernel's tree.
    hasTwin: false,
    prints: ['loaded'],
    taints: 'O',
    setting,
  },
  {
    id: 'driver-model/module_taint_license',
    body: GREETING,
    info: '- license: "Proprietary", // BAD line\n+ license: "GPL",',
    says: [["driver: module license 'Proprietary' taints kernel."]],
    prints: ['loaded'],
    taints: 'P',
    setting,
  },
  {
    id: 'driver-model/module_unsigned',
    body: `${GREETING} // BAD line`,
    // There is nobody here who could sign one.
    hasTwin: false,
    prints: ['loaded'],
    taints: 'E',
    setting: { on: 'module_sig=on', off: '' },
  },
  {
    id: 'driver-model/module_symbol_missing',
    top: '- import { supply } from "./provider"; // BAD line',
    provider: `
import { export_symbol, module } from "kernel";
export function supply(): number {
  return 7;
}
export_symbol(supply);
class Provider {
  static init(): Provider {
    return new Provider();
  }
}
export default module(Provider, { license: "GPL" });
`,
    body: '- println("supplied with " + supply());\n+ println("supplies itself");',
    status: 1,
    says: [['driver: Unknown symbol supply (err -2)']],
    setting,
  },
];

const HANDLER = `
  function handles(irq: number, dev_id: VoidPtr): number {
    void irq;
    void dev_id;
    return IRQ_HANDLED;
  }`;

const INTERRUPTS: readonly BugCase[] = [
  {
    id: 'driver-model/free_irq_twice',
    functions: HANDLER,
    body: `
  request_irq(tick_irq(), handles, 0, "driver", NULL);
  free_irq(tick_irq(), NULL);
- free_irq(tick_irq(), NULL); // BAD trap
  println("freed");`,
    says: [['Trying to free already-free IRQ 10']],
    prints: ['freed'],
    setting,
  },
  {
    id: 'driver-model/free_irq_in_irq',
    functions: `
  let is_taken = true;
  function handles(irq: number, dev_id: VoidPtr): number {
    "use unsafe";
    void dev_id;
- free_irq(irq, NULL); // BAD trap
- is_taken = false;
    println("handled " + irq);
    return IRQ_HANDLED;
  }`,
    body: `
  request_irq(tick_irq(), handles, 0, "driver", NULL);
  tick_once(0);
  udelay(50);
  if (is_taken) free_irq(tick_irq(), NULL);`,
    says: [['Trying to free IRQ 10 from IRQ context!']],
    // It takes a mutex besides.
    besides: ['BUG: sleeping function called from invalid context at *'],
    prints: ['handled 10'],
    setting,
  },
  {
    id: 'driver-model/enable_unbalanced',
    functions: HANDLER,
    body: `
  request_irq(tick_irq(), handles, 0, "driver", NULL);
  disable_irq(tick_irq());
  enable_irq(tick_irq());
- enable_irq(tick_irq()); // BAD trap
  free_irq(tick_irq(), NULL);
  println("enabled");`,
    says: [['Unbalanced enable for IRQ 10']],
    prints: ['enabled'],
    setting,
  },
  {
    id: 'driver-model/irq_flags_mismatch',
    functions: HANDLER,
    body: `
  const one: VoidPtr = kmalloc(8, GFP_KERNEL);
  const other: VoidPtr = kmalloc(8, GFP_KERNEL);
- const flags = 0;
+ const flags = IRQF_SHARED;
  request_irq(tick_irq(), handles, flags, "first", one);
  const error = request_irq(tick_irq(), handles, flags, "second", other); // BAD trap
  println("second " + error);
  if (error === 0) free_irq(tick_irq(), other);
  free_irq(tick_irq(), one);
  kfree(other);
  kfree(one);`,
    says: [['genirq: Flags mismatch irq 10. 00000000 (second) vs. 00000000 (first)']],
    prints: ['second -16'],
    setting,
  },
  {
    id: 'driver-model/irq_nobody_cared',
    functions: `
  function handles(irq: number, dev_id: VoidPtr): number {
    void irq;
    void dev_id;
- return IRQ_NONE; // BAD line
+ return IRQ_HANDLED;
  }`,
    body: `
  request_irq(tick_irq(), handles, 0, "driver", NULL);
  tick_every(2);
  mdelay(1500);
  tick_stop();
  free_irq(tick_irq(), NULL);
  println("stopped");`,
    says: [['handlers:', '[<*>] handles [driver]', 'Disabling IRQ #10']],
    prints: ['stopped'],
    setting,
  },
  {
    id: 'driver-model/irq_after_free',
    functions: `
  class Board extends struct({ ticks: u64 }) {}
- function release(board: Ptr<Board>): void {
-   "use unsafe";
-   kfree(board); // FREE board
- }
  function handles(irq: number, dev_id: VoidPtr): number {
    "use unsafe";
    void irq;
    const board = dev_id.cast<Board>();
    println("ticked " + board.$.ticks); // BAD R8@board
    return IRQ_HANDLED;
  }`,
    body: `
  const board: Ptr<Board> = kzalloc(Board.size, GFP_KERNEL); // ALLOC board 8
  request_irq(tick_irq(), handles, 0, "driver", board);
- release(board);
  tick_once(0);
  udelay(50);
  free_irq(tick_irq(), board);
+ kfree(board);`,
    prints: ['ticked 0'],
    setting: SETTING.KASAN,
  },
  {
    id: 'driver-model/request_irq_zero_devid',
    functions: HANDLER,
    body: `
  println("answered " + request_irq(tick_irq(), handles, IRQF_SHARED, "driver", NULL));`,
    prints: ['answered -22'],
    setting,
  },
];

const SHOW = String.raw`
  function shows(file: VoidPtr, data: VoidPtr): number {
    "use unsafe";
    void data;
    seq_puts(file, "shown\n");
    return 0;
  }`;

const FILES: readonly BugCase[] = [
  {
    id: 'driver-model/sysfs_duplicate',
    top: `
  import { type File, miscdev } from "kernel/fs";
  class Nothing {
    static open(file: File): Nothing {
      void file;
      return new Nothing();
    }
  }`,
    body: `
  using first = miscdev.register("twin", Nothing);
- using second = miscdev.register("twin", Nothing); // BAD trap
+ using second = miscdev.register("other", Nothing);
  println("minors " + (second.minor - first.minor));`,
    says: [["sysfs: cannot create duplicate filename '/devices/virtual/misc/twin'"]],
    besides: ['kobject: kobject_add_internal failed for twin with -EEXIST, *'],
    status: 1,
    setting,
  },
  {
    id: 'driver-model/proc_duplicate',
    functions: SHOW,
    body: `
  const first: VoidPtr = proc_create_single("twin", 0o444, NULL, shows);
- const second: VoidPtr = proc_create_single("twin", 0o444, NULL, shows); // BAD trap
+ const second: VoidPtr = proc_create_single("other", 0o444, NULL, shows);
  println("made");
  proc_remove(second);
  proc_remove(first);`,
    says: [["proc_dir_entry '/proc/twin' already registered"]],
    prints: ['made'],
    setting,
  },
  {
    id: 'driver-model/proc_remove_missing',
    body: `
  const directory: VoidPtr = proc_mkdir("driver", NULL);
- remove_proc_entry("divrer", NULL); // BAD trap
  remove_proc_entry("driver", NULL);
  println("removed " + (directory !== NULL));`,
    says: [["name 'divrer'"]],
    prints: ['removed true'],
    setting,
  },
  {
    id: 'driver-model/proc_remove_nonempty',
    functions: SHOW,
    body: `
  const directory: VoidPtr = proc_mkdir("driver", NULL);
  proc_create_single("state", 0o444, directory, shows);
+ remove_proc_entry("state", directory);
  remove_proc_entry("driver", NULL); // BAD trap
  println("removed");`,
    says: [
      ["remove_proc_entry: removing non-empty directory '/proc/driver', leaking at least 'state'"],
    ],
    prints: ['removed'],
    setting,
  },
  {
    id: 'driver-model/chrdev_not_removed',
    functions: SHOW,
    body: `
  proc_create_single("driver", 0o444, NULL, shows);
  println("made");`,
    exit: '- println("forgotten"); // BAD line\n+ remove_proc_entry("driver", NULL);',
    script: 'insmod driver.ko; cat /proc/driver; rmmod driver; cat /proc/driver 2>/dev/null; true',
    prints: ['made', 'shown'],
    // It lies in memory that the module allocated.
    besides: ['kmemleak: driver left 1 unreferenced object behind (192 bytes)'],
    setting,
  },
];

const CLOCK = '  class Clock extends struct({ timer: timer_list }) {}';
const EXPIRES = `
  function expires(timer: Ptr<timer_list>): void {
    void timer;
  }`;
const WORKS = `
  function works(work: Ptr<work_struct>): void {
    void work;
  }`;
const ODEBUG = { on: '', off: 'debug_objects=off' };

const CALLBACKS: readonly BugCase[] = [
  {
    id: 'driver-model/timer_active_at_exit',
    functions: `${EXPIRES}
  let clock: Ptr<timer_list> = NULL;`,
    body: `
  clock = kzalloc(timer_list.size, GFP_KERNEL);
  timer_setup(clock, expires, 0);
  mod_timer(clock, jiffies + 25);
  println("armed");`,
    exit: `
- clock = NULL; // BAD line
+ timer_delete_sync(clock);
+ kfree(clock);`,
    script: 'insmod driver.ko && rmmod driver; sleep 1',
    prints: ['armed'],
    besides: [
      'kmemleak: driver left 1 unreferenced object behind (*',
      'Kernel panic - not syncing: Fatal exception in interrupt',
    ],
    status: 1,
    setting,
  },
  {
    id: 'driver-model/timer_freed_active',
    functions: CLOCK + EXPIRES,
    body: `
  const clock: Ptr<Clock> = kzalloc(Clock.size, GFP_KERNEL); // ALLOC clock 40
  timer_setup(addr_of(clock.$.timer), expires, 0);
  mod_timer(addr_of(clock.$.timer), jiffies + 25);
+ timer_delete_sync(addr_of(clock.$.timer));
  kfree(clock); // BAD trap`,
    says: [['*object: {clock} object type: timer_list hint: expires [driver]']],
    setting: ODEBUG,
  },
  {
    id: 'driver-model/timer_uninit',
    functions: `${CLOCK}${EXPIRES.replace(/^(?=.)/gmu, '+').replaceAll('+  ', '+ ')}`,
    body: `
  const clock: Ptr<Clock> = kzalloc(Clock.size, GFP_KERNEL); // ALLOC clock 40
+ timer_setup(addr_of(clock.$.timer), expires, 0);
  clock.$.timer.expires = jiffies + 5;
  add_timer(addr_of(clock.$.timer)); // BAD trap
  msleep(40);
  kfree(clock);`,
    says: [['*object: {clock} object type: timer_list hint: 0x0']],
    setting: ODEBUG,
  },
  {
    id: 'driver-model/work_freed_active',
    functions: WORKS,
    body: `
  const work: Ptr<work_struct> = kzalloc(work_struct.size, GFP_KERNEL); // ALLOC work 32
  INIT_WORK(work, works);
  preempt_disable();
  schedule_work(work);
+ cancel_work(work);
  kfree(work); // BAD trap
  preempt_enable();`,
    says: [['*object: {work} object type: work_struct hint: works [driver]']],
    setting: ODEBUG,
  },
];

export const DRIVER_MODEL_CASES: readonly BugCase[] = [
  ...AREAS,
  ...UNLOADING,
  ...LOADING,
  ...INTERRUPTS,
  ...FILES,
  ...CALLBACKS,
];
