// SPDX-License-Identifier: GPL-2.0-or-later
/** What /dev/table is asked for, by drivers and programs alike. */
/** _IO('t', 1): the argument says how many rows it shall have. */
export const RESIZE = 0x7401;
/** _IO('t', 2): marks the row that the argument names. */
export const MARK = 0x7402;
