// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A terminal from both sides: keys and screen here, programs there. What editing shows was recorded
 * from a pseudo terminal of Linux 6.18.
 */
import { beforeEach, describe, expect, it } from 'vitest';

import {
  nameOf,
  opened,
  read,
  readText,
  TestKernel,
  write,
  writeText,
} from '../../fs/testing/test-kernel.ts';
import type { OpenFile } from '../../fs/open-file.ts';
import { vfsIoctl, vfsPoll } from '../../fs/read-write.ts';
import { getInt32, putInt32 } from '../../fs/user-int.ts';
import { Uart } from '../../hw/uart.ts';
import type { Task } from '../../kernel/sched/task.ts';
import { KernelBuffer } from '../../mm/io-memory.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { makedev, O, POLL } from '../../uapi/fs.ts';
import { SIGNAL, SIGNAL_NAMES } from '../../uapi/signal.ts';
import { CC, IFLAG, LFLAG, OFLAG, TERMIOS, TTY_IOCTL, WINSIZE } from '../../uapi/termios.ts';
import { CharDevices } from '../char/chrdev.ts';
import { JobControl } from './job-control.ts';
import { SerialPort } from './serial.ts';
import { encodeTermios } from './termios.ts';
import type { Tty } from './tty.ts';
import { CONSOLE_DEV, TTY_DEV, TtyFiles } from './tty-file.ts';

const RDEV = makedev(4, 64);

let kernel: TestKernel;
let uart: Uart;
let port: SerialPort;
let tty: Tty;
let jobs: JobControl;
let screen: string;
let signals: string[];
/** Sessions by process group; groups in `orphaned` have nobody to continue them. */
let sessions: Map<number, number>;
let orphaned: Set<number>;

beforeEach(() => {
  const devices = new CharDevices();
  kernel = new TestKernel((rdev) => devices.find(rdev));
  screen = '';
  signals = [];
  sessions = new Map();
  orphaned = new Set();
  uart = new Uart(kernel.sim, (bytes) => {
    screen += decodeUtf8(bytes);
  });
  const groups = {
    signalGroup: (pgid: number, signal: number) => {
      signals.push(`${SIGNAL_NAMES[signal] ?? signal} to ${pgid}`);
    },
    sessionOf: (pgid: number) => sessions.get(pgid),
    isOrphaned: (pgid: number) => orphaned.has(pgid),
  };
  port = new SerialPort(kernel.scheduler, groups, uart, { name: 'ttyS0', rdev: RDEV });
  ({ tty } = port);
  jobs = new JobControl();
  const files = new TtyFiles(kernel.sim, kernel.scheduler, jobs, [tty]);
  for (const rdev of [RDEV, TTY_DEV, CONSOLE_DEV]) devices.add(rdev, 1, files);
  kernel.devfs.addNode('ttyS0', RDEV);
  kernel.devfs.addNode('tty', TTY_DEV);
  kernel.devfs.addNode('console', CONSOLE_DEV);
  kernel.vfs.mkdir(kernel.vfs.kernelContext, '/dev', 0o755);
  kernel.vfs.mount(kernel.devfs, 'devtmpfs', '/dev');
});

function tryOpen(name = 'ttyS0', flags: number = O.RDWR): OpenFile | number {
  return kernel.vfs.open(kernel.vfs.kernelContext, `/dev/${name}`, flags, 0);
}

/** Opens in a task that is no session leader. */
function openTty(flags: number = O.RDWR | O.NOCTTY): OpenFile {
  return kernel.inTask(() => opened(tryOpen('ttyS0', flags)));
}

/** Keys arrive, as an interrupt. */
function type(keys: string): void {
  kernel.sim.events.schedule(kernel.sim.now() + 1, () => uart.receive(encodeUtf8(keys)));
  kernel.run(50_000_000);
}

/** What a program that reads now gets, without waiting. */
function got(file: OpenFile, count = 4096): unknown {
  return kernel.inTask(() => readText(file, count));
}

function setModes(change: {
  iflag?: number;
  oflag?: number;
  lflag?: number;
  cc?: number[][];
}): void {
  const { termios } = tty;
  const cc = termios.cc.slice();
  for (const [index = 0, value = 0] of change.cc ?? []) cc[index] = value;
  tty.setTermios({ ...termios, ...change, cc });
}

function without(...flags: number[]): number {
  return flags.reduce((left, flag) => left & ~flag, tty.termios.lflag);
}

/** The screen with control characters made visible. */
function shown(): string {
  return screen.replaceAll(/\p{Cc}/gu, (char) => `{${char.charCodeAt(0)}}`);
}

describe('canonical mode', () => {
  it('gives whole lines, one a read, and echoes as it goes', () => {
    const file = openTty();
    type('ls');
    expect(got(file)).toBe('WOULD_BLOCK');
    type(' -l\rpwd\r');
    expect(got(file)).toBe('ls -l\n');
    expect(got(file)).toBe('pwd\n');
    expect(screen).toBe('ls -l\r\npwd\r\n');
  });

  it('gives a line in pieces to a small reader', () => {
    const file = openTty();
    type('abcdef\rx\r');
    expect(got(file, 4)).toBe('abcd');
    expect(got(file, 4)).toBe('ef\n');
    expect(got(file, 4)).toBe('x\n');
  });

  it('^D ends what was typed, and after nothing it is the end of the file', () => {
    const file = openTty();
    type('ab\x04');
    expect(got(file)).toBe('ab');
    expect(got(file)).toBe('WOULD_BLOCK');
    type('\x04');
    expect(got(file)).toBe('');
    expect(got(file)).toBe('WOULD_BLOCK');
    expect(screen).toBe('ab');
  });

  it('^D behind a full read is not an end of file of its own', () => {
    const file = openTty();
    type('abcd\x04');
    expect(got(file, 4)).toBe('abcd');
    expect(got(file)).toBe('WOULD_BLOCK');
  });

  it.each<[keys: string, line: string, screen: string]>([
    ['ab\x7fc\r', 'ac\n', 'ab{8} {8}c{13}{10}'],
    ['\x7fc\r', 'c\n', 'c{13}{10}'],
    ['né\x7fo\r', 'no\n', 'né{8} {8}o{13}{10}'],
    ['a\x16\x03\x7fb\r', 'ab\n', 'a^{8}^C{8} {8}{8} {8}b{13}{10}'],
    ['a\tb\x7f\x7fc\r', 'ac\n', `a{9}b{8} {8}${'{8}'.repeat(7)}c{13}{10}`],
    ['one two\x17x\r', 'one x\n', `one two${'{8} {8}'.repeat(3)}x{13}{10}`],
    ['one  \x17x\r', 'x\n', `one  ${'{8} {8}'.repeat(5)}x{13}{10}`],
    ['abc\x15x\r', 'x\n', `abc${'{8} {8}'.repeat(3)}x{13}{10}`],
    ['abc\x12d\r', 'abcd\n', 'abc^R{13}{10}abcd{13}{10}'],
    ['a\x16\nb\r', 'a\nb\n', 'a^{8}^Jb{13}{10}'],
    ['foo.bar-baz\x17\x17x\r', 'foo.x\n', `foo.bar-baz${'{8} {8}'.repeat(7)}x{13}{10}`],
    ['日本\x7f\r', '日\n', '日本{8} {8}{13}{10}'],
    ['\t\tx\x7f\x7f\x7fy\r', 'y\n', `{9}{9}x{8} {8}${'{8}'.repeat(16)}y{13}{10}`],
    ['é\tz\x7f\x7f\r', 'é\n', `é{9}z{8} {8}${'{8}'.repeat(7)}{13}{10}`],
    ['a\x03b\r', 'b\n', '^Cb{13}{10}'],
    ['\x1b[A\r', '\x1b[A\n', '^[[A{13}{10}'],
  ])('edits %j to %j', (keys, line, display) => {
    const file = openTty();
    type(keys);
    expect(shown()).toBe(display);
    expect(got(file)).toBe(line);
  });

  it('erases what a program printed before no more than what was typed', () => {
    const file = openTty();
    kernel.inTask(() => writeText(file, 'name: '));
    kernel.run();
    type('\ta\x7f\x7f\x7f');
    expect(shown()).toBe('name: {9}a{8} {8}{8}{8}');
  });

  it('keeps 4095 bytes of a line and its newline; what comes last takes the last place', () => {
    const file = openTty();
    type(`${'x'.repeat(4094)}ABCD`);
    expect(screen.slice(-6)).toBe('xxABCD');
    type('\r');
    const line = got(file, 5000) as string;
    expect(line).toHaveLength(4096);
    expect(line.slice(-4)).toBe('xxA\n');
    type(`${'x'.repeat(4095)}abc\x7f\x7fd\r`);
    expect((got(file, 5000) as string).length).toBe(4095);
  });

  it('loses nothing of a megabyte that is pasted', () => {
    const file = openTty();
    const line = `${'paste '.repeat(20)}\r`;
    const text = line.repeat(Math.ceil(1_000_000 / line.length));
    setModes({ lflag: without(LFLAG.ECHO) });
    type(text);
    let received = '';
    kernel.spawn('reader', function* () {
      while (received.length < text.length) received += String(yield* read(file));
    });
    kernel.run();
    expect(received).toBe(text.replaceAll('\r', '\n'));
    expect(port.lostBytes).toBe(0);
  });
});

describe('raw mode', () => {
  beforeEach(() => {
    setModes({ lflag: without(LFLAG.ICANON, LFLAG.ECHO, LFLAG.ISIG), iflag: 0, oflag: 0 });
  });

  it('gives each byte as it comes', () => {
    const file = openTty();
    type('a\r\x03\x7f\x13');
    expect(got(file)).toBe('a\r\x03\x7f\x13');
    expect(signals).toEqual([]);
  });

  it('VMIN 0 and VTIME 0 never waits', () => {
    setModes({ cc: [[CC.VMIN, 0]] });
    expect(got(openTty())).toBe('');
  });

  it('VMIN waits for so many bytes, or for as many as were asked for', () => {
    setModes({ cc: [[CC.VMIN, 3]] });
    const file = openTty();
    type('ab');
    expect(got(file)).toBe('WOULD_BLOCK');
    expect(vfsPoll(file) & POLL.IN).toBe(0);
    expect(got(file, 2)).toBe('ab');
    type('cde');
    expect(got(file)).toBe('cde');
  });

  /** When and what a blocking read returns if `keys` are typed after so many milliseconds. */
  function timed(vmin: number, vtime: number, keys: [number, string][]): [unknown, number] {
    setModes({
      cc: [
        [CC.VMIN, vmin],
        [CC.VTIME, vtime],
      ],
    });
    const file = openTty();
    const startNs = kernel.sim.now();
    let answer: [unknown, number] = ['never', 0];
    kernel.spawn('reader', function* () {
      const text = yield* read(file);
      answer = [text, Math.round((kernel.sim.now() - startNs) / 1_000_000)];
    });
    for (const [ms, key] of keys) {
      kernel.sim.events.schedule(startNs + ms * 1_000_000, () => uart.receive(encodeUtf8(key)));
    }
    kernel.run();
    return answer;
  }

  it.each<[what: string, vmin: number, vtime: number, keys: [number, string][], answer: unknown[]]>(
    [
      ['VMIN 0: gives up after VTIME', 0, 5, [], ['', 500]],
      ['VMIN 0: takes what comes in time', 0, 5, [[200, 'a']], ['a', 200]],
      ['VMIN 3: waits for ever for the first byte', 3, 1, [], ['never', 0]],
      [
        'VMIN 3: gives up VTIME after a byte',
        3,
        1,
        [
          [300, 'a'],
          [350, 'b'],
        ],
        ['ab', 450],
      ],
      [
        'VMIN 2: has enough',
        2,
        5,
        [
          [10, 'a'],
          [20, 'b'],
        ],
        ['ab', 20],
      ],
    ],
  )('%s', (_what, vmin, vtime, keys, answer) => {
    expect(timed(vmin, vtime, keys)).toEqual(answer);
  });

  it('echoes a newline as a newline only when it was a return', () => {
    setModes({ lflag: tty.termios.lflag | LFLAG.ECHO, oflag: OFLAG.OPOST | OFLAG.ONLCR });
    type('a\n\r');
    expect(shown()).toBe('a^J^M');
    setModes({ iflag: IFLAG.ICRNL });
    type('\r');
    expect(shown()).toBe('a^J^M{13}{10}');
  });

  it('makes what was typed before readable, and back again', () => {
    const { termios } = tty;
    setModes({ lflag: termios.lflag | LFLAG.ICANON });
    const file = openTty();
    type('half');
    expect(got(file)).toBe('WOULD_BLOCK');
    tty.setTermios(termios);
    expect(got(file, 2)).toBe('ha');
    setModes({ lflag: termios.lflag | LFLAG.ICANON });
    expect(got(file)).toBe('lf');
    expect(got(file)).toBe('WOULD_BLOCK');
  });
});

describe('output', () => {
  it('returns to the left with each newline, unless told not to', () => {
    const file = openTty();
    kernel.inTask(() => writeText(file, 'a\nb\n'));
    kernel.run();
    expect(screen).toBe('a\r\nb\r\n');
    setModes({ oflag: 0 });
    kernel.inTask(() => writeText(file, 'c\n'));
    kernel.run();
    expect(screen).toBe('a\r\nb\r\nc\n');
  });

  it('of a megabyte waits for the line, which carries 4 MB a second', () => {
    const file = openTty();
    const startNs = kernel.sim.now();
    let written: unknown;
    kernel.spawn('writer', function* () {
      written = yield* write(file, 'x'.repeat(1_000_000));
    });
    kernel.run(400_000_000);
    expect(written).toBe(1_000_000);
    expect(screen).toHaveLength(1_000_000);
    expect(kernel.sim.now() - startNs).toBeGreaterThan(250_000_000);
  });

  it('stops at ^S and goes on at ^Q', () => {
    const file = openTty();
    type('\x13');
    kernel.inTask(() => writeText(file, 'held'));
    kernel.run(50_000_000);
    expect(screen).toBe('');
    type('\x11');
    expect(screen).toBe('held');
  });

  it('to a full line is EAGAIN for who will not wait', () => {
    const file = openTty(O.RDWR | O.NOCTTY | O.NONBLOCK);
    type('\x13');
    expect(kernel.inTask(() => writeText(file, 'x'.repeat(20_000)))).toBe(16_384);
    expect(kernel.inTask(() => writeText(file, 'x'))).toBe('EAGAIN');
    expect(vfsPoll(file) & POLL.OUT).toBe(0);
  });
});

/** A shell in session 100 whose controlling terminal this is, with a job in group 200. */
function startSession(body: (leader: Task) => void = () => undefined): Task {
  sessions.set(100, 100).set(200, 100).set(300, 300);
  const leader = kernel.spawn(
    'sh',
    function* () {
      opened(tryOpen());
      body(kernel.scheduler.current);
      yield* kernel.scheduler.sleep('S', 'do_wait');
    },
    { pid: 100 },
  );
  kernel.run(1_000_000);
  return leader;
}

/** Runs `body` in a process of session 100 and group `pgid`. */
function inGroup<T>(pgid: number, body: () => T, setUp?: (task: Task) => void): T {
  const results: T[] = [];
  const task = kernel.spawn(
    'job',
    function* () {
      results.push(body());
    },
    { sid: 100, pgid },
  );
  setUp?.(task);
  kernel.run(1_000_000);
  return results[0] as T;
}

describe('keys that signal', () => {
  it.each([
    ['\x03', '^C', 'INT'],
    ['\x1c', '^\\', 'QUIT'],
    ['\x1a', '^Z', 'TSTP'],
  ])(
    '%j sends to the foreground group, shows itself and drops what was typed',
    (key, echo, name) => {
      startSession();
      const file = openTty();
      type(`typed${key}`);
      expect(signals).toEqual([`${name} to 100`]);
      expect(screen).toBe(echo);
      type('\r');
      expect(got(file)).toBe('\n');
    },
  );

  it('keep input and output with NOFLSH', () => {
    startSession();
    setModes({ lflag: tty.termios.lflag | LFLAG.NOFLSH });
    const file = openTty();
    type('typed\x03\r');
    expect(got(file)).toBe('typed\n');
    expect(screen).toBe('typed^C\r\n');
  });

  it('throw away output that waits, so that a flood ends at once', () => {
    startSession();
    const file = openTty();
    kernel.spawn('yes', function* () {
      yield* write(file, 'y\n'.repeat(100_000));
    });
    kernel.run(1_000_000);
    const before = screen.length;
    kernel.sim.events.schedule(kernel.sim.now() + 1, () => {
      uart.receive(encodeUtf8('\x03'));
      expect(uart.pending).toBe(2);
    });
    kernel.run(100_000);
    expect(screen.slice(before)).toContain('^C');
  });

  it('overtake what was pasted and nobody reads', () => {
    startSession();
    const file = openTty();
    type('line\r'.repeat(10_000));
    expect(signals).toEqual([]);
    type('\x03');
    expect(signals).toEqual(['INT to 100']);
    expect(got(file)).toBe('WOULD_BLOCK');
  });

  it('restart output that ^S had stopped', () => {
    startSession();
    type('\x13');
    type('\x03');
    expect(screen).toBe('^C');
  });

  it('do nothing without ISIG', () => {
    startSession();
    setModes({ lflag: without(LFLAG.ISIG) });
    const file = openTty();
    type('\x03\r');
    expect(signals).toEqual([]);
    expect(got(file)).toBe('\x03\n');
  });
});

describe('sessions', () => {
  it('a leader without a terminal gets the one that it opens', () => {
    startSession();
    expect(tty).toMatchObject({ session: 100, foreground: 100 });
    expect(inGroup(200, () => typeof tryOpen('tty'))).toBe('object');
  });

  it.each<[what: string, open: () => OpenFile | number]>([
    ['with O_NOCTTY', () => tryOpen('ttyS0', O.RDWR | O.NOCTTY)],
    ['only for writing', () => tryOpen('ttyS0', O.WRONLY)],
    ['as the console', () => tryOpen('console')],
  ])('but not when opened %s', (_what, open) => {
    expect(kernel.inTask(() => typeof open())).toBe('object');
    expect(tty.session).toBe(0);
  });

  it('who has no terminal has no /dev/tty', () => {
    expect(kernel.inTask(() => nameOf(tryOpen('tty')))).toBe('ENXIO');
  });

  it('end with their leader: the foreground hears of it, and the terminal is free', () => {
    const leader = startSession((task) => {
      expect(jobs.setForeground(task, tty, 200)).toBe(0);
    });
    jobs.leaderExited(leader);
    expect(signals).toEqual(['HUP to 200', 'CONT to 200']);
    expect(tty).toMatchObject({ session: 0, foreground: 0 });
    expect(inGroup(200, () => nameOf(tryOpen('tty')))).toBe('ENXIO');
  });

  it('lose a terminal that hangs up', () => {
    startSession();
    const file = openTty();
    jobs.hangUp(tty);
    expect(signals).toEqual(['HUP to 100', 'CONT to 100']);
    expect(got(file)).toBe('');
    expect(kernel.inTask(() => writeText(file, 'x'))).toBe('EIO');
    expect(kernel.inTask(() => nameOf(tryOpen()))).toBe('EIO');
    expect(vfsPoll(file)).toBe(POLL.IN | POLL.OUT | POLL.ERR | POLL.HUP);
  });
});

describe('a job in the background', () => {
  let file: OpenFile;

  beforeEach(() => {
    startSession();
    file = openTty();
    type('secret\r');
  });

  it('is stopped when it reads', () => {
    expect(inGroup(200, () => readText(file))).toBe('EINTR');
    expect(signals).toEqual(['TTIN to 200']);
    expect(inGroup(100, () => readText(file))).toBe('secret\n');
  });

  it.each<[what: string, setUp: (task: Task) => void]>([
    ['ignores SIGTTIN', (task) => (task.ignored = 1 << (SIGNAL.TTIN - 1))],
    ['blocks SIGTTIN', (task) => (task.blocked = 1 << (SIGNAL.TTIN - 1))],
    ['has nobody to continue it', () => orphaned.add(200)],
  ])('gets EIO when it %s', (_what, setUp) => {
    expect(inGroup(200, () => readText(file), setUp)).toBe('EIO');
    expect(signals).toEqual([]);
  });

  it('may write, unless TOSTOP is set', () => {
    expect(inGroup(200, () => writeText(file, 'x'))).toBe(1);
    setModes({ lflag: tty.termios.lflag | LFLAG.TOSTOP });
    expect(inGroup(200, () => writeText(file, 'x'))).toBe('EINTR');
    expect(signals).toEqual(['TTOU to 200']);
  });

  it('may not change the terminal', () => {
    const memory = new KernelBuffer(encodeTermios(tty.termios).slice());
    const set = (): unknown => nameOf(vfsIoctl(file, TTY_IOCTL.TCSETS, 0, memory));
    expect(inGroup(200, set)).toBe('EINTR');
    expect(inGroup(100, set)).toBe(0);
  });
});

describe('requests', () => {
  let file: OpenFile;
  const memory = new KernelBuffer(new Uint8Array(64));
  const ioctl = (cmd: number, arg = 0): unknown => nameOf(vfsIoctl(file, cmd, arg, memory));

  beforeEach(() => {
    startSession();
    file = openTty();
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
    type('typed\r');
    const answers = kernel.inTask(() => {
      writeText(file, 'out');
      return [ioctl(TTY_IOCTL.TCSETSW), ioctl(TTY_IOCTL.TCSETS)];
    });
    expect(answers).toEqual(['WOULD_BLOCK', 0]);
    kernel.run();
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCSETSF))).toBe(0);
    expect(got(file)).toBe('WOULD_BLOCK');
  });

  it('tell and set the size, and the foreground hears of a new one', () => {
    tty.resize({ rows: 24, columns: 80, xPixels: 0, yPixels: 0 });
    tty.resize({ rows: 24, columns: 80, xPixels: 0, yPixels: 0 });
    expect(signals).toEqual(['WINCH to 100']);
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
    expect(inGroup(100, () => ioctl(TTY_IOCTL.TIOCGPGRP))).toBe(0);
    expect(getInt32(memory, 0)).toBe(100);
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TIOCGPGRP))).toBe('ENOTTY');
    const set = (pgid: number, from = 100): unknown => {
      putInt32(memory, 0, pgid);
      return inGroup(from, () => ioctl(TTY_IOCTL.TIOCSPGRP));
    };
    expect(set(300)).toBe('EPERM');
    expect(set(999)).toBe('ESRCH');
    expect(set(-1)).toBe('EINVAL');
    expect(set(200)).toBe(0);
    expect(tty.foreground).toBe(200);
    expect(set(100)).toBe('EINTR');
    expect(signals).toEqual(['TTOU to 100']);
  });

  it('count the bytes of whole lines', () => {
    type('ab\rc');
    kernel.inTask(() => ioctl(TTY_IOCTL.FIONREAD));
    expect(getInt32(memory, 0)).toBe(3);
  });

  it('flush what they are told to', () => {
    type('typed\r');
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCFLSH, 0))).toBe(0);
    expect(got(file)).toBe('WOULD_BLOCK');
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TCFLSH, 3))).toBe('EINVAL');
    expect(kernel.inTask(() => ioctl(0x1234))).toBe('ENOTTY');
  });

  it('TIOCSCTTY is for leaders without a terminal', () => {
    expect(inGroup(200, () => ioctl(TTY_IOCTL.TIOCSCTTY))).toBe('EPERM');
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TIOCSCTTY))).toBe('EPERM');
    expect(kernel.inTask(() => ioctl(TTY_IOCTL.TIOCSCTTY, 1))).toBe(0);
    expect(tty.session).not.toBe(100);
  });
});
