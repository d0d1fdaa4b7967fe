// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { LoadAverage } from './loadavg.ts';

const S = 1_000_000_000;

describe('the load average', () => {
  it('of one busy task rises to one as 1 - exp(-t/T)', () => {
    const load = new LoadAverage();
    load.change(1, 0);
    for (const seconds of [30, 60, 120, 600]) {
      const expected = [60, 300, 900].map((period) => 100 * (1 - Math.exp(-seconds / period)));
      for (const [index, hundredths] of load.hundredths(seconds * S).entries()) {
        expect(Math.abs(hundredths - expected[index]!)).toBeLessThan(3);
      }
    }
  });

  it('decays to nothing', () => {
    const load = new LoadAverage();
    load.change(3, 0);
    load.change(-3, 300 * S);
    expect(load.hundredths(300 * S)[0]).toBeGreaterThan(290);
    expect(load.hundredths(360 * S)[0]).toBeGreaterThan(100);
    expect(load.hundredths(36_000 * S)).toEqual([0, 0, 0]);
  });

  it('is the same whether it changes often or only at the end', () => {
    const often = new LoadAverage();
    const seldom = new LoadAverage();
    for (const load of [often, seldom]) load.change(2, 1);
    for (let second = 0; second <= 600; second++) often.change(0, second * S);
    expect(seldom.fixed(600 * S)).toEqual(often.fixed(600 * S));
  });

  it('is not changed by looking', () => {
    const load = new LoadAverage();
    load.change(2, 1);
    const later = load.fixed(100 * S);
    expect(load.fixed(50 * S)).not.toEqual(later);
    expect(load.fixed(100 * S)).toEqual(later);
  });

  it('does not see what lasts less than a sample', () => {
    const load = new LoadAverage();
    load.change(1, S);
    load.change(-1, 2 * S);
    expect(load.hundredths(60 * S)).toEqual([0, 0, 0]);
  });
});
