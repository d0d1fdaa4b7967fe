// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Line editing, raw mode and output. What editing shows was recorded from a pseudo terminal of
 * Linux 6.18.
 */
import { beforeEach, describe, expect, it } from 'vitest';

import { read, write, writeText, type TestKernel } from '../../fs/testing/test-kernel.ts';
import { vfsPoll } from '../../fs/read-write.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { O, POLL } from '../../uapi/fs.ts';
import { CC, IFLAG, LFLAG, OFLAG } from '../../uapi/termios.ts';
import { TestTerminal } from '../testing/test-terminal.ts';
import type { Tty } from './tty.ts';

let terminal: TestTerminal;
let kernel: TestKernel;
let tty: Tty;

beforeEach(() => {
  terminal = new TestTerminal();
  ({ kernel, tty } = terminal);
});

describe('canonical mode', () => {
  it('gives whole lines, one a read, and echoes as it goes', () => {
    const file = terminal.open();
    terminal.type('ls');
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
    terminal.type(' -l\rpwd\r');
    expect(terminal.got(file)).toBe('ls -l\n');
    expect(terminal.got(file)).toBe('pwd\n');
    expect(terminal.screen).toBe('ls -l\r\npwd\r\n');
  });

  it('gives a line in pieces to a small reader', () => {
    const file = terminal.open();
    terminal.type('abcdef\rx\r');
    expect(terminal.got(file, 4)).toBe('abcd');
    expect(terminal.got(file, 4)).toBe('ef\n');
    expect(terminal.got(file, 4)).toBe('x\n');
  });

  it('^D ends what was typed, and after nothing it is the end of the file', () => {
    const file = terminal.open();
    terminal.type('ab\x04');
    expect(terminal.got(file)).toBe('ab');
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
    terminal.type('\x04');
    expect(terminal.got(file)).toBe('');
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
    expect(terminal.screen).toBe('ab');
  });

  it('^D behind a full read is not an end of file of its own', () => {
    const file = terminal.open();
    terminal.type('abcd\x04');
    expect(terminal.got(file, 4)).toBe('abcd');
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
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
    const file = terminal.open();
    terminal.type(keys);
    expect(terminal.shown).toBe(display);
    expect(terminal.got(file)).toBe(line);
  });

  it('erases what a program printed before no more than what was typed', () => {
    const file = terminal.open();
    kernel.inTask(() => writeText(file, 'name: '));
    kernel.run();
    terminal.type('\ta\x7f\x7f\x7f');
    expect(terminal.shown).toBe('name: {9}a{8} {8}{8}{8}');
  });

  it('keeps 4095 bytes of a line and its newline; what comes last takes the last place', () => {
    const file = terminal.open();
    terminal.type(`${'x'.repeat(4094)}ABCD`);
    expect(terminal.screen.slice(-6)).toBe('xxABCD');
    terminal.type('\r');
    const line = terminal.got(file, 5000) as string;
    expect(line).toHaveLength(4096);
    expect(line.slice(-4)).toBe('xxA\n');
    terminal.type(`${'x'.repeat(4095)}abc\x7f\x7fd\r`);
    expect((terminal.got(file, 5000) as string).length).toBe(4095);
  });

  it('loses nothing of a megabyte that is pasted', () => {
    const file = terminal.open();
    const line = `${'paste '.repeat(20)}\r`;
    const text = line.repeat(Math.ceil(1_000_000 / line.length));
    terminal.setModes({ lflag: terminal.without(LFLAG.ECHO) });
    terminal.type(text);
    let received = '';
    kernel.spawn('reader', function* () {
      while (received.length < text.length) received += String(yield* read(file));
    });
    kernel.run();
    expect(received).toBe(text.replaceAll('\r', '\n'));
    expect(terminal.port.lostBytes).toBe(0);
  });

  it('counts what is lost of more than anybody could want to paste', () => {
    terminal.setModes({ lflag: terminal.without(LFLAG.ECHO) });
    for (let megabytes = 0; megabytes < 6; megabytes++) terminal.type('line\r'.repeat(200_000));
    expect(terminal.port.lostBytes).toBeGreaterThan(0);
  });
});

describe('raw mode', () => {
  beforeEach(() => {
    terminal.setModes({
      lflag: terminal.without(LFLAG.ICANON, LFLAG.ECHO, LFLAG.ISIG),
      iflag: 0,
      oflag: 0,
    });
  });

  it('gives each byte as it comes', () => {
    const file = terminal.open();
    terminal.type('a\r\x03\x7f\x13');
    expect(terminal.got(file)).toBe('a\r\x03\x7f\x13');
    expect(terminal.signals).toEqual([]);
  });

  it('VMIN 0 and VTIME 0 never waits', () => {
    terminal.setModes({ cc: [[CC.VMIN, 0]] });
    expect(terminal.got(terminal.open())).toBe('');
  });

  it('VMIN waits for so many bytes, or for as many as were asked for', () => {
    terminal.setModes({ cc: [[CC.VMIN, 3]] });
    const file = terminal.open();
    terminal.type('ab');
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
    expect(vfsPoll(file) & POLL.IN).toBe(0);
    expect(terminal.got(file, 2)).toBe('ab');
    terminal.type('cde');
    expect(terminal.got(file)).toBe('cde');
  });

  /** When and what a blocking read returns if `keys` are typed after so many milliseconds. */
  function timed(vmin: number, vtime: number, keys: [number, string][]): [unknown, number] {
    terminal.setModes({
      cc: [
        [CC.VMIN, vmin],
        [CC.VTIME, vtime],
      ],
    });
    const file = terminal.open();
    const startNs = kernel.sim.now();
    let answer: [unknown, number] = ['never', 0];
    kernel.spawn('reader', function* () {
      const text = yield* read(file);
      answer = [text, Math.round((kernel.sim.now() - startNs) / 1_000_000)];
    });
    for (const [ms, key] of keys) {
      kernel.sim.events.schedule(startNs + ms * 1_000_000, () =>
        terminal.uart.receive(encodeUtf8(key)),
      );
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
    terminal.setModes({ lflag: tty.termios.lflag | LFLAG.ECHO, oflag: OFLAG.OPOST | OFLAG.ONLCR });
    terminal.type('a\n\r');
    expect(terminal.shown).toBe('a^J^M');
    terminal.setModes({ iflag: IFLAG.ICRNL });
    terminal.type('\r');
    expect(terminal.shown).toBe('a^J^M{13}{10}');
  });

  it('makes what was typed before readable, and back again', () => {
    const { termios } = tty;
    terminal.setModes({ lflag: termios.lflag | LFLAG.ICANON });
    const file = terminal.open();
    terminal.type('half');
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
    tty.setTermios(termios);
    expect(terminal.got(file, 2)).toBe('ha');
    terminal.setModes({ lflag: termios.lflag | LFLAG.ICANON });
    expect(terminal.got(file)).toBe('lf');
    expect(terminal.got(file)).toBe('WOULD_BLOCK');
  });
});

describe('output', () => {
  it('returns to the left with each newline, unless told not to', () => {
    const file = terminal.open();
    kernel.inTask(() => writeText(file, 'a\nb\n'));
    kernel.run();
    expect(terminal.screen).toBe('a\r\nb\r\n');
    terminal.setModes({ oflag: 0 });
    kernel.inTask(() => writeText(file, 'c\n'));
    kernel.run();
    expect(terminal.screen).toBe('a\r\nb\r\nc\n');
  });

  it('of a megabyte waits for the line, which carries 4 MB a second', () => {
    const file = terminal.open();
    const startNs = kernel.sim.now();
    let written: unknown;
    kernel.spawn('writer', function* () {
      written = yield* write(file, 'x'.repeat(1_000_000));
    });
    kernel.run(400_000_000);
    expect(written).toBe(1_000_000);
    expect(terminal.screen).toHaveLength(1_000_000);
    expect(kernel.sim.now() - startNs).toBeGreaterThan(250_000_000);
  });

  it('stops at ^S and goes on at ^Q', () => {
    const file = terminal.open();
    terminal.type('\x13');
    kernel.inTask(() => writeText(file, 'held'));
    kernel.run(50_000_000);
    expect(terminal.screen).toBe('');
    terminal.type('\x11');
    expect(terminal.screen).toBe('held');
  });

  it('to a full line is EAGAIN for who will not wait', () => {
    const file = terminal.open(O.RDWR | O.NOCTTY | O.NONBLOCK);
    terminal.type('\x13');
    expect(kernel.inTask(() => writeText(file, 'x'.repeat(20_000)))).toBe(16_384);
    expect(kernel.inTask(() => writeText(file, 'x'))).toBe('EAGAIN');
    expect(vfsPoll(file) & POLL.OUT).toBe(0);
  });
});
