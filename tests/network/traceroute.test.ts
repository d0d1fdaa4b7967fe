// SPDX-License-Identifier: GPL-2.0-or-later
/** The way to the host behind the gateway, and ways that end early. */
import { expect, test } from 'vitest';

import { runScript } from '../support/machine.ts';

const SET_UP = `ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up; ip link set lo up
ip route add default via 10.0.2.2; echo nameserver 10.0.2.2 > /etc/resolv.conf
`;
/** So long that routers tell of errors again: they limit how many they send to one host. */
const LATER = '; sleep 8\n';

function asRoot(text: string): string {
  const script = { text: SET_UP + text, user: 'root', args: [] } as const;
  const { stdout, stderr, logText } = runScript('', { nic: 'paravirtual', script });
  expect(stderr).toBe('');
  expect(logText).not.toMatch(/BUG|WARNING/);
  return stdout.replaceAll(/\d+\.\d{3} ms/g, 'T');
}

test('traceroute finds the hops to a host, by each method', () => {
  const numeric = '1  10.0.2.2  T  T  T\n 2  192.0.2.80  T  T  T';
  const heading = 'traceroute to 192.0.2.80 (192.0.2.80), 30 hops max, 60 byte packets';
  const stdout = asRoot(
    [
      'traceroute remote.ringzero.test',
      'traceroute -n 192.0.2.80',
      'traceroute -I -n 192.0.2.80',
      'traceroute -T -n 192.0.2.80',
      'traceroute -n --back -U -q 1 -f 2 192.0.2.80 500',
    ].join(LATER),
  );
  expect(stdout.split('\n')).toEqual([
    'traceroute to remote.ringzero.test (192.0.2.80), 30 hops max, 60 byte packets',
    ' 1  gateway.ringzero.test (10.0.2.2)  T  T  T',
    ' 2  remote.ringzero.test (192.0.2.80)  T  T  T',
    ...[1, 2, 3].flatMap(() => `${heading}\n ${numeric}`.split('\n')),
    'traceroute to 192.0.2.80 (192.0.2.80), 30 hops max, 500 byte packets',
    ' 2  192.0.2.80  T',
    '',
  ]);
});

test('traceroute tells of what is not there', () => {
  const stdout = asRoot(
    `traceroute -n -q 2 10.0.2.99; traceroute -n -m 2 -w 1 192.0.2.33; traceroute localhost
    ip route del default; traceroute -n 192.0.2.80 2>&1; echo $?
    traceroute -z 100 -q 2 -N 1 -n 127.0.0.1`,
  );
  expect(stdout.split('\n')).toEqual([
    'traceroute to 10.0.2.99 (10.0.2.99), 30 hops max, 60 byte packets',
    ' 1  10.0.2.15  T !H  T !H',
    'traceroute to 192.0.2.33 (192.0.2.33), 2 hops max, 60 byte packets',
    ' 1  10.0.2.2  T  T  T',
    ' 2  * * *',
    'traceroute to localhost (127.0.0.1), 30 hops max, 60 byte packets',
    ' 1  localhost (127.0.0.1)  T  T  T',
    'traceroute to 192.0.2.80 (192.0.2.80), 30 hops max, 60 byte packets',
    'connect: Network is unreachable',
    '1',
    'traceroute to 127.0.0.1 (127.0.0.1), 30 hops max, 60 byte packets',
    ' 1  127.0.0.1  T  T',
    '',
  ]);
});
