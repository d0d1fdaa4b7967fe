// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * hotplug: what the kernel runs when a device has come or gone. A driver is looked for by what the
 * device says of itself.
 *
 * Counterpart: /sbin/hotplug of the time before udev, and udev's rule for MODALIAS.
 */
import { command } from './support/command.ts';
import { runProgram } from './support/run-program.ts';

const HELP = `Usage: hotplug SUBSYSTEM
Run by the kernel for each device that comes or goes, with ACTION, DEVPATH and
MODALIAS in its environment. Loads the modules that drive a device that comes:
those that 'make modules_install' and depmod have put into /lib/modules.
`;

export const hotplug = command({
  short: '',
  help: HELP,
  *main(c) {
    const alias = c.env.get('MODALIAS');
    if (c.env.get('ACTION') !== 'add' || alias === undefined) return 0;
    // No module for it is no error: most devices are driven already.
    yield* runProgram(c, ['modprobe', '-q', '-b', alias]);
    return 0;
  },
});
