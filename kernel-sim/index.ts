// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The door of the simulated kernel: everything that a host may use.
 *
 *     const machine = bootMachine(image, host);
 *     machine.run(untilNs);            // as far as the host's time has come
 *     machine.deliver({ kind: 'tty', tty: 0, bytes });
 *     const view = takeSnapshot(machine);
 */
export { freezeIntrinsics } from './init/freeze-intrinsics.ts';
export { Machine, type MachineOptions } from './init/machine.ts';
export { decodeRecording, encodeRecording } from './init/recording-text.ts';
export { locksView } from './inspect/locks.ts';
export { moduleDetail } from './inspect/module-detail.ts';
export { memoryBuffers, memoryView } from './inspect/memory.ts';
export { networkBuffers, networkView } from './inspect/network.ts';
export { usbView } from './inspect/usb.ts';
export { takeSnapshot } from './inspect/snapshot.ts';
export { timelineBuffers, timelineView } from './inspect/timeline.ts';
export type * from './machine-types.ts';

import { Machine, type MachineOptions } from './init/machine.ts';
import type { BootImage, Host, Recording } from './machine-types.ts';
import { boot, surround } from './world/boot.ts';

/** Boots a machine to its first process, which `run` then runs. */
export function bootMachine(image: BootImage, host: Host, options?: MachineOptions): Machine {
  return boot(image, host, options);
}

/** A machine that repeats a recorded run when it is run to `recording.endNs`. */
export function replayMachine(recording: Recording, host: Host, options?: MachineOptions): Machine {
  const settings = { ...options, surround: surround(host, recording.choices) };
  return Machine.replay(recording, host, settings);
}

/** An image with every setting at its default. */
export function defaultImage(overrides: Partial<BootImage> = {}): BootImage {
  return {
    board: 'pc',
    cpus: 2,
    seed: 1,
    cmdline: '',
    files: [],
    epochSeconds: DEFAULT_EPOCH_SECONDS,
    ...overrides,
  };
}

/** 2026-01-01T00:00:00Z: a machine's clock starts there unless the host says otherwise. */
const DEFAULT_EPOCH_SECONDS = 1_767_225_600;
