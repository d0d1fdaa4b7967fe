// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';

import { formatTripTime, PingStatistics } from './statistics.ts';

function counted(...times: readonly number[]): PingStatistics {
  const statistics = new PingStatistics();
  for (const [index, us] of times.entries()) {
    statistics.transmitted++;
    statistics.lastSentUs = index * 200_500;
    statistics.count(us);
    statistics.acknowledge(index + 1);
  }
  return statistics;
}

describe('the end of ping', () => {
  test('is what iputils printed for the same times', () => {
    expect(counted(429, 56).summary('10.0.2.2', false)).toBe(
      '\n--- 10.0.2.2 ping statistics ---\n' +
        '2 packets transmitted, 2 received, 0% packet loss, time 200ms\n' +
        'rtt min/avg/max/mdev = 0.056/0.242/0.429/0.186 ms\n',
    );
  });

  test('tells of a third that was lost with six digits', () => {
    const statistics = counted(100, 100);
    statistics.transmitted = 3;
    expect(statistics.summary('a', false)).toContain(', 33.3333% packet loss');
  });

  test('has no times when nothing came, but an empty line', () => {
    const statistics = new PingStatistics();
    statistics.transmitted = 1;
    expect(statistics.summary('10.0.2.77', false)).toBe(
      '\n--- 10.0.2.77 ping statistics ---\n' +
        '1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n',
    );
  });

  test('tells how many were on their way when three errors come at once', () => {
    const statistics = new PingStatistics();
    statistics.transmitted = 3;
    statistics.errors = 3;
    for (const sequence of [1, 2, 3]) statistics.acknowledge(sequence);
    expect(statistics.summary('10.0.2.77', false)).toContain(
      '0 received, +3 errors, 100% packet loss, time 0ms\npipe 3\n',
    );
  });

  test('SIGQUIT has a line of its own', () => {
    expect(counted(26, 41, 43).status()).toBe(
      '\r3/3 packets, 0% loss, min/avg/ewma/max = 0.026/0.036/0.029/0.043 ms\n',
    );
  });
});

test('long times have fewer digits', () => {
  expect([42, 1234, 12_345, 123_456].map(formatTripTime)).toEqual(['0.042', '1.23', '12.3', '123']);
});
