// SPDX-License-Identifier: GPL-2.0-or-later
/** What the page asks of the toolchain's worker: one method call per message, answered by id. */
import type { Diagnostic } from '../../kernel-sim/uapi/hostcc.ts';
import type { Completion, Definition, Explanation, SignatureHelp } from '../lib/language.ts';

export type { Completion, Definition, Explanation, SignatureHelp };

export interface ToolchainMethods {
  /** `BuildRequest` in, `BuildReply` out, both as the kernel's device carries them. */
  build(request: Uint8Array): Uint8Array;
  setFile(path: string, text: string): void;
  removeFile(path: string): void;
  diagnose(path: string): readonly Diagnostic[];
  complete(path: string, offset: number): readonly Completion[];
  explainCompletion(path: string, offset: number, name: string): Explanation | undefined;
  hover(path: string, offset: number): Explanation | undefined;
  signature(path: string, offset: number): SignatureHelp | undefined;
  define(path: string, offset: number): readonly Definition[];
}

export type MethodName = keyof ToolchainMethods;

export interface ToolchainCall {
  readonly id: number;
  readonly method: MethodName;
  readonly args: readonly unknown[];
}

export type ToolchainAnswer =
  /** Types are read in: answers come fast from now on. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly text: string };
