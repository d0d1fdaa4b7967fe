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
    besides: ['unreferenced object 0x* (size 64):'],
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

export const DRIVER_MODEL_CASES: readonly BugCase[] = [...AREAS, ...UNLOADING, ...LOADING];
