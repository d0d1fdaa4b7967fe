// SPDX-License-Identifier: GPL-2.0-or-later
/** Drivers of the LAN9512 with a bug each: caught in them, and not in their right twins. */
import { expect, it } from 'vitest';

import { exampleFiles, runScript } from '../support/machine.ts';

const UP = 'sleep 1; sudo ip link set eth0 up; sleep 3; sudo udhcpc -i eth0 -n -q -t 1 -T 1';
const REPORT = /^(BUG:|WARNING:|Oops|DMA-API|unreferenced|kmemleak: \S+ left)/mu;
/** Full frames are 1518 bytes long with their FCS, which is no multiple of four. */
const FETCH = 'curl -s -m 5 http://10.0.2.2/10M.bin | head -c 100000 | wc -c';
const LEAKS = 'sudo sh -c "echo scan > /sys/kernel/debug/kmemleak; cat /sys/kernel/debug/kmemleak"';

/** What is printed, and what the log says, while an adapter comes, does something and goes. */
function lifeOf(driver: string, what: string, device = 'lan9512', then = ''): string {
  const folder = driver === 'smsc95xx' ? driver : 'smsc95xx_raw';
  const script = `cd ${folder}; echo 'obj-m := ${driver}.o' > Kbuild
make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod ${driver}.ko
plug ${device}
${UP}
${what}
unplug; sleep 1
sudo rmmod ${driver}
${then}
`;
  const { logText, stdout } = runScript(script, { files: exampleFiles() });
  return `${stdout}${logText}`;
}

const errors = (text: string): number =>
  Number(/RX: .*\n +\d+ +\d+ +(\d+)/u.exec(text.replaceAll('\r', ''))?.[1]);

it('the raw driver brings packets, and leaves nothing behind', () => {
  const said = lifeOf('smsc95xx_raw', `${FETCH}; ip -s link show eth0`, 'lan9512', LEAKS);
  expect(said).toMatch(/^100000\r?$/mu);
  expect(errors(said)).toBe(0);
  expect(said).not.toMatch(REPORT);
});

it('what is not freed for an adapter that leaves is found by kmemleak', () => {
  const said = lifeOf('smsc95xx_leak', '');
  expect(said).toMatch(/^kmemleak: smsc95xx_leak left 1 unreferenced object behind/mu);
  expect(said).toMatch(/^kmemleak: +Adapter\.bind.* smsc95xx_leak\.ts:\d+/mu);
});

it('frames behind the first one of a transfer are garbage to who forgets the padding', () => {
  const said = lifeOf('smsc95xx_padding', `${FETCH}; ip -s link show eth0`);
  expect(errors(said)).toBeGreaterThan(0);
});

it('a length that an adapter lies about is caught where it is believed', () => {
  const said = lifeOf('smsc95xx_length', '', 'lan9512-liar');
  expect(said).toMatch(/^BUG: KASAN: .* in .*smsc95xx_length/mu);
  expect(said).toMatch(/^Read of size 16379 /mu);
});

it('an URB that is submitted again after its adapter has left is caught by KASAN', () => {
  const said = lifeOf('smsc95xx_resubmit', '');
  expect(said).toMatch(/^BUG: KASAN: slab-use-after-free in poll\+.*smsc95xx_resubmit/mu);
  expect(said).toMatch(/^ +free_poller.* poller\.ts:\d+/mu);
});

it.each(['smsc95xx_raw', 'smsc95xx'])('and is an error that %s counts', (driver) => {
  const said = lifeOf(driver, 'ip -s link show eth0', 'lan9512-liar', LEAKS);
  expect(errors(said)).toBeGreaterThan(0);
  expect(said).not.toMatch(REPORT);
});
