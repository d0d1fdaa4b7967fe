// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { NetRig } from '../testing/net-rig.ts';

describe('a timer of the stack', () => {
  it('runs once, when it is due', () => {
    const rig = new NetRig();
    const said: number[] = [];
    const timer = rig.timers.make(() => said.push(rig.sim.now()));
    timer.start(1000);

    rig.advance(999);
    expect([timer.isPending, said]).toEqual([true, []]);
    rig.advance(5000);

    expect([timer.isPending, said]).toEqual([false, [1000]]);
  });

  it('may be moved either way, and stopped', () => {
    const rig = new NetRig();
    const said: number[] = [];
    const timer = rig.timers.make(() => said.push(rig.sim.now()));
    timer.set(1000);
    for (let atNs = 2000; atNs <= 10_000; atNs += 1000) timer.set(atNs);
    rig.advance(9000);
    timer.set(9500);
    rig.advance(11_000);
    timer.set(20_000);
    timer.cancel();
    rig.advance(30_000);

    expect(said).toEqual([9500]);
  });

  it('that is cancelled between its interrupt and its softirq does not run', () => {
    const rig = new NetRig();
    const second = rig.timers.make(() => expect.unreachable());
    rig.timers.make(() => second.cancel()).set(1000);
    second.set(1000);

    rig.advance(2000);
  });
});
