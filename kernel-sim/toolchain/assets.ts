// SPDX-License-Identifier: GPL-2.0-or-later
/** What the toolchain is given at its start: it reads no file, so that it runs anywhere. */
export interface ToolchainAssets {
  /** lib.driver.d.ts: the language without what differs between engines and runs. */
  readonly lib: string;
  /** Declarations of the driver API by the subpath that a driver imports: `kernel`, `kernel/fs`. */
  readonly api: Readonly<Record<string, string>>;
}
