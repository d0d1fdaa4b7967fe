// SPDX-License-Identifier: GPL-2.0-or-later
/** /sys/kernel/debug: hands debugfs what the other rooms let be looked at and switched. */
import { DebugFs } from '../fs/debugfs/debugfs.ts';
import { DEVICE } from './devices.ts';
import type { Kernel } from './kernel.ts';
import { registerUsbDebug } from './usb-files.ts';

const PLACE = '/sys/kernel/debug';

/** Mounts debugfs where systemd does. */
export function mountDebug(kernel: Kernel): DebugFs {
  const { vfs, wallClock } = kernel;
  vfs.fileSystemTypes.set('debugfs', { needsDevice: false });
  const debugfs = new DebugFs(wallClock, DEVICE.DEBUG);
  registerUsbDebug(kernel, debugfs);
  vfs.mount(debugfs, 'debugfs', PLACE);
  return debugfs;
}
