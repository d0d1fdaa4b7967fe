// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A world whose only inhabitants near at hand are a device and its cable: what is at the far end
 * of the wire is there for a real kernel.
 *
 * The clock is that of a machine that never does anything. It follows real time and never runs
 * ahead of it, but for what an interrupt costs. Nothing here asks for the time: the host says what
 * it is, and how long it may sleep is answered.
 */
import { CableEnd } from '../../hw/cable.ts';
import type { UsbDevice } from '../../hw/usb/usb-device.ts';
import { defaultImage, Machine } from '../../index.ts';
import type { Host } from '../../machine-types.ts';
import type { Sim } from '../../sim/sim.ts';
import { surround } from '../../world/boot.ts';
import type { PlugCable, World } from '../../world/world.ts';
import type { PollClock } from './polling.ts';

const MIB = 1024 * 1024;
/** How far time goes on before sockets are looked at again. */
const SLICE_NS = 5_000_000;
/** The host slept, or cannot keep up: time that is lost like this is not caught up with. */
const LAG_NS_MAX = 1_000_000_000;

/** Nobody here has a terminal, a compiler or a driver. */
const HOST: Host = {
  evaluate: () => undefined,
  output: () => undefined,
  compile: () => undefined,
  fileChanged: () => undefined,
};

export class AdapterWorld {
  readonly device: UsbDevice;
  readonly clock: PollClock;
  readonly #machine: Machine;
  readonly #plugCable: PlugCable;
  #isCableIn = true;
  /** Instants of the host less those of the world. */
  #offsetNs: number | undefined;

  /** `make` makes the device that is to be exported, on the world's clock and at a cable. */
  constructor(
    make: (sim: Sim, port: CableEnd) => UsbDevice,
    settings: { readonly seed: number; readonly epochSeconds: number },
  ) {
    const image = defaultImage({
      ...settings,
      cpus: 1,
      memoryBytes: 16 * MIB,
      nic: 'paravirtual',
      hostname: 'clock',
      script: { text: 'exec sleep infinity', user: 'root', args: [] },
    });
    this.#machine = new Machine(image, HOST, { surround: surround(HOST) });
    const world = this.#machine.surroundings as World;
    const { sim } = this.#machine.kernel;
    const port = new CableEnd(sim);
    this.device = make(sim, port);
    this.#plugCable = world.join('adapter', port);
    this.clock = {
      now: () => sim.now(),
      schedule(atNs, fire) {
        const event = sim.events.schedule(atNs, fire);
        return () => sim.events.cancel(event);
      },
    };
  }

  get isCableIn(): boolean {
    return this.#isCableIn;
  }

  /** Pulls the cable, or puts it in. Context: `land`. */
  set isCableIn(isIn: boolean) {
    if (isIn === this.#isCableIn) return;
    this.#isCableIn = isIn;
    this.#plugCable(isIn);
  }

  /** Has something happen now, as an interrupt; the next `run` does it. */
  land(work: () => void): void {
    this.#machine.kernel.sim.events.scheduleExternal(this.#machine.nowNs, work);
  }

  /**
   * Lets time go on to the host's present, or a part of the way. Answers after how many nanoseconds
   * of the host's time to come again: 0 for at once, undefined when nothing will happen by itself.
   */
  run(hostNs: number): number | undefined {
    const machine = this.#machine;
    this.#offsetNs ??= hostNs - machine.nowNs;
    if (hostNs - this.#offsetNs - machine.nowNs > LAG_NS_MAX) {
      this.#offsetNs = hostNs - machine.nowNs - LAG_NS_MAX;
    }
    const presentNs = hostNs - this.#offsetNs;
    // Interrupts cost time, so the machine may be a little ahead; what has landed is done even so.
    const untilNs = Math.max(machine.nowNs, Math.min(presentNs, machine.nowNs + SLICE_NS));
    const state = machine.run(untilNs);
    if (untilNs < presentNs) return 0;
    const nextNs = state === 'idle' ? machine.nextEventNs : machine.nowNs;
    return nextNs === undefined ? undefined : Math.max(0, nextNs - presentNs);
  }
}
