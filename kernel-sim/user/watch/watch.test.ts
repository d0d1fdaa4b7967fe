// SPDX-License-Identifier: GPL-2.0-or-later
/** watch on a terminal. What the screens show is what procps 4.0.2 shows. */
import { describe, expect, it } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';
import { ScreenGuest } from '../../../tests/support/screen.ts';

const SIZE = { rows: 6, columns: 60 };

describe('watch', () => {
  it('shows the command, the time and what fits on the screen, again and again', () => {
    const guest = new ScreenGuest("watch -n1 'date +%S; seq 1 20'", SIZE);
    const first = guest.untilShown((rows) => rows[2] === '01', 'the first page');
    expect(first).toEqual([
      'Every 1.0s: date +%S; seq 1 20  pc: Thu Jan  1 00:00:01 2026',
      '',
      '01',
      '1',
      '2',
      '3',
    ]);
    guest.untilShown((rows) => rows[2] === '03', 'a later page');
    guest.machine.type('\u0003');
    guest.machine.waitFor('$ ');
    guest.untilShown(() => !guest.screen.isAlternate, 'the main screen');
  });

  it('marks what has changed with -d', () => {
    const guest = new ScreenGuest('watch -t -d -n1 date +1%S1', SIZE);
    const rows = guest.untilShown((shown) => shown[0]?.includes('[[') === true, 'a mark');
    expect(rows[0]).toMatch(/^10\[\[\d\]\]1$/);
  });

  it('ends with -g when the output changes, with -e when the command fails', () => {
    const changes = new ScreenGuest('watch -g -n1 date +%S; echo "status $?"', SIZE);
    expect(changes.machine.waitFor('status 0')).toContain('[?1049l');
    const fails = new ScreenGuest('watch -e \'echo bad; exit 3\'; echo "status $?"', SIZE);
    fails.until('command exit with a non-zero status, press a key to exit');
    fails.machine.type(' ');
    fails.machine.waitFor('status 8');
  });

  it('refuses an interval that is none', () => {
    const { stderr, status } = runScript('watch -n x true');
    expect(stderr).toBe("watch: failed to parse argument: 'x': Invalid argument\n");
    expect(status).toBe(1);
  });
});
