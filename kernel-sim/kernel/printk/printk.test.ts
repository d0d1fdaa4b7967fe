// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel log: bounded, cleared for readers, and escaped as /dev/kmsg has it. */
import { describe, expect, it } from 'vitest';

import { Sim } from '../../sim/sim.ts';
import { COST } from '../../uapi/costs.ts';
import {
  formatKmsg,
  formatSyslog,
  formatTime,
  LEVEL,
  LOG_BUFFER_BYTES,
  LOG_LINE_MAX,
  Printk,
} from './printk.ts';

function makeLog(): { sim: Sim; log: Printk } {
  const sim = new Sim(() => 0);
  return { sim, log: new Printk(sim) };
}

const texts = (records: readonly { readonly text: string }[]): string[] =>
  records.map(({ text }) => text);

describe('a line', () => {
  it('has the instant at which it was printed, and costs time', () => {
    const { sim, log } = makeLog();
    sim.clock.moveTo(5000);
    log.info('one');
    log.err('two');
    const [one, two] = log.since(0);
    expect(one).toEqual({ sequence: 0, timeNs: 5000, level: LEVEL.INFO, text: 'one' });
    expect(two).toMatchObject({ sequence: 1, timeNs: 5000 + COST.PRINTK, level: LEVEL.ERR });
    expect(sim.now()).toBe(5000 + 2 * COST.PRINTK);
  });

  it.each([
    ['as long as can be', LOG_LINE_MAX, LOG_LINE_MAX],
    ['longer than that', LOG_LINE_MAX + 1, LOG_LINE_MAX],
    ['much longer', 100_000, LOG_LINE_MAX],
  ])('%s has %i units, of which %i are kept', (_what, length, kept) => {
    const { log } = makeLog();
    log.info('x'.repeat(length));
    expect(texts(log.since(0))).toEqual(['x'.repeat(kept)]);
  });

  it('with line feeds is several, each with its source', () => {
    const { log } = makeLog();
    const source = { module: 'm', file: 'm.ts', line: 3 };
    let told = 0;
    log.onRecord = () => told++;
    log.print(LEVEL.WARNING, 'a\n\nb', source);
    expect(texts(log.since(0))).toEqual(['a', '', 'b']);
    expect(log.since(0).every((record) => record.source === source)).toBe(true);
    expect(told).toBe(1);
  });
});

describe('the ring', () => {
  function bytesOf(log: Printk): number {
    return log.since(0).reduce((sum, { text }) => sum + 88 + text.length, 0);
  }

  it.each([
    ['empty lines', 0],
    ['short lines', 10],
    ['the longest lines', LOG_LINE_MAX],
  ])('stays within its bytes, whatever it is flooded with: %s', (_what, length) => {
    const { log } = makeLog();
    let mostBytes = 0;
    for (let n = 0; n < 10_000; n++) {
      log.info('x'.repeat(length));
      if (n % 100 === 0) mostBytes = Math.max(mostBytes, bytesOf(log));
    }
    expect(mostBytes).toBeLessThanOrEqual(LOG_BUFFER_BYTES);
    expect(bytesOf(log)).toBeGreaterThan(LOG_BUFFER_BYTES / 2);
  });

  it('drops the oldest, and says so by the numbers', () => {
    const { log } = makeLog();
    for (let n = 0; n < 5000; n++) log.info(`line ${n}`);
    const first = log.firstSequence;
    expect(first).toBeGreaterThan(0);
    expect(log.nextSequence).toBe(5000);
    expect(log.since(0)[0]).toMatchObject({ sequence: first, text: `line ${first}` });
    expect(texts(log.since(4998))).toEqual(['line 4998', 'line 4999']);
    expect(log.since(5000)).toEqual([]);
    expect(log.since(9999)).toEqual([]);
  });
});

describe('clearing', () => {
  it('hides what was there from dmesg, and from nobody else', () => {
    const { log } = makeLog();
    log.info('old');
    log.clear();
    log.info('new');
    expect(texts(log.readable())).toEqual(['new']);
    expect(texts(log.since(0))).toEqual(['old', 'new']);
    expect(log.nextSequence).toBe(2);
  });

  it('stays right after the ring has dropped past it', () => {
    const { log } = makeLog();
    log.info('old');
    log.clear();
    for (let n = 0; n < 5000; n++) log.info(`line ${n}`);
    expect(log.readable()).toEqual(log.since(0));
  });
});

describe('how lines are written', () => {
  it.each([
    [0, '[    0.000000] '],
    [999, '[    0.000000] '],
    [1_234_567_890, '[    1.234567] '],
    [99_999_000_001_000, '[99999.000001] '],
    [123_456_000_000_000, '[123456.000000] '],
  ])('%i ns is %s', (timeNs, text) => {
    expect(formatTime(timeNs)).toBe(text);
  });

  it('for syslog(2): level, time, text', () => {
    const { log } = makeLog();
    log.emerg('dead');
    expect(formatSyslog(log.since(0))).toBe('<0>[    0.000000] dead\n');
    expect(formatSyslog([])).toBe('');
  });

  it.each([
    ['plain', 'plain'],
    ['a;b,c', 'a;b,c'],
    ['tab\there', String.raw`tab\x09here`],
    ['back\\slash', String.raw`back\x5cslash`],
    ['bell\u0007, delete\u007F', String.raw`bell\x07, delete\x7f`],
    ['naïve', 'naïve'],
  ])('for /dev/kmsg: %j is %s', (text, escaped) => {
    const record = { sequence: 7, timeNs: 1_500_999, level: LEVEL.INFO, text };
    expect(formatKmsg(record)).toBe(`6,7,1500,-;${escaped}\n`);
  });
});
