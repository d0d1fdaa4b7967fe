// SPDX-License-Identifier: GPL-2.0-or-later
/** What went over the USB, transfer by transfer. */
import { useRef } from 'react';

import type { UrbView } from '../../../kernel-sim/machine-types.ts';
import { durationText } from '../../lib/duration.ts';
import { logTime } from '../../lib/log-time.ts';
import { useBox } from '../../lib/use-box.ts';
import { useRevealed } from '../../lib/use-revealed.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { DataGrid, type GridColumn, widthOf } from '../../widgets/data-grid.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { DriverLine } from './driver-line.tsx';

const ROW_BYTES = 16;

export function UrbList() {
  const playground = usePlayground();
  const urbs = useSelection((state) => state.devices.urbs);
  const places = useSelection((state) => state.devices.places);
  const chosen = useSelection((state) => state.urb);
  const show = useSelection((state) => state.showDevices);
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useBox(frame, BOX_AT_FIRST);
  const open = urbs.find(({ number }) => number === chosen);
  return (
    <div className="device-parts" ref={frame}>
      <DataGrid
        id="urbs"
        label="URBs"
        columns={width < widthOf(COLUMNS) ? NARROW_COLUMNS : COLUMNS}
        rows={urbs}
        keyOf={({ number }) => number}
        chosen={chosen}
        followsEnd
        onChoose={(urb) => {
          show({ urb: urb.number });
          playground.markLine(places.get(urb.site)?.source, urbSentence(urb));
        }}
      />
      {open !== undefined && <UrbBytes urb={open} />}
    </div>
  );
}

/** What the caption says of a transfer. */
export function urbSentence(urb: UrbView): string {
  const { device, wanted, actual, error, submittedNs, endedNs } = urb;
  const what = urb.meaning === '' ? '' : `, ${urb.meaning}`;
  const took = durationText(endedNs - submittedNs);
  const end = error === '' ? `${actual} of ${wanted} bytes` : `ended with ${error}`;
  return `A ${wayOf(urb)} transfer of ${device}${what}: ${end} after ${took}.`;
}

function wayOf({ kind, isIn, endpoint }: UrbView): string {
  return kind === 'control' ? kind : `${kind} ${isIn ? 'IN' : 'OUT'} ${endpoint}`;
}

function UrbBytes({ urb }: { readonly urb: UrbView }) {
  const { number, setup, data, isIn, actual, wanted } = urb;
  const shown = useRevealed<HTMLElement>(number);
  const moved = isIn ? actual : wanted;
  return (
    <section ref={shown} className="urb-bytes" aria-label="Bytes of the transfer">
      {setup !== undefined && <SetupPacket bytes={setup} meaning={urb.meaning} />}
      {data.length === 0 ? (
        <p className="quiet">No bytes went or came.</p>
      ) : (
        <>
          {data.length < moved && (
            <p className="quiet">
              The first {data.length} of {moved} bytes
            </p>
          )}
          <pre className="mono">{dump(data)}</pre>
        </>
      )}
    </section>
  );
}

const REQUEST_TYPES = ['standard', 'class', 'vendor', 'reserved'] as const;
const RECIPIENTS = ['the device', 'the interface', 'the endpoint', 'something else'] as const;

interface SetupPacketProps {
  readonly bytes: Uint8Array;
  readonly meaning: string;
}

/** What begins a control transfer, field by field. */
function SetupPacket({ bytes, meaning }: SetupPacketProps) {
  const [type = 0, request = 0] = bytes;
  const word = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const way = (type & 0x80) === 0 ? 'to' : 'from';
  const kind = REQUEST_TYPES[(type >>> 5) & 3] ?? '';
  const recipient = RECIPIENTS[type & 0x1f] ?? 'nobody';
  const fields = [
    ['bmRequestType', hexNumber(type, 2), `${kind}, ${way} ${recipient}`],
    ['bRequest', hexNumber(request, 2), meaning],
    ['wValue', hexNumber(word(2), 4), ''],
    ['wIndex', hexNumber(word(4), 4), ''],
    ['wLength', String(word(6)), ''],
  ] as const;
  return (
    <table className="data setup-packet" aria-label="Setup packet">
      <tbody>
        {fields.map(([name, value, words]) => (
          <tr key={name}>
            <th scope="row" className="mono">
              {name}
            </th>
            <td className="mono figure">{value}</td>
            <td>{words}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function hexNumber(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function dump(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = bytes.subarray(at, at + ROW_BYTES);
    rows.push(`${at.toString(16).padStart(4, '0')}  ${hexOf(row)}`);
  }
  return rows.join('\n');
}

const BOX_AT_FIRST = { width: 600, height: 400 };

const NUMBER: GridColumn<UrbView> = {
  key: 'number',
  label: 'No.',
  width: 48,
  isFigure: true,
  show: ({ number }) => number + 1,
};
const TIME: GridColumn<UrbView> = {
  key: 'time',
  label: 'Time',
  width: 82,
  isFigure: true,
  show: ({ endedNs }) => logTime(endedNs),
};
const WAY: GridColumn<UrbView> = {
  key: 'way',
  label: '',
  width: 26,
  show: ({ isIn }) => {
    const state = isIn ? 'received' : 'sent';
    return <StateGlyph state={state} label={state} />;
  },
};
const KIND: GridColumn<UrbView> = {
  key: 'kind',
  label: 'Transfer',
  width: 90,
  show: wayOf,
};
const MEANING: GridColumn<UrbView> = {
  key: 'meaning',
  label: 'Info',
  width: 72,
  grows: true,
  show: ({ meaning, error }) => (
    <span className="grid-text">
      {meaning}
      {error === '' ? null : <strong className="bad"> {error}</strong>}
    </span>
  ),
};
const BYTES: GridColumn<UrbView> = {
  key: 'bytes',
  label: 'Bytes',
  width: 50,
  isFigure: true,
  show: ({ actual }) => actual,
};
const LATENCY: GridColumn<UrbView> = {
  key: 'latency',
  label: 'Took',
  width: 84,
  isFigure: true,
  show: ({ submittedNs, endedNs }) => durationText(endedNs - submittedNs),
};
const LINE: GridColumn<UrbView> = {
  key: 'line',
  label: 'Line',
  width: 120,
  show: (urb) => <DriverLine site={urb.site} sentence={urbSentence(urb)} />,
};
const COLUMNS = [NUMBER, TIME, WAY, KIND, MEANING, BYTES, LATENCY, LINE];
const NARROW_COLUMNS = [WAY, KIND, MEANING, LINE];
