// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, test } from 'vitest';

import { runScript } from '../../tests/support/machine.ts';

test('usbmon tells who listens of each transfer, in its two formats', () => {
  const { stdout } = runScript(`sudo bash -c '
    cd /sys/kernel/debug/usb/usbmon; cat 1u > /tmp/u & cat 1t > /tmp/t & sleep 0.1; cat 0s
    plug loopback; sleep 1; kill %1 %2; wait; cat 0s
    grep "s 80 06 0100 0000 0012" -A1 /tmp/u | cut -d" " -f3-
    grep "s 80 06 0100 0000 0012" -A1 /tmp/t | cut -d" " -f3-
    head -c 20 1u & sleep 0.1; unplug; sleep 0.5; echo; cat 1s
    [ $(wc -l < /tmp/u) = $(wc -l < /tmp/t) ] && echo as many'`);
  const [none = '', after = '', ...lines] = stdout.trim().split('\n');
  expect(none).toBe('nreaders 2 events 0 text_lost 0');
  expect(after).toMatch(/^nreaders 0 events [1-9]\d text_lost 0$/);
  const descriptor = '12010002 ff000040 09120100 00010102 0301';
  expect(lines.slice(0, 4)).toEqual([
    'S Ci:1:002:0 s 80 06 0100 0000 0012 18 <',
    `C Ci:1:002:0 0 18 = ${descriptor}`,
    'S Ci:002:00 s 80 06 0100 0000 0012 18 <',
    `C Ci:002:00 0 18 = ${descriptor}`,
  ]);
  expect(lines[4]).toMatch(/^[\da-f]{16} \d{3}/);
  expect(lines[5]).toMatch(/^nreaders 0 events \d+ text_lost 0$/);
  expect(lines[6]).toBe('as many');
});
