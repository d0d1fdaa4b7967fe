// SPDX-License-Identifier: GPL-2.0-or-later
/** st_dev of the file systems without a disk, as Linux numbers anonymous devices. */
// prettier-ignore
export const DEVICE = {
  ROOT: 1, DEVTMPFS: 5, DEBUG: 7, SOCKFS: 8, PIPEFS: 13, SYS: 21, PROC: 22,
} as const;
