// SPDX-License-Identifier: GPL-2.0-or-later
/** What hangs on the machine: the LAN9512 as a drawing, its registers, and its transfers. */
import { Download } from 'lucide-react';

import type { AdapterView, WireSettings } from '../../../kernel-sim/machine-types.ts';
import { saveCapture } from '../../store/capture.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { Choice } from '../../widgets/fields.tsx';
import { PERFECT_WIRE, WireKnobs } from '../../widgets/wire-knobs.tsx';
import { AdapterDrawing } from './adapter-drawing.tsx';
import { RegisterList } from './register-list.tsx';
import { UrbList } from './urb-list.tsx';
import { useDevices, useWire } from './use-devices.ts';

const PARTS = [
  ['registers', 'Registers'],
  ['urbs', 'URBs'],
  ['wire', 'Wire'],
] as const;
/** Loads the driver, plugs the adapter in unless it is there, and talks to the gateway. */
const COMMANDS =
  'cd ~/smsc95xx && make && sudo insmod smsc95xx.ko; ' +
  'plug | grep -q lan9512 || plug lan9512; sleep 1; ' +
  'sudo ip link set eth0 up; sleep 2; sudo udhcpc -i eth0 -q && ping -c 2 gateway';
/** The adapter goes into the first port, as a hand would put it. */
const PORT = 1;

export function DevicesPanel() {
  useDevices();
  const ports = useSelection((state) => state.devices.ports);
  const adapter = useSelection((state) => state.devices.adapter);
  if (ports === undefined) return <p className="empty">The kernel is asked about its USB.</p>;
  return (
    <div className="devices">
      <Board adapter={adapter} />
      {adapter === undefined ? <NoAdapter /> : <Parts adapter={adapter} />}
    </div>
  );
}

function Board({ adapter }: { readonly adapter: AdapterView | undefined }) {
  const playground = usePlayground();
  const isSoldered = useSelection((state) => state.devices.isSoldered);
  const ports = useSelection((state) => state.devices.ports);
  // The one that lies is one, too.
  const at = (ports?.findIndex((name) => name.startsWith('lan9512')) ?? -1) + 1;
  const isPortTaken = at === 0 && ports?.[PORT - 1] !== '';
  const plug = (): void =>
    playground.handleUsb(
      at === 0
        ? { kind: 'usb', port: PORT, device: 'lan9512' }
        : { kind: 'usb', port: at, device: null },
    );
  const isCablePlugged = adapter?.isCablePlugged ?? false;
  const pullCable = (): void =>
    playground.handleUsb({ kind: 'cable', socket: 'lan9512', isPlugged: !isCablePlugged });
  return (
    <div className="device-board">
      <AdapterDrawing adapter={adapter} hasEeprom={!isSoldered} />
      <section className="device-words" aria-label="The adapter">
        <h3>{adapter?.interface ?? (adapter === undefined ? 'Nothing here' : 'No driver yet')}</h3>
        <p className="mono quiet">{adapter?.address ?? ''}</p>
        <p>{linkText(adapter)}</p>
        <div className="device-actions">
          {adapter !== undefined && adapter.interface === undefined && (
            <Button onPress={() => void playground.typist.typeAside(COMMANDS)}>
              Load its driver
            </Button>
          )}
          {adapter !== undefined && (
            <Button onPress={pullCable}>{isCablePlugged ? 'Pull cable' : 'Plug cable in'}</Button>
          )}
          {!isSoldered && (
            <Button onPress={plug} isDisabled={isPortTaken}>
              {adapter === undefined ? 'Plug LAN9512 in' : 'Unplug'}
            </Button>
          )}
        </div>
        {isSoldered && <p className="quiet">On this board the chip is soldered on.</p>}
      </section>
    </div>
  );
}

function linkText(adapter: AdapterView | undefined): string {
  if (adapter === undefined) return 'The USB port is free.';
  const { isLinkLit, isSpeedLit, isFullDuplexLit, isCablePlugged } = adapter;
  if (!isCablePlugged) return 'No cable in its socket.';
  if (!isLinkLit) return 'No link: no driver has asked for one, or both ends negotiate.';
  return `${isSpeedLit ? 100 : 10} Mbit/s, ${isFullDuplexLit ? 'full' : 'half'} duplex`;
}

function NoAdapter() {
  const playground = usePlayground();
  return (
    <div className="empty-frame">
      <p>
        A LAN9512 is a USB-Ethernet adapter. Plug it in, and its driver will find it; each register
        that the driver reads or writes is shown here with the line that did.
      </p>
      <Button onPress={() => void playground.typist.typeAside(COMMANDS)}>
        Load its driver and try it
      </Button>
    </div>
  );
}

function Parts({ adapter }: { readonly adapter: AdapterView }) {
  const playground = usePlayground();
  const part = useSelection((state) => state.devicesPart);
  const touched = useSelection((state) => state.devices.accesses.size);
  const count = useSelection((state) => state.devices.urbs.length);
  const next = useSelection((state) => state.devices.next);
  const show = useSelection((state) => state.showDevices);
  const forgotten = next - count;
  const words = {
    registers: `${touched} of ${adapter.registers.length} touched so far`,
    urbs: `${count} transfers${forgotten === 0 ? '' : `, ${forgotten} older ones forgotten`}`,
    wire: 'Of the switch that the cable leads to',
  };
  return (
    <>
      <div className="filters">
        <Choice
          label="Part"
          value={part}
          choices={PARTS}
          onChange={(devicesPart) => show({ devicesPart })}
        />
        <span className="quiet figure">{words[part]}</span>
        {part === 'urbs' && (
          <Button label="Save as pcapng" onPress={() => void saveCapture(playground)}>
            <Download size={14} strokeWidth={1.5} aria-hidden />
            pcapng
          </Button>
        )}
      </div>
      {part === 'registers' && <RegisterList registers={adapter.registers} />}
      {part === 'urbs' && <UrbList />}
      {part === 'wire' && <Wire />}
    </>
  );
}

/** What becomes of frames beyond the socket. */
function Wire() {
  useWire();
  const playground = usePlayground();
  const wire = useSelection((state) => state.packets.wire);
  if (wire === undefined) return <p className="empty">The kernel is asked about its wire.</p>;
  const turn = (settings: Partial<WireSettings>): void =>
    playground.handleWire({ kind: 'wire', settings });
  return (
    <section className="device-wire-knobs" aria-label="Knobs of the wire">
      <WireKnobs settings={wire.settings} onTurn={turn} />
      <div className="wire-actions">
        <Button kind="plain" onPress={() => turn(PERFECT_WIRE)}>
          Reset knobs
        </Button>
      </div>
    </section>
  );
}
