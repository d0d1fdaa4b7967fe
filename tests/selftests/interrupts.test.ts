// SPDX-License-Identifier: GPL-2.0-or-later
/** Interrupts of drivers, through whole machines: handlers, what they leave for later, misuse. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const SOURCE = `import { Errno, module, param, println, type Params } from "kernel";
import * as raw from "kernel/raw";
import { struct, u32 } from "uapi";
class Device extends struct({ tasklet: raw.tasklet_struct, hits: u32, later: u32 }) {}
type Memory = raw.Ptr<Device>;
const params = { how: param.int(0, "what to do: 0, 1 enable, 2 oops") };
/** What the handler is to do. */
let how = 0;
function later(tasklet: raw.Ptr<raw.tasklet_struct>): void {
  "use unsafe";
  const device: Memory = raw.container_of(tasklet, Device, "tasklet");
  device.$.later += 1;
  if (device.$.later === 1) {
    println(\`tasklet: \${raw.in_serving_softirq()} \${raw.in_hardirq()} \${raw.irqs_disabled()}\`);
  }
}
function handle(irq: number, data: raw.VoidPtr): number {
  "use unsafe";
  const device: Memory = data;
  device.$.hits += 1;
  if (device.$.hits === 1) {
    println(\`irq \${irq}: \${raw.in_hardirq()} \${raw.irqs_disabled()} \${raw.in_task()}\`);
  }
  if (how === 1) raw.local_irq_enable();
  if (how === 2) (null as unknown as { boom: number }).boom = 1;
  raw.tasklet_schedule(raw.addr_of(device.$.tasklet));
  return raw.IRQ_HANDLED;
}
class Ticker {
  readonly #device: Memory;
  constructor(device: Memory) { this.#device = device; }
  static init({ how: what }: Params<typeof params>): Ticker {
    how = what;
    // SAFETY: what is made here lives until it is disposed of.
    unsafe: {
      const device: Memory = raw.kzalloc(Device.size, raw.GFP_KERNEL);
      if (!device) throw Errno.ENOMEM;
      raw.tasklet_setup(raw.addr_of(device.$.tasklet), later);
      const irq = raw.tick_irq();
      const error = raw.request_irq(irq, handle, 0, "ticker", device);
      println(\`request_irq: \${error}\`);
      println(\`again: \${raw.request_irq(irq, handle, raw.IRQF_SHARED, "other", device)}\`);
      raw.tick_every(1000);
      return new Ticker(device);
    }
  }
  [Symbol.dispose](): void {
    // SAFETY: nobody else has it.
    unsafe: {
      raw.tick_stop();
      raw.free_irq(raw.tick_irq(), this.#device);
      raw.tasklet_kill(raw.addr_of(this.#device.$.tasklet));
      const same = this.#device.$.hits - this.#device.$.later;
      println(\`hits \${this.#device.$.hits > 40} late \${same}\`);
      raw.free_irq(raw.tick_irq(), this.#device);
      raw.kfree(this.#device);
    }
  }
}
export default module(Ticker, { license: "GPL", params });
`;

function run(how: number): ReturnType<typeof runScript> {
  const files = [userFile('ticker/ticker.ts', SOURCE)];
  const script = `cd ticker && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod ticker.ko how=${how}; sleep 0.05; cat /proc/interrupts; sudo rmmod ticker; dmesg
grep TASKLET /proc/softirqs`;
  return runScript(script, { files });
}

describe('an interrupt handler', () => {
  it(
    'runs with interrupts off, and its tasklet in a softirq',
    () => {
      const { stdout, status } = run(0);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^ 10: +[4-5]\d +0 +IO-APIC +10-edge +ticker$/mu);
      for (const line of [
        'request_irq: 0',
        'again: -16',
        'irq 10: true true false',
        'tasklet: true false false',
        'hits true late 0',
        'genirq: Flags mismatch irq 10. 00000080 (other) vs. 00000000 (ticker)',
        'Trying to free already-free IRQ 10',
      ]) {
        expect(stdout).toContain(line);
      }
      expect(stdout).toMatch(/TASKLET: +[4-5]\d/u);
    },
    PATIENCE_MS,
  );

  it(
    'that turns interrupts on is told of, and off again',
    () => {
      expect(run(1).stdout).toContain('irq 10 handler handle [ticker] enabled interrupts');
    },
    PATIENCE_MS,
  );

  it(
    'that oopses ends the machine, and its stack stands above that of the interrupted',
    () => {
      const { logText: log } = run(2);
      expect(log).toContain('Fatal exception in interrupt');
      expect(log).toMatch(/<IRQ>\n.*handle\+[^]*common_interrupt\+[^]*<\/IRQ>\n.*<TASK>/u);
    },
    PATIENCE_MS,
  );
});
