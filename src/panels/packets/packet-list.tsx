// SPDX-License-Identifier: GPL-2.0-or-later
/** The list of packets, and underneath the one that is open. */
import { useRef, useState } from 'react';

import { logTime } from '../../lib/log-time.ts';
import { useBox } from '../../lib/use-box.ts';
import type { Packet } from '../../store/packets-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { DataGrid, type GridColumn } from '../../widgets/data-grid.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { PacketDetail } from './packet-detail.tsx';
import { dissected, FilteredPackets, packetSentence } from './packet-rows.ts';

export function PacketList() {
  const playground = usePlayground();
  const frames = useSelection((state) => state.packets.frames);
  const text = useSelection((state) => state.packetFilter);
  const marked = useSelection((state) => state.mark?.packet);
  const number = useSelection((state) => state.packet);
  const [filtered] = useState(() => new FilteredPackets());
  const rows = filtered.update(frames, text);
  const open = number === undefined ? undefined : packetOf(frames, number);
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useBox(frame, BOX_AT_FIRST);
  return (
    <div className="packet-parts" ref={frame}>
      {rows.length === 0 ? (
        <p className="empty">None of {frames.length} packets passes this filter.</p>
      ) : (
        <DataGrid
          id="packets"
          label="Packets"
          columns={columnsFor(width)}
          rows={rows}
          keyOf={numberOf}
          chosen={marked}
          followsEnd
          onChoose={(packet) =>
            playground.markPacket(packet.number, packet.place?.source, packetSentence(packet))
          }
        />
      )}
      <p className="packet-count">
        <span>
          <StateGlyph state="received" /> received
        </span>
        <span>
          <StateGlyph state="sent" /> sent
        </span>
        <span className="figure">
          {rows.length === frames.length
            ? `${frames.length} packets`
            : `${rows.length} of ${frames.length}`}
        </span>
      </p>
      {open !== undefined && <PacketDetail key={open.number} packet={open} />}
    </div>
  );
}

function numberOf({ number }: Packet): number {
  return number;
}

/** Numbers follow each other. */
function packetOf(frames: readonly Packet[], number: number): Packet | undefined {
  return frames[number - (frames[0]?.number ?? 0)];
}

const NUMBER: GridColumn<Packet> = {
  key: 'number',
  label: 'No.',
  width: 52,
  isFigure: true,
  show: ({ number }) => number + 1,
};
const TIME: GridColumn<Packet> = {
  key: 'time',
  label: 'Time',
  width: 84,
  isFigure: true,
  show: ({ timeNs }) => logTime(timeNs),
};
const DIRECTION: GridColumn<Packet> = {
  key: 'direction',
  label: '',
  width: 26,
  show: ({ isReceived }) => {
    const state = isReceived ? 'received' : 'sent';
    return <StateGlyph state={state} label={state} />;
  },
};
const SOURCE: GridColumn<Packet> = {
  key: 'source',
  label: 'Source',
  width: 92,
  show: (it) => cut(dissected(it).source),
};
const DESTINATION: GridColumn<Packet> = {
  key: 'destination',
  label: 'Destination',
  width: 92,
  show: (it) => cut(dissected(it).destination),
};
const PROTOCOL: GridColumn<Packet> = {
  key: 'protocol',
  label: 'Protocol',
  width: 64,
  show: (it) => <strong>{dissected(it).protocol}</strong>,
};
const INFO: GridColumn<Packet> = {
  key: 'info',
  label: 'Info',
  width: 110,
  grows: true,
  show: (it) => cut(dissected(it).info),
};
const LENGTH: GridColumn<Packet> = {
  key: 'length',
  label: 'Length',
  width: 60,
  isFigure: true,
  show: ({ bytes }) => bytes.length,
};
const LINE: GridColumn<Packet> = {
  key: 'place',
  label: 'Line',
  width: 124,
  show: (it) => <PacketPlace packet={it} />,
};

/** Wide enough for addresses of IPv6 and of Ethernet, too. */
const ROOMY = [
  NUMBER,
  TIME,
  DIRECTION,
  { ...SOURCE, width: 144 },
  { ...DESTINATION, width: 144 },
  PROTOCOL,
  { ...INFO, width: 200 },
  LENGTH,
  LINE,
];

/** What there is room for, from this many pixels on: nobody scrolls sideways. */
const COLUMNS: readonly (readonly [pixels: number, columns: readonly GridColumn<Packet>[]])[] = [
  [900, ROOMY],
  [590, [TIME, DIRECTION, SOURCE, DESTINATION, PROTOCOL, INFO, LINE]],
  [440, [DIRECTION, SOURCE, DESTINATION, PROTOCOL, INFO]],
  [0, [TIME, DIRECTION, PROTOCOL, INFO]],
];
const BOX_AT_FIRST = { width: 600, height: 400 };

function columnsFor(width: number): readonly GridColumn<Packet>[] {
  return COLUMNS.find(([pixels]) => width >= pixels)?.[1] ?? [];
}

function cut(text: string) {
  return (
    <span className="grid-text" title={text}>
      {text}
    </span>
  );
}

/** The line of the driver, which opens. */
function PacketPlace({ packet }: { readonly packet: Packet }) {
  const playground = usePlayground();
  const source = packet.place?.source;
  if (source === undefined) return null;
  return (
    <button
      type="button"
      className="link mono"
      onClick={(event) => {
        event.stopPropagation();
        playground.markPacket(packet.number, source, packetSentence(packet));
        playground.openSource(source.module, source.file, source.line, { packet: packet.number });
      }}
    >
      {source.file}:{source.line}
    </button>
  );
}
