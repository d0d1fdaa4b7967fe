// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs from kernel-sim/api. Do not edit.

/** What the kernel exports to modules, and whether only to those under the GPL. */
// prettier-ignore
export const EXPORTED_SYMBOLS: readonly (readonly [name: string, isGplOnly: boolean])[] = [
  ['__kmalloc_noprof', false],
  ['__register_chrdev', false],
  ['__unregister_chrdev', false],
  ['_copy_from_user', false],
  ['_copy_to_user', false],
  ['_printk', false],
  ['add_device_randomness', false],
  ['get_random_bytes', false],
  ['guard_drop', false],
  ['kfree', false],
  ['ktime_get', false],
  ['msleep', false],
  ['mutex_drop', false],
  ['mutex_init', false],
  ['mutex_lock', false],
  ['mutex_lock_interruptible', false],
  ['mutex_trylock', false],
  ['proc_dobool', false],
  ['proc_dointvec_minmax', false],
  ['proc_dostring', false],
  ['proc_dou8vec_minmax', false],
  ['proc_douintvec_minmax', false],
  ['proc_doulongvec_minmax', false],
  ['register_sysctl', false],
  ['registration_get', false],
  ['registration_set', false],
  ['spin_lock', false],
  ['spin_lock_init', false],
  ['spin_lock_irqsave', false],
  ['spin_trylock', false],
  ['spinlock_drop', false],
  ['unregister_sysctl_table', false],
];
