// SPDX-License-Identifier: GPL-2.0-or-later
/** A driver may print what it likes; the terminal is not its own. */
import { expect, it } from 'vitest';

import { DmesgFormatter, parseSyslog, type DmesgOptions } from './format.ts';

const PLAIN: DmesgOptions = {
  time: 'notime',
  isRaw: false,
  decodes: false,
  isColored: false,
  escapes: true,
  repeatsPrefix: false,
  levels: undefined,
  facilities: undefined,
  bootTime: 0,
};

const formatter = new DmesgFormatter(PLAIN);

it.each([
  ['plain text with é and 😀', 'plain text with é and 😀'],
  ['\x1b[31mred', '\\x1b[31mred'],
  ['a\0b\x07\x7f', 'a\\x00b\\x07\\x7f'],
  ['a\tb', 'a\tb'],
])('%j is shown as util-linux shows it', (text, shown) => {
  const line = { level: 6, facility: 0, microseconds: 0, text };
  expect(formatter.format(line)).toBe(`${shown}\n`);
});

/** What `dmesg -F` of util-linux 2.38.1 prints of this log, booted at 11:47:40. */
const LOG = `<6>[    0.000000] Linux version
<4>[    0.500000] warn: a
<3>[   59.100000] err b
b2
<6>[   61.200000] foo: bar
<30>[   72.200000] daemon info
<2>[ 3700.000001] crit: line
`;
const BOOTED = 1_795_348_060;

it.each([
  [
    'reltime',
    `[Nov22 11:47] Linux version
[  +0.000000] warn: a
[Nov22 11:48] err b
              b2
[  +2.100000] foo: bar
[ +11.000000] daemon info
[Nov22 12:49] crit: line
`,
  ],
  [
    'delta',
    `[    0.000000 <    0.000000>] Linux version
[    0.500000 <    0.000000>] warn: a
[   59.100000 <   58.600000>] err b
                              b2
[   61.200000 <    2.100000>] foo: bar
[   72.200000 <   11.000000>] daemon info
[ 3700.000001 < 3627.800001>] crit: line
`,
  ],
  [
    'iso',
    `2026-11-22T11:47:40,000000+00:00 Linux version
2026-11-22T11:47:40,500000+00:00 warn: a
2026-11-22T11:48:39,100000+00:00 err b
                                 b2
2026-11-22T11:48:41,200000+00:00 foo: bar
2026-11-22T11:48:52,200000+00:00 daemon info
2026-11-22T12:49:20,000001+00:00 crit: line
`,
  ],
] as const)('shows times as %s', (time, shown) => {
  const it = new DmesgFormatter({ ...PLAIN, time, bootTime: BOOTED });
  expect(
    parseSyslog(LOG)
      .map((line) => it.format(line))
      .join(''),
  ).toBe(shown);
});

it('takes messages of one facility', () => {
  const it = new DmesgFormatter({ ...PLAIN, facilities: new Set([3]) });
  expect(
    parseSyslog(LOG)
      .map((line) => it.format(line))
      .join(''),
  ).toBe('daemon info\n');
});

it('repeats the prefix for each line of a message', () => {
  const it = new DmesgFormatter({
    ...PLAIN,
    time: 'boot',
    repeatsPrefix: true,
    levels: new Set([3]),
  });
  const shown = parseSyslog(LOG).map((line) => it.format(line));
  expect(shown.join('')).toBe('[   59.100000] err b\n[   59.100000] b2\n');
});
