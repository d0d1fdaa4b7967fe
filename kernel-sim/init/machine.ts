// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A machine as its host sees it: time goes on when the host says so, inputs land, and the whole run
 * is a value that can be taken out and run again.
 */
import type {
  Happening,
  Host,
  Input,
  BootImage,
  RecordedInput,
  Recording,
} from '../machine-types.ts';
import { fromLog, fromSeed, type Strategy } from '../sim/oracle.ts';
import { EVENT } from '../sim/trace.ts';
import type { RunState } from '../kernel/sched/scheduler.ts';
import { watchHappenings } from './happenings.ts';
import { Kernel } from './kernel.ts';
import type { Surroundings } from './surroundings.ts';

export interface MachineOptions {
  /** Keep the hash of all events, from the first on. */
  readonly isTraced?: boolean;
  /** Keep the latest events for a timeline. */
  readonly keepsTimeline?: boolean;
  /** Decides what is left to chance; the image's seed unless told. */
  readonly strategy?: Strategy;
  /** Runs modules in this build, whatever the command line says. */
  readonly build?: 'fast' | 'stepped';
  /** Puts something around the machine; without it, nothing is at the end of its cable. */
  readonly surround?: (machine: Machine) => Surroundings;
}

export class Machine {
  readonly kernel: Kernel;
  readonly happenings: Happening[] = [];
  readonly surroundings: Surroundings | undefined;
  readonly #inputs: RecordedInput[] = [];
  #lastInputNs = 0;
  #state: RunState = 'running';

  constructor(image: BootImage, host: Host, options: MachineOptions = {}) {
    const strategy = options.strategy ?? fromSeed(image.seed);
    const { isTraced = false, keepsTimeline = false, build } = options;
    this.kernel = new Kernel(image, host, { strategy, isTraced, keepsTimeline, build });
    watchHappenings(this.kernel, (happening) => this.happenings.push(happening));
    this.surroundings = options.surround?.(this);
    this.#joinCables();
  }

  /** A machine that repeats a recorded run when it is run to `recording.endNs`. */
  static replay(recording: Recording, host: Host, options: MachineOptions = {}): Machine {
    const strategy = options.strategy ?? fromLog(recording.choices);
    const machine = new Machine(recording.image, host, { ...options, strategy });
    for (const { atNs, input } of recording.inputs) machine.#schedule(atNs, input);
    return machine;
  }

  /** The latest instant that the machine has reached, in nanoseconds since power-on. */
  get nowNs(): number {
    return this.kernel.scheduler.frontierNs;
  }

  get state(): RunState {
    return this.#state;
  }

  /** When something will happen next although everybody sleeps; undefined: nothing will. */
  get nextEventNs(): number | undefined {
    const own = this.kernel.sim.events.nextNs;
    const nextNs = Math.min(own, this.surroundings?.nextEventNs ?? Infinity);
    return nextNs === Infinity ? undefined : nextNs;
  }

  /** What the script's status was, once the machine has powered off. */
  get haltStatus(): number | undefined {
    return this.kernel.scheduler.haltStatus;
  }

  /**
   * Runs up to `untilNs`. `extendLimit` is asked for a later limit where the machine cannot stop:
   * in the middle of a driver's plain function.
   */
  run(untilNs: number, extendLimit?: (nowNs: number) => number): RunState {
    const { scheduler } = this.kernel;
    const alone = (limitNs: number): RunState => {
      this.#state = scheduler.run(limitNs, extendLimit);
      return this.#state;
    };
    const state = this.surroundings?.run(untilNs, alone) ?? alone(untilNs);
    return state;
  }

  /** Something from outside: it lands now, and is part of the recording. */
  deliver(input: Input): void {
    const atNs = Math.max(this.nowNs, this.#lastInputNs);
    this.#schedule(atNs, input);
  }

  /** Lets out what ports still hold back, for a host that stops here. */
  flush(): void {
    this.kernel.consoles.flush();
  }

  recording(): Recording {
    return {
      version: 1,
      image: this.kernel.image,
      inputs: [...this.#inputs],
      choices: [...this.kernel.sim.oracle.log, ...(this.surroundings?.choices ?? [])],
      endNs: this.nowNs,
    };
  }

  /** Devices of its USB have cables too. */
  #joinCables(): void {
    const { usbSockets } = this.kernel;
    const { surroundings } = this;
    if (usbSockets === undefined || surroundings === undefined) return;
    for (const [name, cable] of usbSockets.cables) surroundings.join(name, cable);
    usbSockets.onCable = (name, cable) => surroundings.join(name, cable);
  }

  #schedule(atNs: number, input: Input): void {
    this.#lastInputNs = atNs;
    this.#inputs.push({ atNs, input });
    this.kernel.sim.events.scheduleExternal(atNs, () => this.#land(input));
  }

  /** Context: interrupt. */
  #land(input: Input): void {
    const { sim, consoles, hostFiles } = this.kernel;
    if (sim.trace.on) {
      const size = 'bytes' in input ? input.bytes.length : 0;
      sim.trace.emit(EVENT.INPUT, sim.trace.intern(input.kind), size);
    }
    switch (input.kind) {
      case 'write-file':
        hostFiles.write(input.path, input.bytes);
        break;
      case 'remove-file':
        hostFiles.remove(input.path);
        break;
      case 'rename-file':
        hostFiles.rename(input.from, input.to);
        break;
      case 'usb':
        if (input.device === null) this.kernel.usbSockets?.unplug(input.port);
        else this.kernel.usbSockets?.plug(input.device, input.port);
        break;
      case 'cable':
      case 'wire':
      case 'uplink':
      case 'frame':
        this.surroundings?.land(input);
        break;
      default:
        consoles.land(input);
    }
  }
}
