// SPDX-License-Identifier: GPL-2.0-or-later
/** A terminal's settings and their bytes. Linux: struct termios, tty_std_termios. */
import { CC, CFLAG, IFLAG, LFLAG, OFLAG, TERMIOS } from '../../uapi/termios.ts';

export interface Termios {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  readonly line: number;
  /** Control characters by CC index; 0 switches one off. */
  readonly cc: Uint8Array;
}

/** Local until somebody cares for the carrier. Linux: uart_register_driver. */
const CFLAG_DEFAULT = CFLAG.B38400 | CFLAG.CS8 | CFLAG.CREAD | CFLAG.HUPCL | CFLAG.CLOCAL;

/** ^C ^\ DEL ^U ^D, VMIN 1, ^Q ^S ^Z ^R ^O ^W ^V. Linux: INIT_C_CC. */
export function defaultTermios(): Termios {
  const cc = new Uint8Array(CC.NCCS);
  cc[CC.VINTR] = 3;
  cc[CC.VQUIT] = 28;
  cc[CC.VERASE] = 127;
  cc[CC.VKILL] = 21;
  cc[CC.VEOF] = 4;
  cc[CC.VMIN] = 1;
  cc[CC.VSTART] = 17;
  cc[CC.VSTOP] = 19;
  cc[CC.VSUSP] = 26;
  cc[CC.VREPRINT] = 18;
  cc[CC.VDISCARD] = 15;
  cc[CC.VWERASE] = 23;
  cc[CC.VLNEXT] = 22;
  return {
    iflag: IFLAG.ICRNL | IFLAG.IXON | IFLAG.IUTF8,
    oflag: OFLAG.OPOST | OFLAG.ONLCR,
    cflag: CFLAG_DEFAULT,
    lflag:
      LFLAG.ISIG |
      LFLAG.ICANON |
      LFLAG.ECHO |
      LFLAG.ECHOE |
      LFLAG.ECHOK |
      LFLAG.ECHOCTL |
      LFLAG.ECHOKE |
      LFLAG.IEXTEN,
    line: 0,
    cc,
  };
}

export function encodeTermios(termios: Termios): Uint8Array {
  const bytes = new Uint8Array(TERMIOS.SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(TERMIOS.iflag, termios.iflag, true);
  view.setUint32(TERMIOS.oflag, termios.oflag, true);
  view.setUint32(TERMIOS.cflag, termios.cflag, true);
  view.setUint32(TERMIOS.lflag, termios.lflag, true);
  bytes[TERMIOS.line] = termios.line;
  bytes.set(termios.cc, TERMIOS.cc);
  return bytes;
}

export function decodeTermios(bytes: Uint8Array): Termios {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    iflag: view.getUint32(TERMIOS.iflag, true),
    oflag: view.getUint32(TERMIOS.oflag, true),
    cflag: view.getUint32(TERMIOS.cflag, true),
    lflag: view.getUint32(TERMIOS.lflag, true),
    line: bytes[TERMIOS.line] ?? 0,
    cc: bytes.slice(TERMIOS.cc, TERMIOS.cc + CC.NCCS),
  };
}
