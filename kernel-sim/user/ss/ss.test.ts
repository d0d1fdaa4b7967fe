// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { remaining } from './details.ts';
import { parseFilter } from './filter.ts';
import { render } from './render.ts';
import type { Listed } from './sockets.ts';

const LISTENER: Listed = {
  netid: 'tcp',
  state: TCP_STATE.LISTEN,
  receiveQueue: 0,
  sendQueue: 5,
  local: { address: '10.0.2.15', port: 8000 },
  peer: { address: '0.0.0.0', port: 0 },
  inode: 7,
  details: '',
};
const CONNECTION: Listed = {
  ...LISTENER,
  state: TCP_STATE.ESTABLISHED,
  sendQueue: 0,
  peer: { address: '10.0.2.2', port: 38_030 },
  inode: 8,
};
const BOOTPC: Listed = {
  ...LISTENER,
  netid: 'udp',
  state: TCP_STATE.CLOSE,
  sendQueue: 0,
  local: { address: '0.0.0.0', port: 68 },
};
const PLAIN = { hasHeader: true, showsKind: false, isNumeric: true, owners: undefined };

describe('the table', () => {
  test('is that of iproute2 6.1', () => {
    expect(render([LISTENER, CONNECTION], PLAIN)).toBe(
      'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n' +
        'LISTEN 0      5          10.0.2.15:8000      0.0.0.0:*           \n' +
        'ESTAB  0      0          10.0.2.15:8000     10.0.2.2:38030       \n',
    );
    expect(render([LISTENER], PLAIN)).toBe(
      'State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n' +
        'LISTEN 0      5          10.0.2.15:8000      0.0.0.0:*          \n',
    );
    expect(render([LISTENER], { ...PLAIN, hasHeader: false })).toBe(
      'LISTEN 0      5      10.0.2.15:8000 0.0.0.0:*\n',
    );
  });

  test('names kinds, owners and services', () => {
    const owners = new Map([[7, [{ name: 'python3', pid: 621_462, fd: 3 }]]]);
    expect(render([BOOTPC, LISTENER], { ...PLAIN, showsKind: true, owners })).toBe(
      'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port' +
        'Process                             \n' +
        'udp   UNCONN 0      0            0.0.0.0:68        0.0.0.0:*    ' +
        'users:(("python3",pid=621462,fd=3))\n' +
        'tcp   LISTEN 0      5          10.0.2.15:8000      0.0.0.0:*    ' +
        'users:(("python3",pid=621462,fd=3))\n',
    );
    expect(render([BOOTPC], { ...PLAIN, isNumeric: false })).toContain('0.0.0.0:bootpc');
  });
});

describe('a filter', () => {
  test.each([
    ['sport = :8000', 2],
    ['dport = :38030', 1],
    ['dst 10.0.2.2', 1],
    ['dst 10.0.2.2:38030 and sport = :8000', 1],
    ['src 10.0.2.2', 0],
  ])('%s', (words, count) => {
    const filter = parseFilter([words]);
    if (typeof filter === 'string') throw new Error(filter);
    expect([LISTENER, CONNECTION].filter((socket) => filter.holds(socket))).toHaveLength(count);
  });

  test('says what it does not know', () => {
    expect(parseFilter(['state', 'foo'])).toBe('wrong state name: foo');
    expect(parseFilter(['nonsense', 'x'])).toContain('syntax error');
  });
});

test('ss lists sockets of a machine', () => {
  const { stdout, stderr, status } = runScript(
    `nc -l 8000 > /dev/null & sleep 0.1; sleep 9 | nc 127.0.0.1 8000 & sleep 0.1
     ss -tln; echo; ss -Htn | wc -l; sudo ss -Htnp state established sport = :8000; ss -s | head -1
     ss -Z; echo $?; kill %1 %2`,
  );
  expect(stdout).toMatch(/^ESTAB .*127\.0\.0\.1:8000 .*users:\(\("nc",pid=\d+,fd=\d+\)\)$/m);
  expect(stdout).toMatch(/^2$/m);
  expect(stdout).toMatch(/^255$/m);
  expect(stderr).toContain("invalid option -- 'Z'");
  expect(status).toBe(0);
});

describe('what is shown besides', () => {
  test.each([
    [0, ''],
    [200, '200ms'],
    [7_040, '7.040ms'],
    [9_000, '9sec'],
    [44_500, '44sec'],
    [65_300, '1min5sec'],
    [7_199_000, '119min'],
  ])('a timer of %i ms is %s', (milliseconds, text) => {
    expect(remaining(milliseconds)).toBe(text);
  });

  test('a connection tells its timers, memory and windows, a listener its place', () => {
    const { stdout } = runScript(`
      nc -l -p 8000 > /dev/null & nc -l -p 8001 & sleep 0.1
      (echo hello; sleep 1) | nc 127.0.0.1 8000 & sleep 0.1
      ss -tnieom; ss -tnlie`);
    const [, first = '', info = ''] = stdout.split('\n');
    expect(first).toMatch(/^ESTAB +0 +0 .* (uid:\d+ )?ino:\d+ sk:[0-9a-f]+ <->$/);
    expect(info).toMatch(
      /^\t skmem:\(r0,rb131072,t0,tb\d+,f0,w0,o0,bl0,d0\) ts sack cubic wscale:7,7 rto:204 /,
    );
    expect(stdout).toMatch(/ bytes_sent:6 bytes_acked:7 segs_out:\d segs_in:\d data_segs_out:1 /);
    expect(stdout).toMatch(/LISTEN .* ino:\d+ sk:[0-9a-f]+ <->\s+\t cubic cwnd:10/);
  });
});
