// SPDX-License-Identifier: GPL-2.0-or-later
/** iperf3 with itself, with the gateway's server, and with what a real client has said. */
import { expect, test } from 'vitest';

import { runScript } from '../support/machine.ts';

/** Times, rates and ports differ from run to run: their shape does not. */
function shapeOf(text: string): string[] {
  const masked = text
    .replaceAll(/ {1,3}[\d.]+ [KMG]?bits\/sec/g, ' RATE')
    .replaceAll(/port \d{5}/g, 'port N')
    .replaceAll(/-\d\.\d\d /g, '-END')
    .replaceAll(/\d\.\d{3} ms/g, 'JITTER');
  return masked.split('\n');
}

const COOKIE = 'arrxh4y55vnfqys2btbvhsqfdz24ya5ppkhe';
/** What iperf 3.12 sends: parameters, then the end of the test and its results. */
const PARAMETERS =
  '\\0\\0\\0\\x8f{"tcp":true,"omit":0,"time":1,"num":0,"blockcount":0,"parallel":1,' +
  '"len":131072,"bandwidth":1000000,"pacing_timer":1000,"client_version":"3.12"}';
const RESULTS =
  '\\x04\\0\\0\\1\\x06{"cpu_util_total":4.614470532577883,"cpu_util_user":0,' +
  '"cpu_util_system":4.614470532577883,"sender_has_retransmits":1,"congestion_used":"bbr",' +
  '"streams":[{"id":1,"bytes":131072,"retransmits":0,"jitter":0,"errors":0,"packets":0,' +
  '"start_time":0,"end_time":1.000093}]}\\x10';

const SCRIPT = `ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up; ip link set lo up
iperf3 -s > server & sleep 0.1
iperf3 -c 127.0.0.1 -n 512K -P 2 -R; echo =
iperf3 -c 10.0.2.2 -k 20 -u -b 1M; echo =
iperf3 -c 127.0.0.1 -n 128K -J; echo =
{ printf '${COOKIE}\\0${PARAMETERS}'; sleep 0.3; printf '${RESULTS}'; } |
  nc -N 127.0.0.1 5201 | tr -d '\\n' | sed -E 's/[0-9]+\\.[0-9]+(e-[0-9]+)?/N/g' > heard &
sleep 0.1; { printf '${COOKIE}\\0'; head -c 1000 /dev/zero; } | nc -N 127.0.0.1 5201
wait %2; tr '\\t\\1\\2\\r\\16' 'ABCDE' < heard | tr -d '\\0'; echo; echo =
kill -INT %1; sleep 0.1; tail -n 10 server | head -n 7; echo =
iperf3 -c 127.0.0.1; iperf3 -s -R 2>&1 | head -n 1
`;

test('iperf3 measures, reports, and understands the real one', () => {
  const script = { text: SCRIPT, user: 'root', args: [] } as const;
  const { stdout, stderr, logText } = runScript('', { nic: 'paravirtual', script });
  expect(logText).not.toMatch(/BUG|WARNING/);
  const [reverse, udp, json, heard, server, last] = stdout.split('=\n');
  expect(shapeOf(reverse!)).toEqual([
    'Connecting to host 127.0.0.1, port 5201',
    'Reverse mode, remote host 127.0.0.1 is sending',
    '[  4] local 127.0.0.1 port N connected to 127.0.0.1 port 5201',
    '[  5] local 127.0.0.1 port N connected to 127.0.0.1 port 5201',
    '[ ID] Interval           Transfer     Bitrate',
    '[  4]   0.00-END  sec   256 KBytes RATE                  ',
    '[  5]   0.00-END  sec   256 KBytes RATE                  ',
    '[SUM]   0.00-END  sec   512 KBytes RATE                  ',
    '- - - - - - - - - - - - - - - - - - - - - - - - -',
    '[ ID] Interval           Transfer     Bitrate         Retr',
    '[  4]   0.00-END  sec   256 KBytes RATE    0             sender',
    '[  4]   0.00-END  sec   256 KBytes RATE                  receiver',
    '[  5]   0.00-END  sec   256 KBytes RATE    0             sender',
    '[  5]   0.00-END  sec   256 KBytes RATE                  receiver',
    '[SUM]   0.00-END  sec   512 KBytes RATE    0             sender',
    '[SUM]   0.00-END  sec   512 KBytes RATE                  receiver',
    '',
    'iperf Done.',
    '',
  ]);
  expect(shapeOf(udp!)).toEqual([
    'Connecting to host 10.0.2.2, port 5201',
    '[  4] local 10.0.2.15 port N connected to 10.0.2.2 port 5201',
    '[ ID] Interval           Transfer     Bitrate         Total Datagrams',
    '[  4]   0.00-END  sec  28.3 KBytes RATE  20  ',
    '- - - - - - - - - - - - - - - - - - - - - - - - -',
    '[ ID] Interval           Transfer     Bitrate         Jitter    Lost/Total Datagrams',
    '[  4]   0.00-END  sec  28.3 KBytes RATE  JITTER  0/20 (0%)  sender',
    '[  4]   0.00-END  sec  28.3 KBytes RATE  JITTER  0/20 (0%)  receiver',
    '',
    'iperf Done.',
    '',
  ]);
  expect(json).toMatch(/^\{\n\t"start":\t\{\n\t\t"connected":\t\[\{\n\t{4}"socket":\t4,\n/);
  const result = JSON.parse(json!) as { end: { sum_received: { bytes: number } } };
  expect(result.end.sum_received.bytes).toBe(131_072);
  // PARAM_EXCHANGE, CREATE_STREAMS (a newline), TEST_START, TEST_RUNNING, EXCHANGE_RESULTS.
  expect(heard).toMatch(
    /^ABCDB.\{"cpu_util_total":N,.*"streams":\[\{"id":1,"bytes":1000,.*\}\]\}E\n$/,
  );
  expect(shapeOf(server!)).toEqual([
    'Accepted connection from 127.0.0.1, port N',
    '[  5] local 127.0.0.1 port 5201 connected to 127.0.0.1 port N',
    '[ ID] Interval           Transfer     Bitrate',
    '[  5]   0.00-END  sec  1000 Bytes RATE                  ',
    '- - - - - - - - - - - - - - - - - - - - - - - - -',
    '[ ID] Interval           Transfer     Bitrate',
    '[  5]   0.00-END  sec  1000 Bytes RATE                  receiver',
    '',
  ]);
  expect(last).toBe('iperf3: parameter error - some option you are trying to set is client only\n');
  expect(stderr).toBe(
    'iperf3: interrupt - the server has terminated\n' +
      'iperf3: error - unable to connect to server: Connection refused\n',
  );
});
