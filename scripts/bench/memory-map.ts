// SPDX-License-Identifier: GPL-2.0-or-later
/** The map of the kernel's memory with many objects: how long frames take while it is scrolled. */
import type { Page } from 'playwright-core';

export const OBJECTS = 100_000;
const FRAMES = 300;

const DRIVER = `import { module } from "kernel";
import { GFP_KERNEL, kmalloc } from "kernel/raw";
class Many {
  static init(): Many {
    for (let n = 0; n < ${OBJECTS}; n++) {
      // SAFETY: nobody touches them.
      unsafe: { kmalloc(8, GFP_KERNEL); }
    }
    return new Many();
  }
}
export default module(Many, { license: "GPL" });
`;

/** A command line that makes and loads a driver with so many objects, and then prints `ready-2`. */
export const LOAD_MANY =
  'cd; mkdir -p many && cd many && ' +
  `printf '${DRIVER.replaceAll('\n', String.raw`\n`)}' > many.ts && ` +
  "echo 'obj-m := many.o' > Kbuild && make && sudo insmod many.ko; clear; echo ready-$((1 + 1))";

/** Scrolls through the map, a slab or two in each frame; returns what each frame took. */
export async function scrollMap(page: Page): Promise<readonly number[]> {
  await page.getByRole('tab', { name: /^Memory/ }).click();
  await page.getByRole('option', { name: new RegExp(`^kmalloc-8: ${OBJECTS} of`) }).click();
  await page.locator('.map').focus();
  const frames = await page.evaluate<number[]>(SCROLL);
  if (frames.length < FRAMES) throw new Error('the map has too few rows to scroll through');
  return frames;
}

/** Runs in the page. */
const SCROLL = `new Promise((resolve) => {
  const map = document.querySelector('.map');
  const frames = [];
  let last = 0;
  requestAnimationFrame(function frame(now) {
    if (last > 0) frames.push(now - last);
    last = now;
    map.scrollTop += 37;
    if (frames.length < ${FRAMES} && map.scrollTop > 0) requestAnimationFrame(frame);
    else resolve(frames);
  });
})`;
