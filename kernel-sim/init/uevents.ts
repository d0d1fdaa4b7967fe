// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Says that something has come or gone: to a program that the kernel starts for each such event.
 *
 * Which program that is /proc/sys/kernel/hotplug says, and /sys/kernel/uevent_helper. It is given
 * the subsystem as its argument, and the rest by its environment.
 *
 * Linux: kobject_uevent_env (lib/kobject_uevent.c) with CONFIG_UEVENT_HELPER. Differs: there is no
 * netlink socket that events are sent to.
 */
import type { PseudoFs } from '../fs/pseudo-fs.ts';
import { AttributeFile } from '../fs/seq-file.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Kernel } from './kernel.ts';

export const UEVENT_HELPER = '/sbin/hotplug';
const INIT_PID = 1;
/** Linux: UEVENT_HELPER_PATH_LEN. */
const PATH_BYTES = 256;
const ACTIONS = ['add', 'remove', 'change', 'move', 'online', 'offline', 'bind', 'unbind'] as const;
const ENVIRONMENT = ['HOME=/', 'PATH=/sbin:/bin:/usr/sbin:/usr/bin'];

export type UeventAction = (typeof ACTIONS)[number];

/** A thing of the kernel's with a place in /sys. */
export interface UeventSource {
  readonly subsystem: string;
  /** Below /sys. */
  readonly folder: string;
  readonly variables: () => readonly string[];
}

export class Uevents {
  /** Empty for nobody. */
  helper = UEVENT_HELPER;
  readonly #kernel: Kernel;
  #sequence = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** How many there were. */
  get count(): number {
    return this.#sequence;
  }

  /** Context: process. */
  emit(action: UeventAction, { subsystem, folder, variables }: UeventSource): void {
    this.#sequence++;
    // Before there is a process 1 there is nobody to run programs for.
    if (this.helper === '' || this.#kernel.tasks.get(INIT_PID) === undefined) return;
    const env = [
      ...ENVIRONMENT,
      `ACTION=${action}`,
      `DEVPATH=/${folder}`,
      `SUBSYSTEM=${subsystem}`,
      ...variables(),
      `SEQNUM=${this.#sequence}`,
    ];
    // Nobody could be told that there is no such program, or no memory for it.
    this.#kernel.lifecycle.startHelper(this.helper, [this.helper, subsystem], env);
  }

  /** The file `uevent` of a thing: what it says of itself, and how it is asked to say so again. */
  file(source: UeventSource): AttributeFile {
    const store = (text: string): number => {
      const action = ACTIONS.find((each) => each === text);
      if (action === undefined) return -ERRNO.EINVAL;
      this.emit(action, source);
      return 0;
    };
    return new AttributeFile(() => source.variables().join('\n'), store);
  }

  register(sysfs: PseudoFs): void {
    const store = (path: string): number => {
      if (path.length >= PATH_BYTES) return -ERRNO.ENOENT;
      this.helper = path;
      return 0;
    };
    const ops = new AttributeFile(() => this.helper, store);
    sysfs.register('kernel/uevent_helper', { ops, mode: 0o644 });
    sysfs.register('kernel/uevent_seqnum', () => `${this.#sequence}\n`);
  }
}
