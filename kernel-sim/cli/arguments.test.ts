// SPDX-License-Identifier: GPL-2.0-or-later
/** The command line, option by option and mistake by mistake. */
import { expect, it, test } from 'vitest';

import { parseArguments, UsageError } from './arguments.ts';

const RUN = {
  command: 'run',
  files: [],
  board: 'pc',
  cpus: 2,
  seed: 1,
  cmdline: '',
  user: 'user',
  isRealtime: false,
  timeoutSeconds: undefined,
  tracePath: undefined,
  wire: {},
  cable: undefined,
  args: [],
};
const TRUE = { kind: 'text', text: 'true' };

it.each<[line: string, expected: object]>([
  ['run -c true', { ...RUN, script: TRUE }],
  ['run a.sh', { ...RUN, script: { kind: 'file', path: 'a.sh' } }],
  ['run -', { ...RUN, script: { kind: 'stdin' } }],
  [
    'run a.sh -x --seed 5',
    { ...RUN, script: { kind: 'file', path: 'a.sh' }, args: ['-x', '--seed', '5'] },
  ],
  ['run -c true -- -x', { ...RUN, script: TRUE, args: ['-x'] }],
  ['run --board rpi3 --cpus=4 -c true', { ...RUN, board: 'rpi3', cpus: 4, script: TRUE }],
  ['run --seed 0xffffffff -c true', { ...RUN, seed: 0xffff_ffff, script: TRUE }],
  ['run --cmdline kasan=off -c true', { ...RUN, cmdline: 'kasan=off', script: TRUE }],
  ['run --cmdline=kasan=off -c true', { ...RUN, cmdline: 'kasan=off', script: TRUE }],
  ['run --user root --realtime -c true', { ...RUN, user: 'root', isRealtime: true, script: TRUE }],
  [
    'run --timeout 0.5 --trace t.json -c true',
    { ...RUN, timeoutSeconds: 0.5, tracePath: 't.json', script: TRUE },
  ],
  [
    'run --loss 2.5 --delay 20 --rate 10 -c true',
    {
      ...RUN,
      wire: { lossPerMille: 25, delayNs: 20_000_000, bitsPerSecond: 10_000_000 },
      script: TRUE,
    },
  ],
  [
    'run --cable udp:4001:4002 -c true',
    { ...RUN, cable: { localPort: 4001, remotePort: 4002 }, script: TRUE },
  ],
  [
    'run --file a:b --file c:x:/d/ -c true',
    {
      ...RUN,
      files: [
        { host: 'a', guest: 'b' },
        { host: 'c:x', guest: '/d/' },
      ],
      script: TRUE,
    },
  ],
  ['check a.ts b.ts --json', { command: 'check', paths: ['a.ts', 'b.ts'], isJson: true }],
  ['check a.ts', { command: 'check', paths: ['a.ts'], isJson: false }],
  ['--help', { command: 'help' }],
  ['run --help', { command: 'help' }],
  ['check --help', { command: 'help' }],
  ['--version', { command: 'version' }],
])('understands: %s', (line, expected) => {
  expect(parseArguments(line.split(' '))).toEqual(expected);
});

test('leaves --help to the script behind it', () => {
  const request = parseArguments(['run', 'a.sh', '--help']);
  expect(request).toMatchObject({ command: 'run', args: ['--help'] });
});

it.each<[line: string, complaint: string]>([
  ['', "unknown command ''"],
  ['serve', "unknown command 'serve'"],
  ['usbip --port', "option '--port' needs a value"],
  ['usbip --port 65536', 'from 0 to 65535'],
  ['usbip --control=x', 'whole number'],
  ['usbip now', "unrecognized option 'now'"],
  ['run', 'no script'],
  ['run --cpus 0 -c x', 'from 1 to 8'],
  ['run --cpus 9 -c x', 'from 1 to 8'],
  ['run --cpus two -c x', 'from 1 to 8'],
  ['run --seed -1 -c x', 'whole number'],
  ['run --seed 4294967296 -c x', 'whole number'],
  ['run --board arm -c x', 'pc or rpi3'],
  ['run --user nobody -c x', 'user or root'],
  ['run --timeout 0 -c x', 'want seconds'],
  ['run --timeout soon -c x', 'want seconds'],
  ['run --file a -c x', 'HOST:GUEST'],
  ['run --file :a -c x', 'HOST:GUEST'],
  ['run --realtime=yes -c x', 'takes no value'],
  ['run -c', 'needs a value'],
  ['run --constructor x', 'unrecognized'],
  ['run --no-such -c x', 'unrecognized'],
  ['check', 'no files'],
  ['check --fast a.ts', 'unrecognized'],
])('complains: %s', (line, complaint) => {
  expect(() => parseArguments(line.split(' '))).toThrow(UsageError);
  expect(() => parseArguments(line.split(' '))).toThrow(complaint);
});

test('complains about nothing at all', () => {
  expect(() => parseArguments([])).toThrow('missing command');
});
