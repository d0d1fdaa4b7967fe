// SPDX-License-Identifier: GPL-2.0-or-later
/** One recording, two engines of different ages: the same events, bit for bit. */
import { createContext, runInContext } from 'node:vm';
import { expect } from 'vitest';

import { encodeRecording } from '../../kernel-sim/index.ts';
import { runScript } from '../support/machine.ts';
import probe from '../support/replay-probe.ts?iife-source';
import { it } from './playground.ts';

const SCRIPT = `
cd hello_world && make && sudo insmod helloworld.ko; cd ../yes_chardev && make
sudo insmod yes_chardev.ko; sudo mknod /dev/yes c 243 0
sudo cat /dev/yes | head -n 5000 | wc & dd if=/dev/urandom bs=1k count=64 2> /dev/null | wc -c
sleep 0.2; wait; sudo rmmod yes_chardev helloworld; dmesg; ps aux; ls -la /dev; cat /proc/meminfo
`;

it('replays in Chromium as in Node', async ({ browsing }) => {
  const first = runScript(SCRIPT, {}, { isTraced: true });
  const recording = encodeRecording(first.recording);

  const here = createContext({ TextDecoder, recording });
  const inNode: unknown = runInContext(`${probe}\nglobalThis.runProbe(recording)`, here);
  const page = await browsing.browser.context.newPage();
  await page.addScriptTag({ content: probe });
  const inChromium = await page.evaluate(
    (text) => (globalThis as unknown as { runProbe(text: string): string }).runProbe(text),
    recording,
  );

  expect(inNode).toContain(`${first.eventCount} events ${first.traceHash} `);
  expect(inChromium).toBe(inNode);
});
