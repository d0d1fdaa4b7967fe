// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What travels through /dev/hostcc: one write is a request, the next reads give the reply.
 *
 * Both are JSON in UTF-8, files in it as base64 when they are not text. The reply is an input of
 * the run: it is recorded with the instant at which it landed.
 */
export interface BuildRequest {
  readonly version: 1;
  /** What to make: a kernel module if nothing is said. */
  readonly target?: 'module' | 'program';
  /** Name of the module without `.ko`, or of the program. */
  readonly module: string;
  readonly board: 'pc' | 'rpi3';
  /** The file whose default export is the module, or that exports `main`. */
  readonly main: string;
  /** Every `.ts` file of the folder by name, as text. */
  readonly sources: Readonly<Record<string, string>>;
  /**
   * The modules of the Kbuild and the file that each is made of: what another one has is not linked
   * in, but a symbol that the kernel resolves.
   */
  readonly modules?: readonly { readonly name: string; readonly main: string }[];
}

export interface Diagnostic {
  readonly file: string;
  /** Both from 1, as compilers count. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** `TS2322` or `RZ0382`. */
  readonly code: string;
  readonly message: string;
  readonly help: string | null;
  /** An error unless told. */
  readonly severity?: 'warning';
}

export interface BuildReply {
  readonly version: 1;
  /** As in the request. */
  readonly module: string;
  readonly diagnostics: readonly Diagnostic[];
  /** The `.ko` in base64; absent when an error stopped the build. */
  readonly ko?: string;
  /** The executable of a program in base64. */
  readonly executable?: string;
}
