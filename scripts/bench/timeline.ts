// SPDX-License-Identifier: GPL-2.0-or-later
/** The timeline with many events: how long frames take while it is zoomed and moved. */
import type { Page } from 'playwright-core';

export const EVENTS = 100_000;
const FRAMES = 300;

const DRIVER = `import { module } from "kernel";
import { Spinlock } from "kernel/sync";
const lock = Spinlock.new(0);
class Busy {
  static init(): Busy {
    for (let n = 0; n < ${EVENTS / 2}; n++) {
      using count = lock.lock();
      count.value += 1;
    }
    return new Busy();
  }
}
export default module(Busy, { license: "GPL" });
`;

/** A command line that has a driver take a lock so often, and then prints `ready-3`. */
export const LOCK_MANY =
  'cd; mkdir -p busy && cd busy && ' +
  `printf '${DRIVER.replaceAll('\n', String.raw`\n`)}' > busy.ts && ` +
  "echo 'obj-m := busy.o' > Kbuild && make && sudo insmod busy.ko; clear; echo ready-$((1 + 2))";

/** Zooms in and out and moves, once in each frame, with all events in sight at first. */
export async function moveTimeline(page: Page): Promise<readonly number[]> {
  await page.getByRole('tab', { name: 'Timeline' }).click();
  const lanes = page.getByRole('application', { name: /^Timeline/ });
  await lanes.press('Home');
  return page.evaluate<number[]>(MOVE);
}

/** Runs in the page. */
const MOVE = `new Promise((resolve) => {
  const lanes = document.querySelector('.timeline-lanes');
  const frames = [];
  let last = 0;
  requestAnimationFrame(function frame(now) {
    if (last > 0) frames.push(now - last);
    last = now;
    const key = 'wdws'[frames.length % 4];
    lanes.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    if (frames.length < ${FRAMES}) requestAnimationFrame(frame);
    else resolve(frames);
  });
})`;
