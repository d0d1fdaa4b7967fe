// SPDX-License-Identifier: GPL-2.0-or-later
/** What people type for the two first examples, word for word, in the page's own terminal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { firstVisit, Playground, type Visit } from './playground.ts';

let visit: Visit;
let playground: Playground;

beforeAll(async () => {
  visit = await firstVisit();
  playground = await Playground.open(visit);
});
afterAll(() => visit[Symbol.asyncDispose]());

describe('hello_world', () => {
  it('is built by make', async () => {
    await playground.run('cd ~/hello_world');
    expect(await playground.run('make')).toContain('helloworld.ko');
  });

  it('says hello when it is loaded', async () => {
    await playground.run('sudo insmod helloworld.ko');
    expect(await playground.run('lsmod')).toMatch(/^helloworld +\d+ +0$/m);
    expect(await playground.run('dmesg')).toContain('Hello from TypeScript!');
  });

  it('says goodbye when it is unloaded', async () => {
    await playground.run('sudo rmmod helloworld');
    expect(await playground.run('dmesg | tail -n 1')).toContain('Goodbye from TypeScript!');
  });

  it('is gone after make clean', async () => {
    await playground.run('make clean');
    expect(await playground.run('ls')).not.toContain('helloworld.ko');
  });
});

describe('yes_chardev', () => {
  it('registers a device with the first dynamic major number', async () => {
    await playground.run('cd ~/yes_chardev');
    await playground.run('make');
    await playground.run('sudo insmod yes_chardev.ko');
    expect(await playground.run('cat /proc/devices')).toMatch(/^243 yes$/m);
    expect(await playground.run('dmesg | tail -n 2')).toContain('My major number: 243');
  });

  it('streams until Ctrl C', async () => {
    await playground.run('sudo mknod /dev/yes c 243 0');
    await playground.type('sudo cat /dev/yes\r');
    await playground.shows(/(?:^y\n){10}/m);
    await playground.interrupt();
    await playground.prompt();
    expect(await playground.screen()).toContain('^C');
  });

  it('goes when nobody holds it', async () => {
    await playground.run('sudo rmmod yes_chardev');
    expect(await playground.run('dmesg | tail -n 1')).toContain('Goodbye CharDev from TypeScript!');
    expect(await playground.run('cat /proc/devices')).not.toContain('yes');
  });
});
