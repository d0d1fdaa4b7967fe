// SPDX-License-Identifier: GPL-2.0-or-later
/** Against what Debian's netstat printed for this table. */
import { expect, test } from 'vitest';

import { formatSocket, parseSocketTable, socketHeading } from './sockets.ts';

const PROC_NET_TCP = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout',
  '   0: 0F02000A:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0   0 2709337 1',
  '   1: 0F02000A:1F40 0202000A:948E 01 00000000:00000000 00:00000000 00000000     0   0 2709369 1',
].join('\n');
const PLAIN = { isExtended: false, hasPrograms: false, hasTimers: false, isWide: false };

function table(columns: typeof PLAIN, program = ''): string {
  const rows = parseSocketTable('tcp', PROC_NET_TCP).map((row) => {
    const { local, remote } = row;
    const texts = {
      local: `${local.address}:${local.port}`,
      remote: `${remote.address}:${remote.port === 0 ? '*' : remote.port}`,
      user: '0',
      program,
    };
    return formatSocket(row, texts, columns);
  });
  return socketHeading('servers and established', columns) + rows.join('');
}

test('netstat -tane', () => {
  const [, heading, ...rows] = table({ ...PLAIN, isExtended: true }).split('\n');
  const start = 'Proto Recv-Q Send-Q Local Address           Foreign Address         ';
  expect(heading).toBe(`${start}State       User       Inode     `);
  expect(rows).toEqual([
    'tcp        0      0 10.0.2.15:8000          0.0.0.0:*               ' +
      'LISTEN      0          2709337   ',
    'tcp        0      0 10.0.2.15:8000          10.0.2.2:38030          ' +
      'ESTABLISHED 0          2709369   ',
    '',
  ]);
});

test('netstat -tanp and -tano', () => {
  expect(table({ ...PLAIN, hasPrograms: true }, '621462/python3')).toContain(
    'LISTEN      621462/python3      \n',
  );
  expect(table({ ...PLAIN, hasTimers: true })).toContain('LISTEN      off (0.00/0/0)\n');
});
