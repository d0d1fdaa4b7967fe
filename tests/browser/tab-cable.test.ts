// SPDX-License-Identifier: GPL-2.0-or-later
/** The cable between tabs: two machines side by side, each with a gateway of its own, talk. */
import { expect } from 'vitest';

import { firstVisit, it, Playground } from './playground.ts';

async function putOnTheWire(tab: Playground): Promise<void> {
  await tab.page.getByRole('tab', { name: 'Packets' }).click();
  await tab.page.getByRole('button', { name: 'Wire', exact: true }).click();
  await tab.run('cd ~/ringnic && make > /dev/null && sudo insmod ringnic.ko');
  await tab.run('sudo udhcpc -i eth0 -n -q 2> /dev/null');
}

const address = (tab: Playground): Promise<string> =>
  tab.run("ip -o -4 addr show dev eth0 | grep -o '10[0-9.]*/'");

const join = (tab: Playground): Promise<void> =>
  tab.page.getByRole('button', { name: 'Join the other tabs' }).click();

it('joins the machines of two tabs, which have addresses of their own', async ({ browsing }) => {
  await using visit = await firstVisit(browsing);
  const [one, other] = [await Playground.open(visit), await Playground.open(visit)];
  await Promise.all([one, other].map(putOnTheWire));
  expect(await address(one)).toContain('10.0.2.15/');
  expect(await address(other)).toContain('10.0.2.24/');

  await join(one);
  await one.clear();
  await one.type('nc -l -p 7000\r');
  await one.shows(/nc -l -p 7000/);
  // He is not heard before both are joined.
  const speak = 'echo over the cable | nc -N -w 1 10.0.2.15 7000; echo $?';
  expect(await other.run(speak)).toBe('1');
  await join(other);
  expect(await other.run(speak)).toBe('0');
  await one.shows(/over the cable\n[^\n]*\$$/);

  const ping = (to: string) => `ping -qc2 -W5 ${to} | grep -c ' 0% packet'`;
  expect(await one.run(ping('10.0.2.24'))).toBe('1');
  expect(await other.run(ping('10.0.2.15'))).toBe('1');
});
