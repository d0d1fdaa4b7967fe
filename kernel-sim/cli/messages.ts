// SPDX-License-Identifier: GPL-2.0-or-later
/** What the command and the process that runs the kernel for it say to each other. */
import type { BootFile, WireSettings } from '../machine-types.ts';
import type { Settings } from './border.ts';

export type ToChild =
  | {
      readonly kind: 'start';
      readonly settings: Settings;
      readonly files: readonly BootFile[];
      readonly isRealtime: boolean;
      /** False when the command has read standard input itself: the script gets an empty one. */
      readonly hasStdin: boolean;
      /** Real time until the run is given up. */
      readonly timeoutSeconds: number | undefined;
      readonly wire: Partial<WireSettings>;
      /** Frames come and go. */
      readonly hasCable: boolean;
    }
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'compiled'; readonly id: number; readonly bytes: Uint8Array };

export type FromChild =
  | { readonly kind: 'compile'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'trace'; readonly bytes: Uint8Array }
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** The last message: the script's status, or why there is none. */
  | { readonly kind: 'ended'; readonly status: number; readonly complaint: string };

/** Status of a run that took too long, as timeout(1) has it. */
export const STATUS_TIMEOUT = 124;
/** Status of `ringzero` when it failed itself, as timeout(1) and env(1) have it. */
export const STATUS_FAILED = 125;
/** What a shell says of a program that wrote to a pipe without a reader. */
export const STATUS_SIGPIPE = 141;
