// SPDX-License-Identifier: GPL-2.0-or-later
/** The network: frames as they went over the wire, what they say, and the wire itself. */
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { Choice } from '../../widgets/fields.tsx';
import { PacketList } from './packet-list.tsx';
import { PacketTools } from './packet-tools.tsx';
import { usePackets } from './use-packets.ts';
import { WirePart } from './wire-part.tsx';

const PARTS = [
  ['packets', 'Packets'],
  ['wire', 'Wire'],
] as const;
/** Loads its driver, asks for an address, and talks to the gateway. */
const COMMANDS =
  'cd ~/ringnic && make && sudo insmod ringnic.ko && sudo udhcpc -i eth0 -q && ' +
  'ping -c 2 gateway && wget -qO- http://gateway/hello.txt';

export function PacketsPanel() {
  const part = useSelection((state) => state.packetsPart);
  const isPaused = useSelection((state) => state.arePacketsPaused);
  const show = useSelection((state) => state.showPackets);
  usePackets(isPaused);
  return (
    <div className="packets">
      <div className="filters">
        <Choice
          label="Part"
          value={part}
          choices={PARTS}
          onChange={(packetsPart) => show({ packetsPart })}
        />
        {part === 'packets' && <PacketTools />}
      </div>
      {part === 'packets' ? <Packets /> : <WirePart />}
    </div>
  );
}

function Packets() {
  const isEmpty = useSelection((state) => state.packets.frames.length === 0);
  return isEmpty ? <NoPackets /> : <PacketList />;
}

function NoPackets() {
  const playground = usePlayground();
  return (
    <div className="empty-frame">
      <p>No frame has gone over the wire. A driver for the network card sends and receives them.</p>
      <Button onPress={() => void playground.typist.typeAside(COMMANDS)}>
        Load a driver and try the network
      </Button>
    </div>
  );
}
