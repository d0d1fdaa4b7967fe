// SPDX-License-Identifier: GPL-2.0-or-later
/** less on a terminal. What the screens show is what less 590 shows. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../../../tests/support/machine.ts';
import { Screen, ScreenGuest } from '../../../tests/support/screen.ts';

const SIZE = { rows: 6, columns: 60 };
const numbers = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index));

class Guest extends ScreenGuest {
  constructor(command: string) {
    super(command, SIZE, [
      userFile('thirty', `${numbers(1, 30).join('\n')}\n`),
      userFile(
        'three',
        'a\tb\n0123456789012345678901234567890123456789012345678901234567890\nlast\n',
      ),
    ]);
  }
}

describe('less', () => {
  it('shows pages, moves by lines and pages, and gives the screen back', () => {
    const guest = new Guest('less thirty');
    expect(guest.until('[[thirty]]')).toEqual(numbers(1, 5));
    expect(guest.screen.isAlternate).toBe(true);
    expect(guest.press(' ', ':')).toEqual(numbers(6, 10));
    expect(guest.press('G', '[[(END)]]')).toEqual(numbers(26, 30));
    expect(guest.press('k', ':')).toEqual(numbers(25, 29));
    expect(guest.press('\u001b[6~', '[[(END)]]')).toEqual(numbers(26, 30));
    expect(guest.press('10g', ':', '10')).toEqual(numbers(10, 14));
    guest.press('=', '[[thirty lines 10-14/30 byte 33/81 41%  (press RETURN)]]');
  });

  it('finds lines in both directions and says when there are none', () => {
    const guest = new Guest('less thirty');
    guest.until('[[thirty]]');
    expect(guest.press('/2\r', ':', '[[2]]')).toHaveLength(5);
    guest.press('nn', ':', '[[2]]0');
    guest.press('N', ':', '1[[2]]');
    guest.press('?1$\r', ':', '1[[1]]');
    expect(guest.press('/x\r', '[[Pattern not found  (press RETURN)]]')).toHaveLength(5);
  });

  it('folds and chops what is too long, and numbers lines', () => {
    const guest = new Guest('less -N three');
    expect(guest.until('[[three (END)]]')).toEqual([
      '      1 a       b',
      '      2 0123456789012345678901234567890123456789012345678901',
      '      2 234567890',
      '      3 last',
    ]);
    guest.press('-S', '[[Chop long lines  (press RETURN)]]');
    expect(guest.press('\r', '[[(END)]]')[1]).toBe(
      '      2 012345678901234567890123456789012345678901234567890[[>]]',
    );
  });

  it('goes through several files', () => {
    const guest = new Guest('less thirty three');
    guest.until('[[thirty (file 1 of 2)]]');
    guest.press('G', '[[(END) - Next: three]]');
    expect(guest.press(':n', '[[three (file 2 of 2) (END)]]')[0]).toBe('a       b');
    guest.press(':n', '[[No next file  (press RETURN)]]');
    expect(guest.press(':p', '[[thirty (file 1 of 2) (END) - Next: three]]')).toHaveLength(5);
  });

  it('reads a pipe as far as it is looked at, with the keys from the terminal', () => {
    const guest = new Guest('seq 1 100000 | less');
    expect(guest.until(':')).toEqual(numbers(1, 5));
    guest.press('=', '[[lines 1-5 byte 10  (press RETURN)]]');
    expect(guest.press('20g', ':')[0]).toBe('20');
    guest.machine.type('q');
    guest.machine.waitFor('$ ');
  });

  it('follows a file that grows until ^C', () => {
    const guest = new Guest('(sleep 2; echo new >> three) & less +F three');
    guest.until('[[Waiting for data... (interrupt to abort)]]');
    guest.machine.runUntil(() => guest.machine.terminal.includes('new\r\n'));
    const rows = guest.press('\u0003', '[[three (END)]]');
    expect(rows.at(-1)).toBe('new');
  });

  it('draws anew when the window changes', () => {
    const guest = new Guest('less thirty');
    guest.until('[[thirty]]');
    guest.screen = new Screen(4, SIZE.columns);
    guest.resize(SIZE.columns, 4);
    expect(guest.until('[[thirty]]')).toEqual(numbers(1, 3));
  });

  it('leaves a screen that fits alone with -F', () => {
    const guest = new Guest('less -FS three; echo status $?');
    guest.machine.waitFor('status 0');
    expect(guest.machine.terminal).not.toContain('\u001b[?1049h');
  });

  it('shows what dmesg -H says, which waits for it', () => {
    const log = new Guest('dmesg -H --color=never; echo status $?');
    log.until(':');
    log.press('/smp\r', ':');
    log.press('G', '[[(END)]]');
    log.machine.type('q');
    log.machine.waitFor('status 0');
    expect(log.machine.terminal).not.toContain('\u001b[?1049h');
  });

  it('is cat where nobody sees a page', () => {
    const { stdout, stderr, status } = runScript('seq 1 3 > a; less a nosuch; seq 2 | less');
    expect(stdout).toBe('1\n2\n3\n1\n2\n');
    expect(stderr).toBe('nosuch: No such file or directory\n');
    expect(status).toBe(0);
  });
});
