// SPDX-License-Identifier: GPL-2.0-or-later
/** Boots a machine with a world around it. */
import { Machine, type MachineOptions } from '../init/machine.ts';
import type { BootImage, Host, RecordedChoice } from '../machine-types.ts';
import { imageOf } from './neighbours.ts';
import { type BootNeighbour, World } from './world.ts';

export function boot(image: BootImage, host: Host, options: MachineOptions = {}): Machine {
  return new Machine(image, host, { surround: surround(host), ...options });
}

/** What is at the end of a machine's cable; `choices` when it is a run again. */
export function surround(
  host: Host,
  choices?: readonly RecordedChoice[],
): (machine: Machine) => World {
  const bootOne: BootNeighbour = (neighbour, { strategy, seed, epochSeconds }) =>
    new Machine(imageOf(neighbour, { seed, epochSeconds }), silent(host), { strategy });
  return (machine) => {
    const parts = { machine, host, boot: bootOne };
    return new World(choices === undefined ? parts : { ...parts, choices });
  };
}

/** The others have no terminal and no compiler: nobody hears what they print. */
function silent(host: Host): Host {
  return {
    evaluate: (code, name) => host.evaluate(code, name),
    output: () => undefined,
    compile: () => undefined,
    fileChanged: () => undefined,
  };
}
