// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the page and the worker with the kernel say to each other, over one MessagePort.
 *
 * The worker runs code that anybody may have written, so the page believes nothing that comes from
 * it before `parseFromKernel` (parse.ts) has looked at its shape. The other direction is trusted.
 */
import type {
  BootFile,
  BootImage,
  Input,
  LocksView,
  MachineSnapshot,
  MemoryRequest,
  MemoryView,
  ModuleDetail,
  NetworkRequest,
  NetworkView,
  PortName,
  TimelineRequest,
  TimelineView,
  UsbRequest,
  UsbView,
} from '../../kernel-sim/machine-types.ts';

/** Changes whenever a message does: a page never talks to another build's worker. */
export const PROTOCOL_VERSION = 9;

export type ToKernel =
  | { readonly kind: 'boot'; readonly version: number; readonly image: BootRequest }
  | { readonly kind: 'input'; readonly input: Input }
  /** So many bytes of terminal output have been drawn: the worker may produce as many again. */
  | { readonly kind: 'drawn'; readonly bytes: number }
  /** Answered by `module` with the same id. */
  | { readonly kind: 'describe-module'; readonly id: number; readonly name: string }
  /** Answered by `memory` with the same id: a view asks again while it is open. */
  | { readonly kind: 'describe-memory'; readonly id: number; readonly request: MemoryRequest }
  /** Answered by `locks` with the same id. */
  | { readonly kind: 'describe-locks'; readonly id: number }
  /** Answered by `timeline` with the same id. */
  | { readonly kind: 'describe-timeline'; readonly id: number; readonly request: TimelineRequest }
  /** Answered by `network` with the same id. */
  | { readonly kind: 'describe-network'; readonly id: number; readonly request: NetworkRequest }
  /** Answered by `usb` with the same id. */
  | { readonly kind: 'describe-usb'; readonly id: number; readonly request: UsbRequest }
  | { readonly kind: 'ping'; readonly id: number };

/** The parts of the boot image that the page decides; the worker adds the shipped files. */
export type BootRequest = Pick<
  BootImage,
  'board' | 'cpus' | 'seed' | 'cmdline' | 'epochSeconds' | 'mac'
> & {
  /** Laid over the shipped files. */
  readonly files: readonly BootFile[];
  /** Shipped files that the person has deleted. */
  readonly removed: readonly string[];
};

export type FromKernel =
  /** The first message: the files that ship, so that the editor can show and reset them. */
  | { readonly kind: 'hello'; readonly version: number; readonly shipped: readonly BootFile[] }
  | { readonly kind: 'output'; readonly port: PortName; readonly bytes: Uint8Array }
  | { readonly kind: 'compile'; readonly id: number; readonly request: Uint8Array }
  | { readonly kind: 'file-changed'; readonly path: string; readonly bytes: Uint8Array | null }
  /** The log and happenings in it are only those that are new since the last snapshot. */
  | { readonly kind: 'snapshot'; readonly snapshot: MachineSnapshot }
  /** null: no module of that name is loaded. */
  | { readonly kind: 'module'; readonly id: number; readonly detail: ModuleDetail | null }
  /** Its buffers change hands. null: nothing has been booted. */
  | { readonly kind: 'memory'; readonly id: number; readonly view: MemoryView | null }
  /** null: nothing has been booted. */
  | { readonly kind: 'locks'; readonly id: number; readonly view: LocksView | null }
  /** Its buffers change hands. null: nothing has been booted. */
  | { readonly kind: 'timeline'; readonly id: number; readonly view: TimelineView | null }
  /** Its buffers change hands. null: nothing has been booted. */
  | { readonly kind: 'network'; readonly id: number; readonly view: NetworkView | null }
  /** null: nothing has been booted, or it has no USB. */
  | { readonly kind: 'usb'; readonly id: number; readonly view: UsbView | null }
  /** A frame leaves the machine's world over its uplink. */
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'pong'; readonly id: number }
  /** The simulator itself failed: a bug of ours, never of a driver. */
  | { readonly kind: 'broken'; readonly text: string };
