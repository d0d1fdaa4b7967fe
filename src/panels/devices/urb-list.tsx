// SPDX-License-Identifier: GPL-2.0-or-later
/** What went over the USB, transfer by transfer. */
import { useRef } from 'react';

import type { UrbView } from '../../../kernel-sim/machine-types.ts';
import { durationText } from '../../lib/duration.ts';
import { logTime } from '../../lib/log-time.ts';
import { useBox } from '../../lib/use-box.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { DataGrid, type GridColumn } from '../../widgets/data-grid.tsx';
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
        columns={width < NARROW ? NARROW_COLUMNS : COLUMNS}
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
  const { setup, data } = urb;
  return (
    <section className="urb-bytes" aria-label="Bytes of the transfer">
      {setup !== undefined && (
        <p>
          <span className="quiet">Setup</span> <span className="mono">{hexOf(setup)}</span>{' '}
          {urb.meaning}
        </p>
      )}
      {data.length === 0 ? (
        <p className="quiet">No bytes went or came.</p>
      ) : (
        <pre className="mono">{dump(data)}</pre>
      )}
    </section>
  );
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

const NARROW = 520;
const BOX_AT_FIRST = { width: 600, height: 400 };

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
  width: 96,
  show: wayOf,
};
const MEANING: GridColumn<UrbView> = {
  key: 'meaning',
  label: 'Info',
  width: 100,
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
  width: 54,
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
  width: 130,
  show: (urb) => <DriverLine site={urb.site} sentence={urbSentence(urb)} />,
};
const COLUMNS = [TIME, WAY, KIND, MEANING, BYTES, LATENCY, LINE];
const NARROW_COLUMNS = [WAY, KIND, MEANING, LINE];
