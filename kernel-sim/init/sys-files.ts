// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /sys: a folder for each loaded module, and slab-files.ts. Linux: kernel/module/sysfs.c,
 * kernel/params.c, Documentation/ABI/testing/sysfs-module.
 */
import { PseudoFs } from '../fs/pseudo-fs.ts';
import { formatPointer } from '../hw/ram/board-memory.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { ModuleParameter } from '../kernel/module/parameters.ts';
import { taintLetters } from '../kernel/taint.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import { DEVICE } from './devices.ts';
import type { Kernel } from './kernel.ts';
import { mountNetDevices } from './net-device-files.ts';
import { mountUsb } from './usb-files.ts';

/** Linux: module_kobj states. */
const INIT_STATE = { Live: 'live', Loading: 'coming', Unloading: 'going' } as const;

/** Mounts /sys, and answers what registers files in it. */
export function mountSys(kernel: Kernel): PseudoFs {
  const { vfs, wallClock, loader } = kernel;
  vfs.fileSystemTypes.set('sysfs', { needsDevice: false });
  const sysfs = new PseudoFs(wallClock, {
    type: 'sysfs',
    device: DEVICE.SYS,
    hasFixedNames: false,
  });
  sysfs.registerDirectory('module');
  sysfs.registerDirectory('kernel/debug');
  kernel.slabFiles.mount(sysfs, kernel.slabs);
  mountNetDevices(kernel, sysfs);
  kernel.uevents.register(sysfs);
  mountUsb(kernel, sysfs);
  loader.watcher = {
    added: (module) => addModule(kernel, sysfs, module),
    removed(module) {
      for (const provider of module.providers) {
        sysfs.remove(`module/${provider.name}/holders/${module.name}`);
      }
      sysfs.remove(`module/${module.name}`);
    },
  };
  vfs.mount(sysfs, 'sysfs', '/sys');
  return sysfs;
}

function addModule(kernel: Kernel, sysfs: PseudoFs, module: LoadedModule): void {
  const { image, name } = module;
  const folder = `module/${name}`;
  const text = (file: string, show: () => string, mode = 0o444): void =>
    sysfs.register(`${folder}/${file}`, { mode, show: () => `${show()}\n` });
  text('coresize', () => String(image.sizeBytes));
  text('initsize', () => String(module.state === 'Loading' ? image.initBytes : 0));
  text('initstate', () => INIT_STATE[module.state]);
  text('refcnt', () => String(module.references));
  text('taint', () => taintLetters(module.taint));
  const { version } = image.words;
  if (version !== undefined) text('version', () => version);
  sysfs.registerDirectory(`${folder}/holders`);
  for (const { name: section, address } of image.sections) {
    text(`sections/${section}`, () => `0x${formatPointer(kernel.board.memory, address)}`, 0o400);
  }
  for (const [note, bytes] of image.notes) {
    sysfs.register(`${folder}/notes/${note}`, { show: () => bytes });
  }
  for (const parameter of image.parameters) addParameter(sysfs, folder, parameter);
  for (const provider of module.providers) {
    sysfs.registerSymlink(`module/${provider.name}/holders/${name}`, () => `../../${name}`);
  }
}

function addParameter(sysfs: PseudoFs, folder: string, parameter: ModuleParameter): void {
  const { mode } = parameter;
  if (mode === 0) return;
  sysfs.register(`${folder}/parameters/${parameter.name}`, {
    mode,
    show: () => `${parameter.shown}\n`,
    ...((mode & 0o222) === 0 ? {} : { store: (bytes: Uint8Array) => store(parameter, bytes) }),
  });
}

function store(parameter: ModuleParameter, bytes: Uint8Array): number {
  if (bytes.includes(0)) return -ERRNO.EINVAL;
  // A text keeps what it was given, but for the newline that echo(1) adds.
  const failure = parameter.set(decodeUtf8(bytes).replace(/\n$/, ''));
  return failure < 0 ? failure : bytes.length;
}
