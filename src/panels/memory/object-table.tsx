// SPDX-License-Identifier: GPL-2.0-or-later
/** The map's twin: the same objects as rows of a table, each with its state in words. */
import { useMemo } from 'react';

import type { CacheObjects } from '../../../kernel-sim/machine-types.ts';
import { addressText, shortAddress, type PointerBytes } from '../../lib/addresses.ts';
import { DataGrid, type GridColumn } from '../../widgets/data-grid.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { addressOf, firstObjects, placeAt, placeOf } from './map-layout.ts';
import { stateOf, stateWords } from './object-states.ts';

interface ObjectTableProps {
  readonly objects: CacheObjects;
  readonly pointerBytes: PointerBytes;
  readonly address: number | undefined;
  /** Only what it has allocated. */
  readonly owner: string | undefined;
  readonly onChoose: (address: number) => void;
  readonly onOpen: () => void;
}

export function ObjectTable(props: ObjectTableProps) {
  const { objects, pointerBytes, address, owner, onChoose, onOpen } = props;
  const first = useMemo(() => firstObjects(objects.counts), [objects]);
  const columns = useMemo(
    () => columnsOf(objects, first, pointerBytes),
    [objects, first, pointerBytes],
  );
  const rows = useMemo(() => rowsOf(objects, owner), [objects, owner]);
  if (rows.length === 0) {
    return <p className="empty">No object of this cache belongs to {owner ?? 'anybody'}.</p>;
  }
  return (
    <DataGrid
      label={`Objects of ${objects.cache}`}
      id="object"
      columns={columns}
      rows={rows}
      keyOf={(object) => object}
      chosen={address === undefined ? undefined : placeOf(objects, first, address)?.object}
      onOpen={onOpen}
      onChoose={(object) => onChoose(addressOf(objects, placeAt(objects.counts, first, object)))}
    />
  );
}

/** Numbers of objects. */
function rowsOf({ states, owner: owners, owners: names }: CacheObjects, owner: string | undefined) {
  const all = Array.from(states, (_, object) => object);
  if (owner === undefined) return all;
  const wanted = names.indexOf(owner);
  return all.filter((object) => owners[object] === wanted);
}

function columnsOf(
  objects: CacheObjects,
  first: Int32Array,
  pointerBytes: PointerBytes,
): readonly GridColumn<number>[] {
  const { slabs, counts, states, owner, owners } = objects;
  const place = (object: number) => placeAt(counts, first, object);
  return [
    {
      key: 'address',
      label: 'Address',
      width: 148,
      show: (object) => (
        <strong>{addressText(addressOf(objects, place(object)), pointerBytes)}</strong>
      ),
    },
    {
      key: 'state',
      label: 'State',
      width: 160,
      grows: true,
      show: (object) => {
        const state = states[object] ?? 0;
        return (
          <>
            <StateGlyph state={stateOf(state)} />
            {stateWords(state)}
          </>
        );
      },
    },
    {
      key: 'owner',
      label: 'Module',
      width: 110,
      show: (object) => (states[object] === 0 ? '' : owners[owner[object] ?? 0]),
    },
    {
      key: 'slab',
      label: 'Slab',
      width: 72,
      isMinor: true,
      show: (object) => shortAddress(slabs[place(object).slab] ?? 0),
    },
    {
      key: 'index',
      label: 'Object',
      width: 60,
      isFigure: true,
      isMinor: true,
      show: (object) => place(object).index,
    },
  ];
}
