// SPDX-License-Identifier: GPL-2.0-or-later
/** The wire: who hangs on the switch, and knobs for what becomes of frames on the way. */
import { useState } from 'react';

import type { SwitchPortView, WireSettings, WireView } from '../../../kernel-sim/machine-types.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { KNOBS, nearest, type Knob } from './knobs.ts';
import { WireDrawing } from './wire-drawing.tsx';

export function WirePart() {
  const playground = usePlayground();
  const wire = useSelection((state) => state.packets.wire);
  const isPlugged = useSelection((state) => state.packets.isPlugged);
  const areJoined = useSelection((state) => state.areTabsJoined);
  if (wire === undefined) return <p className="empty">The kernel is asked about its wire.</p>;
  const plug = (): void => playground.handleWire({ kind: 'cable', isPlugged: !isPlugged });
  const turn = (settings: Partial<WireSettings>): void =>
    playground.handleWire({ kind: 'wire', settings });
  return (
    <div className="wire">
      <WireDrawing ports={wire.ports} isPlugged={isPlugged} onPlug={plug} />
      <div className="wire-halves">
        <section aria-label="Knobs of the wire">
          {KNOBS.map((knob) => (
            <KnobRow key={knob.name} knob={knob} settings={wire.settings} onTurn={turn} />
          ))}
          <div className="wire-actions">
            <Button onPress={plug}>{isPlugged ? 'Pull cable' : 'Plug cable in'}</Button>
            <Button onPress={() => playground.joinTabs(!areJoined)}>
              {areJoined ? 'Leave the other tabs' : 'Join the other tabs'}
            </Button>
            <Button kind="plain" onPress={() => turn(PERFECT)}>
              Reset knobs
            </Button>
          </div>
        </section>
        <Counters wire={wire} />
      </div>
    </div>
  );
}

/** As it is when nobody has turned a knob. */
const PERFECT: Partial<WireSettings> = Object.fromEntries(
  KNOBS.map(({ name, standard }) => [name, standard]),
);

interface KnobRowProps {
  readonly knob: Knob;
  readonly settings: WireSettings;
  readonly onTurn: (settings: Partial<WireSettings>) => void;
}

function KnobRow({ knob, settings, onTurn }: KnobRowProps) {
  const { name, label, steps, show } = knob;
  // Where the hand is: a second step comes before the kernel has told of the first one.
  const [turnedTo, setTurnedTo] = useState<number>();
  const told = nearest(steps, settings[name]);
  if (turnedTo === told) setTurnedTo(undefined);
  const step = turnedTo ?? told;
  const text = show((turnedTo === undefined ? undefined : steps[turnedTo]) ?? settings[name]);
  const turnTo = (next: number): void => {
    setTurnedTo(next);
    onTurn({ [name]: steps[next] });
  };
  return (
    <label className="knob">
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={step}
        aria-valuetext={text}
        onChange={(event) => turnTo(Number(event.target.value))}
        onBlur={() => setTurnedTo(undefined)}
      />
      <output className="mono">{text}</output>
    </label>
  );
}

const COUNTERS = [
  ['frames', 'Frames'],
  ['bytes', 'Bytes'],
  ['lost', 'Lost'],
  ['duplicated', 'Doubled'],
  ['reordered', 'Reordered'],
  ['corrupted', 'Corrupted'],
  ['dropped', 'No room in the switch'],
] as const;

function Counters({ wire }: { readonly wire: WireView }) {
  return (
    <section className="wire-counters" aria-label="Counters of the wire">
      <table className="data">
        <tbody>
          {COUNTERS.map(([name, label]) => (
            <tr key={name}>
              <th scope="row">{label}</th>
              <td className="figure">{wire.counters[name].toLocaleString('en-US')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Port</th>
            <th scope="col">In</th>
            <th scope="col">Out</th>
            <th scope="col">Addresses</th>
          </tr>
        </thead>
        <tbody>
          {wire.ports.map((port) => (
            <PortRow key={port.name} port={port} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function PortRow({ port }: { readonly port: SwitchPortView }) {
  return (
    <tr>
      <th scope="row">{port.name}</th>
      <td className="figure">{port.received}</td>
      <td className="figure">{port.sent}</td>
      <td className="mono">{port.addresses.join(' ')}</td>
    </tr>
  );
}
