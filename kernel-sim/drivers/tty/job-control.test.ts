// SPDX-License-Identifier: GPL-2.0-or-later
/** Keys that signal, sessions, jobs in the background, and requests to terminals. */
import { beforeEach, describe, expect, it } from 'vitest';

import {
  nameOf,
  readText,
  write,
  writeText,
  type TestKernel,
} from '../../fs/testing/test-kernel.ts';
import type { OpenFile } from '../../fs/open-file.ts';
import { vfsIoctl, vfsPoll } from '../../fs/read-write.ts';
import { getInt32, putInt32 } from '../../fs/user-int.ts';
import type { Task } from '../../kernel/sched/task.ts';
import { KernelBuffer } from '../../mm/io-memory.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { O, POLL } from '../../uapi/fs.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { CC, CFLAG, IFLAG, LFLAG, TERMIOS, TTY_IOCTL, WINSIZE } from '../../uapi/termios.ts';
import { TestTerminal } from '../testing/test-terminal.ts';
import { encodeTermios } from './termios.ts';
import type { Tty } from './tty.ts';

let terminal: TestTerminal;
let kernel: TestKernel;
let tty: Tty;

beforeEach(() => {
  terminal = new TestTerminal();
  ({ kernel, tty } = terminal);
});

describe('keys that signal', () => {
  it.each([
    ['\x03', '^C', 'INT'],
    ['\x1c', '^\\', 'QUIT'],
    ['\x1a', '^Z', 'TSTP'],
  ])(
    '%j sends to the foreground group, shows itself and drops what was typed',
    (key, echo, name) => {
      terminal.startSession();
      const file = terminal.open();
      terminal.type(`typed${key}`);
      expect(terminal.signals).toEqual([`${name} to 100`]);
      expect(terminal.screen).toBe(echo);
      terminal.type('\r');
      expect(terminal.got(file)).toBe('\n');
    },
  );

  it('keep input and output with NOFLSH', () => {
    terminal.startSession();
    terminal.setModes({ lflag: tty.termios.lflag | LFLAG.NOFLSH });
    const file = terminal.open();
    terminal.type('typed\x03\r');
    expect(terminal.got(file)).toBe('typed\n');
    expect(terminal.screen).toBe('typed^C\r\n');
  });

  it('throw away output that waits, so that a flood ends at once', () => {
    terminal.startSession();
    const file = terminal.open();
    kernel.spawn('yes', function* () {
      yield* write(file, 'y\n'.repeat(100_000));
    });
    kernel.run(1_000_000);
    const before = terminal.screen.length;
    kernel.sim.events.schedule(kernel.sim.now() + 1, () => {
      terminal.uart.receive(encodeUtf8('\x03'));
      expect(terminal.uart.pending).toBe(2);
    });
    kernel.run(100_000);
    expect(terminal.screen.slice(before)).toContain('^C');
  });

  it('overtake what was pasted and nobody reads', () => {
    terminal.startSession();
    const file = terminal.open();
    terminal.type('line\r'.repeat(10_000));
    expect(terminal.signals).toEqual([]);
    terminal.type('\x03');
    expect(terminal.signals).toEqual(['INT to 100']);
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
  });

  it('restart output that ^S had stopped', () => {
    terminal.startSession();
    terminal.type('\x13');
    terminal.type('\x03');
    expect(terminal.screen).toBe('^C');
  });

  it('do nothing without ISIG', () => {
    terminal.startSession();
    terminal.setModes({ lflag: terminal.without(LFLAG.ISIG) });
    const file = terminal.open();
    terminal.type('\x03\r');
    expect(terminal.signals).toEqual([]);
    expect(terminal.got(file)).toBe('\x03\n');
  });
});

describe('sessions', () => {
  it('a leader without a terminal gets the one that it opens', () => {
    terminal.startSession();
    expect(tty).toMatchObject({ session: 100, foreground: 100 });
    expect(terminal.inGroup(200, () => typeof terminal.tryOpen('tty'))).toBe('object');
  });

  it.each<[what: string, open: () => OpenFile | number]>([
    ['with O_NOCTTY', () => terminal.tryOpen('ttyS0', O.RDWR | O.NOCTTY)],
    ['only for writing', () => terminal.tryOpen('ttyS0', O.WRONLY)],
    ['as the console', () => terminal.tryOpen('console')],
  ])('but not when opened %s', (_what, open) => {
    expect(kernel.inTask(() => typeof open())).toBe('object');
    expect(tty.session).toBe(0);
  });

  it('who has no terminal has no /dev/tty', () => {
    expect(kernel.inTask(() => nameOf(terminal.tryOpen('tty')))).toBe('ENXIO');
  });

  it('end with their leader: the foreground hears of it, and the terminal is free', () => {
    const leader = terminal.startSession((task) => {
      expect(terminal.jobs.setForeground(task, tty, 200)).toBe(0);
    });
    terminal.jobs.leaderExited(leader);
    expect(terminal.signals).toEqual(['HUP to 200', 'CONT to 200']);
    expect(tty).toMatchObject({ session: 0, foreground: 0 });
    expect(terminal.inGroup(200, () => nameOf(terminal.tryOpen('tty')))).toBe('ENXIO');
  });

  it('lose a terminal that hangs up', () => {
    terminal.startSession();
    const file = terminal.open();
    terminal.jobs.hangUp(tty);
    expect(terminal.signals).toEqual(['HUP to leader 100', 'CONT to leader 100']);
    expect(terminal.got(file)).toBe('');
    expect(kernel.inTask(() => writeText(file, 'x'))).toBe('EIO');
    expect(vfsPoll(file)).toBe(POLL.IN | POLL.OUT | POLL.ERR | POLL.HUP);
  });

  it('tell the foreground of a hang-up when their leader has gone', () => {
    const leader = terminal.startSession((task) => {
      expect(terminal.jobs.setForeground(task, tty, 200)).toBe(0);
    });
    terminal.jobs.hangUp(tty);
    terminal.signals.length = 0;
    terminal.jobs.leaderExited(leader);
    expect(terminal.signals).toEqual(['HUP to 200', 'CONT to 200']);
    terminal.jobs.leaderExited(leader);
    expect(terminal.signals).toHaveLength(2);
  });

  it('leave the terminal to whoever opens it next', () => {
    terminal.startSession();
    const dead = terminal.open();
    terminal.type('\x13half a line');
    terminal.jobs.hangUp(tty);
    const alive = terminal.open();
    terminal.type('new\r');
    expect(terminal.got(alive)).toBe('new\n');
    expect(terminal.got(dead)).toBe('');
    expect(terminal.screen).toBe('new\r\n');
  });
});

describe('the carrier', () => {
  /** Opens as getty does, and says when it has. */
  const opener = (): { readonly opened: OpenFile[] } => {
    const opened: OpenFile[] = [];
    kernel.spawn('getty', function* () {
      const file = terminal.tryOpen('ttyS0', O.RDWR | O.NOCTTY);
      const open = file === WOULD_BLOCK ? yield* kernel.vfs.openRest() : file;
      if (typeof open !== 'number') opened.push(open);
    });
    kernel.run(1_000_000);
    return { opened };
  };
  const setCarrier = (isUp: boolean): void => {
    kernel.sim.events.schedule(kernel.sim.now() + 1, () => terminal.uart.setCarrier(isUp));
    kernel.run(1_000_000);
  };

  beforeEach(() => terminal.setModes({ cflag: tty.termios.cflag & ~CFLAG.CLOCAL }));

  it('is waited for by open', () => {
    setCarrier(false);
    const { opened } = opener();
    expect(opened).toHaveLength(0);
    setCarrier(true);
    expect(opened).toHaveLength(1);
  });

  it('is not waited for with O_NONBLOCK, nor on a local line', () => {
    setCarrier(false);
    expect(kernel.inTask(() => typeof terminal.tryOpen('ttyS0', O.RDWR | O.NONBLOCK))).toBe(
      'object',
    );
    terminal.setModes({ cflag: tty.termios.cflag | CFLAG.CLOCAL });
    expect(opener().opened).toHaveLength(1);
  });

  it('hangs up as it goes, but not a local line', () => {
    const file = terminal.open();
    setCarrier(false);
    expect(terminal.got(file)).toBe('');
    setCarrier(true);
    const local = terminal.open();
    terminal.setModes({ cflag: tty.termios.cflag | CFLAG.CLOCAL });
    setCarrier(false);
    expect(terminal.got(local)).toBe('WOULD_BLOCK');
  });

  it('brings what is typed, and nothing without it', () => {
    setCarrier(false);
    terminal.setModes({ cflag: tty.termios.cflag | CFLAG.CLOCAL });
    const file = terminal.open();
    terminal.type('lost\r');
    setCarrier(true);
    terminal.type('heard\r');
    expect(terminal.got(file)).toBe('heard\n');
  });
});

describe('a job in the background', () => {
  let file: OpenFile;

  beforeEach(() => {
    terminal.startSession();
    file = terminal.open();
    terminal.type('secret\r');
  });

  it('is stopped when it reads', () => {
    expect(terminal.inGroup(200, () => readText(file))).toBe('EINTR');
    expect(terminal.signals).toEqual(['TTIN to 200']);
    expect(terminal.inGroup(100, () => readText(file))).toBe('secret\n');
  });

  it.each<[what: string, setUp: (task: Task) => void]>([
    ['ignores SIGTTIN', (task) => (task.ignored = 1 << (SIGNAL.TTIN - 1))],
    ['blocks SIGTTIN', (task) => (task.blocked = 1 << (SIGNAL.TTIN - 1))],
    ['has nobody to continue it', () => terminal.orphaned.add(200)],
  ])('gets EIO when it %s', (_what, setUp) => {
    expect(terminal.inGroup(200, () => readText(file), setUp)).toBe('EIO');
    expect(terminal.signals).toEqual([]);
  });

  it('may write, unless TOSTOP is set', () => {
    expect(terminal.inGroup(200, () => writeText(file, 'x'))).toBe(1);
    terminal.setModes({ lflag: tty.termios.lflag | LFLAG.TOSTOP });
    expect(terminal.inGroup(200, () => writeText(file, 'x'))).toBe('EINTR');
    expect(terminal.signals).toEqual(['TTOU to 200']);
  });

  it('may not change the terminal', () => {
    const memory = new KernelBuffer(encodeTermios(tty.termios).slice());
    const set = (): unknown => nameOf(vfsIoctl(file, TTY_IOCTL.TCSETS, 0, memory));
    expect(terminal.inGroup(200, set)).toBe('EINTR');
    expect(terminal.inGroup(100, set)).toBe(0);
  });
});

describe('requests', () => {
  let file: OpenFile;
  const memory = new KernelBuffer(new Uint8Array(64));
  const ioctl = (cmd: number, arg = 0): unknown => nameOf(vfsIoctl(file, cmd, arg, memory));

  beforeEach(() => {
    terminal.startSession();
    file = terminal.open();
  });

  it('get and set the settings', () => {
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCGETS))).toBe(0);
    const view = new DataView(memory.bytes.buffer);
    expect(view.getUint32(TERMIOS.iflag, true)).toBe(IFLAG.ICRNL | IFLAG.IXON | IFLAG.IUTF8);
    expect(memory.bytes[TERMIOS.cc + CC.VERASE]).toBe(127);
    memory.bytes[TERMIOS.cc + CC.VERASE] = 8;
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCSETS))).toBe(0);
    expect(tty.termios.cc[CC.VERASE]).toBe(8);
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCGETS, 40))).toBe('EFAULT');
  });

  it('TCSETSW waits for output to go out, TCSETSF drops input too', () => {
    kernel.inTask(() => ioctl(TTY_IOCTL.TCGETS));
    terminal.type('typed\r');
    const answers = kernel.inTask(() => {
      writeText(file, 'out');
      return [ioctl(TTY_IOCTL.TCSETSW), ioctl(TTY_IOCTL.TCSETS)];
    });
    expect(answers).toEqual(['WOULD_BLOCK', 0]);
    kernel.run();
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCSETSF))).toBe(0);
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
  });

  it('tell and set the size, and the foreground hears of a new one', () => {
    tty.resize({ rows: 24, columns: 80, xPixels: 0, yPixels: 0 });
    tty.resize({ rows: 24, columns: 80, xPixels: 0, yPixels: 0 });
    expect(terminal.signals).toEqual(['WINCH to 100']);
    kernel.inTask(() => ioctl(TTY_IOCTL.TIOCGWINSZ));
    const view = new DataView(memory.bytes.buffer);
    expect([view.getUint16(WINSIZE.row, true), view.getUint16(WINSIZE.col, true)]).toEqual([
      24, 80,
    ]);
    view.setUint16(WINSIZE.col, 132, true);
    kernel.inTask(() => ioctl(TTY_IOCTL.TIOCSWINSZ));
    expect(tty.window.columns).toBe(132);
  });

  it('tell and set the foreground group', () => {
    expect(terminal.inGroup(100, () => ioctl(TTY_IOCTL.TIOCGPGRP))).toBe(0);
    expect(getInt32(memory, 0)).toBe(100);
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TIOCGPGRP))).toBe('ENOTTY');
    const set = (pgid: number, from = 100): unknown => {
      putInt32(memory, 0, pgid);
      return terminal.inGroup(from, () => ioctl(TTY_IOCTL.TIOCSPGRP));
    };
    expect(set(300)).toBe('EPERM');
    expect(set(999)).toBe('ESRCH');
    expect(set(-1)).toBe('EINVAL');
    expect(set(200)).toBe(0);
    expect(tty.foreground).toBe(200);
    expect(set(100)).toBe('EINTR');
    expect(terminal.signals).toEqual(['TTOU to 100']);
  });

  it('count the bytes of whole lines', () => {
    terminal.type('ab\rc');
    kernel.inTask(() => ioctl(TTY_IOCTL.FIONREAD));
    expect(getInt32(memory, 0)).toBe(3);
  });

  it('flush what they are told to', () => {
    terminal.type('typed\r');
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCFLSH, 0))).toBe(0);
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCFLSH, 3))).toBe('EINVAL');
    expect(kernel.inTask(() => ioctl(0x1234))).toBe('ENOTTY');
  });

  it('TIOCSCTTY is for leaders without a terminal', () => {
    expect(terminal.inGroup(200, () => ioctl(TTY_IOCTL.TIOCSCTTY))).toBe('EPERM');
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TIOCSCTTY))).toBe('EPERM');
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TIOCSCTTY, 1))).toBe(0);
    expect(tty.session).not.toBe(100);
  });
});
