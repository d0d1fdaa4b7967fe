// SPDX-License-Identifier: GPL-2.0-or-later
/** The objects of the chosen cache, as a map or as a table. */
import { useState } from 'react';

import type { CacheObjects, MemoryView } from '../../../kernel-sim/machine-types.ts';
import { shortAddress } from '../../lib/addresses.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { addressOf, type MapPlace } from './map-layout.ts';
import { ObjectMap } from './object-map.tsx';
import { OBJECT, stateWords } from './object-states.ts';
import { ObjectTable } from './object-table.tsx';
import { useIsMarked } from './open-object.ts';

interface ObjectsProps {
  readonly view: MemoryView;
  readonly onOpen: () => void;
}

export function Objects({ view, onOpen }: ObjectsProps) {
  const chosen = useSelection((state) => state.cache);
  const address = useSelection((state) => state.object);
  const isTable = useSelection((state) => state.isMemoryTable);
  const owner = useSelection((state) => state.memoryOwner);
  const choose = useChooseObject();
  const isMarked = useIsMarked(view, address);
  const [under, setUnder] = useState<MapPlace>();
  const { objects, pointerBytes } = view;
  if (objects === undefined || objects.cache !== chosen) return <div className="objects" />;
  const isHint = under === undefined && owner === undefined;
  const onChoose = (object: number): void => choose(object, objects.cache);
  return (
    <div className="objects">
      <p className="objects-head">
        <strong>{objects.cache}</strong>
        <span>{shapeWords(view, objects)}</span>
      </p>
      {objects.states.length === 0 ? (
        <NoSlab cache={objects.cache} />
      ) : isTable ? (
        <ObjectTable {...{ objects, pointerBytes, address, owner, onChoose, onOpen }} />
      ) : (
        <>
          <ObjectMap
            {...{ objects, address, isMarked, owner, onChoose, onOpen }}
            onHover={setUnder}
          />
          <p className={isHint ? 'objects-foot hint' : 'objects-foot'}>
            {under === undefined ? ownerWords(objects, owner) : placeWords(objects, under)}
          </p>
        </>
      )}
    </div>
  );
}

function NoSlab({ cache }: { readonly cache: string }) {
  const { builder } = usePlayground();
  const isKmalloc = cache.startsWith('kmalloc-');
  return (
    <div className="empty-frame">
      <p>
        <span className="mono">{cache}</span> has no object yet.
      </p>
      <p className="quiet">
        {isKmalloc
          ? 'The first kmalloc() of its size makes its first slab: in a driver, for one.'
          : 'The first one that the kernel needs makes its first slab.'}
      </p>
      {isKmalloc && <Button onPress={() => void builder.build()}>Build and load</Button>}
    </div>
  );
}

/** Opens an object: it is now the thing that is talked about. */
function useChooseObject(): (address: number, cache: string) => void {
  const { store } = usePlayground();
  return (address, cache) => {
    const state = store.getState();
    state.chooseObject(address, cache);
    state.setMark({ address });
  };
}

/** `7 slabs of 32, 96 bytes used of each 128-byte slot` */
function shapeWords({ caches }: MemoryView, { cache, slabs, counts }: CacheObjects): string {
  const it = caches.find(({ name }) => name === cache);
  if (it === undefined || slabs.length === 0) return '';
  const many = slabs.length === 1 ? '1 slab' : `${slabs.length} slabs`;
  const used = `${it.objectBytes} bytes used of each ${it.slotBytes}-byte slot`;
  return `${many} of ${counts[0] ?? 0}, ${used}`;
}

function ownerWords({ owner: owned, owners, states }: CacheObjects, owner: string | undefined) {
  if (owner === undefined) return 'Arrow keys go from object to object; Enter opens one.';
  const index = owners.indexOf(owner);
  const count = owned.reduce(
    (sum, each, object) => sum + Number(each === index && states[object] !== OBJECT.FREE),
    0,
  );
  const belong = count === 1 ? '1 object belongs' : `${count} objects belong`;
  return `Dimmed: others. ${belong} to ${owner}.`;
}

function placeWords(objects: CacheObjects, place: MapPlace): string {
  const { states, owner, owners } = objects;
  const { object } = place;
  const state = states[object] ?? 0;
  const whose = state === OBJECT.FREE ? '' : `, ${owners[owner[object] ?? 0] ?? ''}`;
  return `${shortAddress(addressOf(objects, place))}: ${stateWords(state)}${whose}`;
}
