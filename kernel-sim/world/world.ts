// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a machine's cable leads to: a switch, and other machines on the same clock.
 *
 * Machines run in turns of one quantum of virtual time, and frames change hands between turns. A
 * frame needs at least a quantum to arrive, so nobody ever gets one from the past, and it does not
 * matter who runs first, nor in which pieces the host lets time pass. While everybody sleeps, whole
 * quanta are skipped.
 *
 * The others are booted when the first frame reaches the switch, or when somebody asks for their
 * address: a machine that nobody talks to costs nothing. Until the first frame, too, the machine
 * stops at certain instants, so that this happens at the same one in every run.
 */
import type { CableEnd, Carrier } from '../hw/cable.ts';
import type { Machine } from '../init/machine.ts';
import type { RunAlone, Surroundings } from '../init/surroundings.ts';
import type { RunState } from '../kernel/sched/scheduler.ts';
import type { Host, RecordedChoice, WireInput, WireView } from '../machine-types.ts';
import { ETH_HLEN, ETH_P } from '../uapi/if-ether.ts';
import { fromLog, fromSeed, Oracle, type Strategy } from '../sim/oracle.ts';
import { type Neighbour, NEIGHBOURS, seedOf } from './neighbours.ts';
import { DELAY_NS_MIN, Switch } from './switch.ts';

const QUANTUM_NS = DELAY_NS_MIN;
/** The same while nobody else is there. */
const QUANTUM_ALONE_NS = 50 * QUANTUM_NS;
const WIRE = 'wire';
/** Of ARP for IPv4 over Ethernet: RFC 826. */
const ARP_BYTES = 28;
const ARP_OPERATION_AT = 6;
const ARP_TARGET_AT = 24;
const ARP_REQUEST = 1;
const NS_PER_S = 1_000_000_000;
/** The others were there before: their services run when the first frame reaches them. */
const HEAD_START_NS = 500_000_000;

/** A frame that has left a machine, or will have. */
interface LeavingFrame {
  readonly port: number;
  readonly sequence: number;
  readonly frame: Uint8Array;
  readonly leftNs: number;
}

/** Another machine, whose clock began when it was booted, which may be before the machine's. */
interface Member {
  readonly name: string;
  readonly machine: Machine;
  readonly bootedAtNs: number;
}

/** Puts a cable in, or pulls it out. */
export type PlugCable = (isPlugged: boolean) => void;

/** Boots a machine of the world. */
export type BootNeighbour = (
  neighbour: Neighbour,
  settings: { readonly strategy: Strategy; readonly seed: number; readonly epochSeconds: number },
) => Machine;

export interface WorldParts {
  readonly machine: Machine;
  readonly host: Host;
  readonly boot: BootNeighbour;
  /** What was decided in a run that is to be repeated. */
  readonly choices?: readonly RecordedChoice[];
}

export class World implements Surroundings {
  readonly #parts: WorldParts;
  readonly #oracle: Oracle;
  readonly #switch: Switch;
  /** By name of the device whose cable it is. */
  readonly #plugs = new Map<string, PlugCable>();
  readonly #members: Member[] = [];
  /** Neighbours that nobody has asked for yet. */
  readonly #absent: Neighbour[] = [];
  /** In the order in which they leave. */
  readonly #leaving: LeavingFrame[] = [];
  #sequence = 0;
  /** Up to here everything has been exchanged. */
  #doneNs = 0;
  /** Up to here the machine may run before the next exchange. */
  #barrierNs = Infinity;
  #uplink: number | undefined;

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.#oracle = new Oracle(this.#strategyOf(WIRE));
    this.#switch = new Switch(this.#oracle);
    const { cable, identity } = parts.machine.kernel;
    this.join(identity.hostname, cable);
  }

  /**
   * Puts the cable of another device of the machine on the switch too: an adapter's, say. Answers
   * what pulls it out and puts it in again. Context: interrupt of the machine, or before boot.
   */
  join(name: string, cable: CableEnd): PlugCable {
    const { sim } = this.#parts.machine.kernel;
    const port = this.#switch.addPort(name, (frame, atNs) =>
      sim.events.scheduleExternal(atNs, () => cable.arrive(frame)),
    );
    const carry: Carrier = (frame, leftNs) => this.#leave(port, frame, leftNs);
    cable.plug(carry);
    const plug = (isPlugged: boolean): void => {
      this.#switch.setLinked(port, isPlugged);
      cable.plug(isPlugged ? carry : undefined);
    };
    this.#plugs.set(name, plug);
    return plug;
  }

  /** The other machines, once they are booted, by name. */
  get others(): ReadonlyMap<string, Machine> {
    return new Map(this.#members.map(({ name, machine }) => [name, machine]));
  }

  get view(): WireView {
    return this.#switch.view;
  }

  get choices(): readonly RecordedChoice[] {
    const named = (name: string, oracle: Oracle): RecordedChoice[] =>
      oracle.log.map(([kind, index, answer]) => [`${name}/${kind}`, index, answer]);
    return [
      ...named(WIRE, this.#oracle),
      ...this.#members.flatMap(({ name, machine }) => named(name, machine.kernel.sim.oracle)),
    ];
  }

  #strategyOf(name: string): Strategy {
    const { machine, choices } = this.#parts;
    if (choices === undefined) return fromSeed(seedOf(machine.kernel.image.seed, name));
    const own = choices.flatMap(([kind, index, answer]) =>
      kind.startsWith(`${name}/`) ? [[kind.slice(name.length + 1), index, answer] as const] : [],
    );
    return fromLog(own);
  }

  // ---- Time ------------------------------------------------------------------------------------

  run(untilNs: number, alone: RunAlone): RunState {
    for (;;) {
      // Somebody may have woken the machine since the barrier was chosen.
      const barrierNs = Math.min(this.#barrierNs, this.#chooseBarrier());
      this.#barrierNs = barrierNs;
      const state = alone(Math.min(untilNs, barrierNs));
      if (state === 'halted') return state;
      if (untilNs < barrierNs) return this.#stateOf(state);
      for (const member of this.#members) member.machine.run(barrierNs - member.bootedAtNs);
      this.#exchange(barrierNs);
      this.#doneNs = barrierNs;
      this.#barrierNs = Infinity;
      if (untilNs === barrierNs) return this.#stateOf(state);
    }
  }

  #stateOf(state: RunState): RunState {
    return state === 'idle' && this.#isAnyAwake ? 'running' : state;
  }

  get #isAnyAwake(): boolean {
    return this.#members.some(({ machine }) => isAwake(machine));
  }

  /** The end of the quantum in which something happens next. */
  #chooseBarrier(): number {
    const quantumNs = this.#members.length > 0 ? QUANTUM_NS : QUANTUM_ALONE_NS;
    const { machine } = this.#parts;
    if (isAwake(machine) || this.#isAnyAwake) return this.#doneNs + quantumNs;
    const nextNs = Math.min(machine.kernel.sim.events.nextNs, this.nextEventNs);
    if (nextNs === Infinity) return Infinity;
    const quanta = Math.ceil((nextNs - this.#doneNs) / quantumNs);
    return this.#doneNs + Math.max(1, quanta) * quantumNs;
  }

  get nextEventNs(): number {
    let nextNs = this.#leaving[0]?.leftNs ?? Infinity;
    for (const { machine, bootedAtNs } of this.#members) {
      const own = isAwake(machine) ? machine.nowNs : machine.kernel.sim.events.nextNs;
      nextNs = Math.min(nextNs, bootedAtNs + own);
    }
    return nextNs;
  }

  // ---- Frames ----------------------------------------------------------------------------------

  #leave(port: number, frame: Uint8Array, leftNs: number): void {
    const leaving = this.#leaving;
    const added = { port, sequence: this.#sequence++, frame, leftNs };
    let at = leaving.length;
    while (at > 0 && leavesBefore(added, leaving[at - 1]!)) at--;
    if (at === leaving.length) leaving.push(added);
    else leaving.splice(at, 0, added);
  }

  /** Frames that have left by now go on, in the order in which they did. */
  #exchange(nowNs: number): void {
    if (this.#leaving.length === 0) return;
    if (this.#members.length === 0) this.#bootOthers(nowNs);
    this.#bootWanted(nowNs);
    let due = 0;
    while (due < this.#leaving.length && this.#leaving[due]!.leftNs <= nowNs) due++;
    for (const { port, frame, leftNs } of this.#leaving.splice(0, due)) {
      this.#switch.forward(port, frame, leftNs);
    }
  }

  #bootOthers(nowNs: number): void {
    if (this.#parts.machine.kernel.image.neighbours === 'none') return;
    for (const neighbour of NEIGHBOURS) {
      if (neighbour.bootsFor === undefined) this.#bootOne(neighbour, nowNs);
      else this.#absent.push(neighbour);
    }
  }

  /** Those whose address a frame asks for that has left by now. */
  #bootWanted(nowNs: number): void {
    for (const neighbour of this.#absent) {
      const isWanted = this.#leaving.some(
        ({ frame, leftNs }) => leftNs <= nowNs && arpTarget(frame) === neighbour.bootsFor,
      );
      if (!isWanted) continue;
      this.#absent.splice(this.#absent.indexOf(neighbour), 1);
      this.#bootOne(neighbour, nowNs);
      return;
    }
  }

  #bootOne(neighbour: Neighbour, nowNs: number): void {
    const { boot, machine } = this.#parts;
    const { image } = machine.kernel;
    const { name } = neighbour;
    const bootedAtNs = nowNs - HEAD_START_NS;
    const other = boot(neighbour, {
      strategy: this.#strategyOf(name),
      seed: seedOf(image.seed, name),
      epochSeconds: image.epochSeconds + Math.floor(bootedAtNs / NS_PER_S),
    });
    this.#members.push({ name, machine: other, bootedAtNs });
    const { cable, sim } = other.kernel;
    const port = this.#switch.addPort(name, (frame, atNs) =>
      sim.events.scheduleExternal(atNs - bootedAtNs, () => cable.arrive(frame)),
    );
    cable.plug((frame, leftNs) => this.#leave(port, frame, bootedAtNs + leftNs));
    other.run(HEAD_START_NS);
  }

  // ---- From outside ----------------------------------------------------------------------------

  land(input: WireInput): void {
    const { kernel } = this.#parts.machine;
    switch (input.kind) {
      case 'cable':
        this.#plugs.get(input.socket ?? kernel.identity.hostname)?.(input.isPlugged);
        break;
      case 'wire':
        this.#switch.settings = { ...this.#switch.settings, ...input.settings };
        break;
      case 'uplink':
        this.#plugUplink(input.isPlugged, input.isIsolated ?? false);
        break;
      case 'frame':
        if (this.#uplink !== undefined) this.#leave(this.#uplink, input.bytes, kernel.sim.now());
    }
  }

  #plugUplink(isPlugged: boolean, isIsolated: boolean): void {
    const { host } = this.#parts;
    if (this.#uplink === undefined && isPlugged) {
      this.#uplink = this.#switch.addPort('uplink', (frame) => host.frame?.(frame));
    }
    if (this.#uplink === undefined) return;
    this.#switch.setIsolated(this.#uplink, isIsolated);
    this.#switch.setLinked(this.#uplink, isPlugged);
  }
}

function isAwake(machine: Machine): boolean {
  return machine.state === 'running';
}

/** The address, in host order, whose owner an ARP request looks for; undefined: it is none. */
function arpTarget(frame: Uint8Array): number | undefined {
  if (frame.length < ETH_HLEN + ARP_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const isArp = view.getUint16(ETH_HLEN - 2) === ETH_P.ARP;
  const isRequest = isArp && view.getUint16(ETH_HLEN + ARP_OPERATION_AT) === ARP_REQUEST;
  return isRequest ? view.getUint32(ETH_HLEN + ARP_TARGET_AT) : undefined;
}

function leavesBefore(one: LeavingFrame, other: LeavingFrame): boolean {
  if (one.leftNs !== other.leftNs) return one.leftNs < other.leftNs;
  return one.port === other.port ? one.sequence < other.sequence : one.port < other.port;
}
