// SPDX-License-Identifier: GPL-2.0-or-later
/** Terminal settings and requests. Linux: include/uapi/asm-generic/termbits.h, ioctls.h. */

// prettier-ignore
export const IFLAG = {
  BRKINT: 0o2, ISTRIP: 0o40, INLCR: 0o100, IGNCR: 0o200, ICRNL: 0o400, IXON: 0o2000,
  IUTF8: 0o40000,
} as const;
// prettier-ignore
export const CFLAG = {
  B38400: 0o17, CS8: 0o60, CREAD: 0o200, HUPCL: 0o2000, CLOCAL: 0o4000,
} as const;
export const OFLAG = { OPOST: 0o1, ONLCR: 0o4 } as const;
// prettier-ignore
export const LFLAG = {
  ISIG: 0o1, ICANON: 0o2, ECHO: 0o10, ECHOE: 0o20, ECHOK: 0o40, ECHONL: 0o100, NOFLSH: 0o200,
  TOSTOP: 0o400, ECHOCTL: 0o1000, ECHOKE: 0o4000, IEXTEN: 0o100000,
} as const;
// prettier-ignore
export const CC = {
  VINTR: 0, VQUIT: 1, VERASE: 2, VKILL: 3, VEOF: 4, VTIME: 5, VMIN: 6, VSWTC: 7, VSTART: 8,
  VSTOP: 9, VSUSP: 10, VEOL: 11, VREPRINT: 12, VDISCARD: 13, VWERASE: 14, VLNEXT: 15, VEOL2: 16,
  NCCS: 19,
} as const;

/** Byte offsets of struct termios as TCGETS fills it: four 32-bit flags, c_line, c_cc[19]. */
export const TERMIOS = {
  iflag: 0,
  oflag: 4,
  cflag: 8,
  lflag: 12,
  line: 16,
  cc: 17,
  SIZE: 36,
} as const;

/** Byte offsets of struct winsize: 16-bit fields. */
export const WINSIZE = { row: 0, col: 2, xpixel: 4, ypixel: 6, SIZE: 8 } as const;

// prettier-ignore
export const TTY_IOCTL = {
  TCGETS: 0x5401, TCSETS: 0x5402, TCSETSW: 0x5403, TCSETSF: 0x5404, TCFLSH: 0x540b,
  TIOCSCTTY: 0x540e, TIOCGPGRP: 0x540f, TIOCSPGRP: 0x5410, TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414, FIONREAD: 0x541b, TIOCNOTTY: 0x5422, TIOCGSID: 0x5429,
} as const;
