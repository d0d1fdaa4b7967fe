// SPDX-License-Identifier: GPL-2.0-or-later
/** Bugs of drivers at a network card: caught where somebody watches, and not in the right twins. */
import { expect, it } from 'vitest';

import { exampleFiles, runScript } from '../support/machine.ts';

const REPORT = /^(BUG:|WARNING:|DMA-API|DMAR|irq 11:)/mu;

/** What the log says of a twin that is loaded and unloaded. */
function logOf(name: string, twin: string, cmdline = ''): string {
  const ko = `${name}_${twin}`;
  const script = `cd bug_${name}; echo 'obj-m := ${ko}.o' > Kbuild
make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod ${ko}.ko && sudo rmmod ${ko}`;
  const { logText, status } = runScript(script, { files: exampleFiles(), cmdline });
  expect(status).toBe(0);
  return logText;
}

it('what a device reads after it was freed is reported with both stacks', () => {
  const log = logOf('dma_after_free', 'wrong');
  expect(log).toMatch(/^BUG: KASAN: slab-use-after-free in ringnic_dma/mu);
  expect(log).toMatch(/^Read of size 60 /mu);
  expect(log).toMatch(/Allocated by task \d+:\n.* dma_after_free_wrong\.ts:31/u);
  expect(log).toMatch(/Freed by task \d+:\n.* dma_after_free_wrong\.ts:43/u);
  expect(logOf('dma_after_free', 'wrong', 'kasan=off')).not.toMatch(REPORT);
  expect(logOf('dma_after_free', 'right')).not.toMatch(REPORT);
});

it('an interrupt that nobody acknowledges is turned off', () => {
  expect(logOf('interrupt_storm', 'wrong')).toMatch(
    /^irq 11: nobody cared \(try booting with the "irqpoll" option\)$/mu,
  );
  expect(logOf('interrupt_storm', 'right')).not.toMatch(REPORT);
});

it('a descriptor behind the end of the ring is reported where it is written', () => {
  const log = logOf('ring_overrun', 'wrong');
  expect(log).toMatch(/^BUG: KASAN: slab-out-of-bounds in .*ring_overrun_wrong/mu);
  expect(log).toMatch(/^Write of size 4 /mu);
  expect(log).toMatch(/located 0 bytes to the right of\n allocated 48-byte region/u);
  expect(logOf('ring_overrun', 'wrong', 'kasan=off')).not.toMatch(/BUG:|KASAN/u);
  expect(logOf('ring_overrun', 'right')).not.toMatch(REPORT);
});
