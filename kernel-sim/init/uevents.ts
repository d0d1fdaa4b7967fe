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
const ACTIONS = ['add', 'remove', 'change', 'move', 'online', 'offline', 'bind', 'unbind'] as const;
const ENVIRONMENT = ['HOME=/', 'PATH=/sbin:/bin:/usr/sbin:/usr/bin'];

/** A text that a program may write, too. */
export interface TextVariable {
  read(): string;
  /** False for one that is too long. */
  write(text: string): boolean;
}

export type UeventAction = (typeof ACTIONS)[number];

/** A thing of the kernel's with a place in /sys. */
export interface UeventSource {
  readonly subsystem: string;
  /** Below /sys. */
  readonly folder: string;
  readonly variables: () => readonly string[];
}

export class Uevents {
  /** The sysctl variable kernel.hotplug: a path, empty for nobody. */
  helper: TextVariable | undefined = undefined;
  readonly #kernel: Kernel;
  #sequence = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Context: process. */
  emit(action: UeventAction, { subsystem, folder, variables }: UeventSource): void {
    this.#sequence++;
    // Before there is a process 1 there is nobody to run programs for.
    const helper = this.helper?.read() ?? '';
    if (helper === '' || this.#kernel.tasks.get(INIT_PID) === undefined) return;
    const env = [
      ...ENVIRONMENT,
      `ACTION=${action}`,
      `DEVPATH=/${folder}`,
      `SUBSYSTEM=${subsystem}`,
      ...variables(),
      `SEQNUM=${this.#sequence}`,
    ];
    // Nobody could be told that there is no such program, or no memory for it.
    this.#kernel.lifecycle.startHelper(helper, [helper, subsystem], env);
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
    const store = (path: string): number => (this.helper?.write(path) === true ? 0 : -ERRNO.ENOENT);
    const ops = new AttributeFile(() => this.helper?.read() ?? '', store);
    sysfs.register('kernel/uevent_helper', { ops, mode: 0o644 });
    sysfs.register('kernel/uevent_seqnum', () => `${this.#sequence}\n`);
  }
}
