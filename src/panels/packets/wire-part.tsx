// SPDX-License-Identifier: GPL-2.0-or-later
/** The wire: who hangs on the switch, and knobs for what becomes of frames on the way. */
import type { SwitchPortView, WireSettings, WireView } from '../../../kernel-sim/machine-types.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { PERFECT_WIRE, WireKnobs } from '../../widgets/wire-knobs.tsx';
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
          <WireKnobs settings={wire.settings} onTurn={turn} />
          <div className="wire-actions">
            <Button onPress={plug}>{isPlugged ? 'Pull cable' : 'Plug cable in'}</Button>
            <Button onPress={() => playground.joinTabs(!areJoined)}>
              {areJoined ? 'Leave the other tabs' : 'Join the other tabs'}
            </Button>
            <Button kind="plain" onPress={() => turn(PERFECT_WIRE)}>
              Reset knobs
            </Button>
          </div>
        </section>
        <Counters wire={wire} />
      </div>
    </div>
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
