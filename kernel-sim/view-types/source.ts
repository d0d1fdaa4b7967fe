// SPDX-License-Identifier: GPL-2.0-or-later

/** A line of a module's source. */
export interface SourcePlace {
  readonly module: string;
  readonly file: string;
  readonly line: number;
}
