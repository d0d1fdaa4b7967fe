// SPDX-License-Identifier: GPL-2.0-or-later
/** An object's bytes, with the shadow of each eight of them, and what the shadow says in words. */
import { useMemo, useRef, useState } from 'react';

import type { BadAccessView, ObjectView } from '../../../kernel-sim/machine-types.ts';
import { useBox } from '../../lib/use-box.ts';
import { Button } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import {
  hexByte,
  hexRows,
  offsetText,
  type ByteRange,
  type HexGroup,
  type HexRow,
  type HexRun,
} from './hex-rows.ts';
import { shadowOf } from './object-states.ts';

/** So many are shown of a large object until somebody wants them all. */
const ROWS_AT_FIRST = 32;
/** Narrower than this there is room for eight bytes in a row. */
const TWO_GROUPS_PIXELS = 640;
const BOX_AT_FIRST = { width: 640, height: 200 };

interface HexDumpProps {
  readonly object: ObjectView;
  readonly access: BadAccessView | undefined;
}

interface MarkedProps extends HexDumpProps {
  /** The access is the thing that is talked about. */
  readonly isMarked: boolean;
  /** Of the field that is pointed at. */
  readonly pointed: ByteRange | undefined;
}

export function HexDump({ object, access, isMarked, pointed }: MarkedProps) {
  const frame = useRef<HTMLElement>(null);
  const { width } = useBox(frame, BOX_AT_FIRST);
  const groups = width < TWO_GROUPS_PIXELS ? 1 : 2;
  const rows = useMemo(
    () => hexRows(object, access, groups, pointed),
    [object, access, groups, pointed],
  );
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? rows : rows.slice(0, ROWS_AT_FIRST);
  const hasShadow = object.shadow.length > 0;
  return (
    <section
      ref={frame}
      className={isMarked ? 'hex marked' : 'hex'}
      aria-label="Bytes of the object"
    >
      <div className="hex-scroll">
        <table className="hex-table">
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">offset</span>
              </th>
              <th scope="col">{hasShadow ? 'shadow and bytes +0 to +7' : 'bytes +0 to +7'}</th>
              {groups === 2 && <th scope="col">+8 to +f</th>}
              <th scope="col">text</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row
                key={row.offset}
                row={row}
                sizeBytes={object.bytes.length}
                isShort={row.groups.length < groups}
              />
            ))}
          </tbody>
        </table>
        {rows.length > shown.length && (
          <Button kind="plain" onPress={() => setWhole(true)}>
            Show all {rows.length} rows
          </Button>
        )}
      </div>
      <HexNotes object={object} access={access} />
    </section>
  );
}

interface RowProps {
  readonly row: HexRow;
  readonly sizeBytes: number;
  /** The last one, of an object that ends within it. */
  readonly isShort: boolean;
}

function Row({ row, sizeBytes, isShort }: RowProps) {
  return (
    <tr>
      <th scope="row">{offsetText(row.offset, sizeBytes)}</th>
      {row.groups.map((group) => (
        <Group key={group.offset} group={group} />
      ))}
      <td className="hex-text" colSpan={isShort ? 2 : 1}>
        {row.text}
      </td>
    </tr>
  );
}

function Group({ group }: { readonly group: HexGroup }) {
  const { shadow, runs } = group;
  return (
    <td>
      {shadow !== undefined && (
        <span className="hex-shadow" data-state={shadowOf(shadow).state}>
          <StateGlyph state={shadowOf(shadow).state} label={shadowOf(shadow).words} />{' '}
          {hexByte(shadow)}
        </span>
      )}{' '}
      {runs.map(({ start, bytes, ...run }) => (
        <span key={start} className={runClass(run)}>
          {bytes.map(hexByte).join(' ')}
        </span>
      ))}
    </td>
  );
}

function runClass({ isQuiet, isAccessed, isPointed }: Omit<HexRun, 'start' | 'bytes'>): string {
  const states = [isQuiet && 'quiet', isAccessed && 'accessed', isPointed && 'pointed'];
  return ['hex-run', ...states.filter((state) => state !== false)].join(' ');
}

/** What stands beside the bytes: the access, and each value of the shadow once. */
function HexNotes({ object, access }: HexDumpProps) {
  const values = [...new Set(object.shadow)].filter((value) => value !== 0);
  const offset = access === undefined ? 0 : access.address - object.address;
  const isInside = offset >= 0 && offset < object.bytes.length;
  if (access === undefined && values.length === 0) return null;
  return (
    <aside className="hex-notes">
      {access !== undefined && access.sizeBytes > 0 && (
        <p>
          <strong className="mono">
            {isInside ? offsetText(offset, object.bytes.length) : outsideText(offset)},{' '}
            {access.sizeBytes === 1 ? '1 byte' : `${access.sizeBytes} bytes`}
          </strong>
        </p>
      )}
      <dl>
        {values.map((value) => (
          <div key={value}>
            <dt className="mono">
              <StateGlyph state={shadowOf(value).state} /> {hexByte(value)}
            </dt>
            <dd>{shadowOf(value).words}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

function outsideText(offset: number): string {
  return offset < 0 ? `-${(-offset).toString(16)}` : `+${offset.toString(16)}`;
}
