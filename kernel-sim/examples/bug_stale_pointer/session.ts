// SPDX-License-Identifier: GPL-2.0-or-later
/** What /dev/session is asked for, by drivers and programs alike. */
/** _IO('s', 1): ends the session for all who have it. */
export const LOGOUT = 0x7301;
