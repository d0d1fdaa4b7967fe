// SPDX-License-Identifier: GPL-2.0-or-later
/** The kernel's memory: its slab caches, the objects of one as a map, and one of them whole. */
import { Box } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

import type { CacheObjects, MemoryView } from '../../../kernel-sim/machine-types.ts';
import { addressText, type PointerBytes } from '../../lib/addresses.ts';
import { LEAKS, OTHER_MEMORY } from '../../store/memory-slice.ts';
import { useSelection } from '../../store/use-playground.ts';
import { Choice } from '../../widgets/fields.tsx';
import { Menu } from '../../widgets/menu.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { CacheList, CacheMenu } from './cache-list.tsx';
import { Leaks } from './leaks.tsx';
import { ObjectDetails } from './object-details.tsx';
import { LEGEND } from './object-states.ts';
import { Objects } from './objects.tsx';
import { openObject, useIsMarked } from './open-object.ts';
import { OtherMemoryView } from './other-memory.tsx';
import { useMemory } from './use-memory.ts';

export function MemoryPanel() {
  const chosen = useSelection((state) => state.cache);
  const chooseCache = useSelection((state) => state.chooseCache);
  const address = useSelection((state) => state.object);
  const view = useMemory(chosen);
  const details = useRef<HTMLElement>(null);
  const top = useRef<HTMLDivElement>(null);
  useFirstChoice(view);
  if (view === undefined) return <p className="empty">The kernel is asked about its memory.</p>;
  const list = {
    caches: view.caches,
    leaks: view.leaks.length,
    chosen,
    onChoose: chooseCache,
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') top.current?.querySelector<HTMLElement>('.map, .grid')?.focus();
  };
  return (
    <div className="memory">
      <MemoryBar objects={view.objects}>
        <CacheMenu {...list} />
      </MemoryBar>
      <div className="memory-top" ref={top}>
        <CacheList {...list} />
        {chosen === OTHER_MEMORY && (
          <OtherMemoryView other={view.other} pointerBytes={view.pointerBytes} />
        )}
        {chosen === LEAKS && <Leaks leaks={view.leaks} pointerBytes={view.pointerBytes} />}
        {chosen !== OTHER_MEMORY && chosen !== LEAKS && (
          <Objects view={view} onOpen={() => details.current?.focus()} />
        )}
      </div>
      {address !== undefined && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape only
        <section
          className="object"
          aria-label="Object"
          ref={details}
          tabIndex={-1}
          onKeyDown={leave}
        >
          <ObjectPart view={view} address={address} />
        </section>
      )}
    </div>
  );
}

/** Until somebody chooses: the cache of an address that was opened elsewhere, or a used one. */
function useFirstChoice(view: MemoryView | undefined): void {
  const cache = useSelection((state) => state.cache);
  const address = useSelection((state) => state.object);
  const chooseCache = useSelection((state) => state.chooseCache);
  const chooseObject = useSelection((state) => state.chooseObject);
  const home = address === undefined ? undefined : openObject(view, address)?.cache;
  const first = view?.caches.find(({ allocated }) => allocated > 0)?.name;
  useEffect(() => {
    if (home !== undefined && home !== cache) chooseObject(address, home);
    else if (cache === undefined && address === undefined && first !== undefined) {
      chooseCache(first);
    }
  }, [home, cache, address, first, chooseCache, chooseObject]);
}

interface MemoryBarProps {
  readonly objects: CacheObjects | undefined;
  readonly children: ReactNode;
}

function MemoryBar({ objects, children }: MemoryBarProps) {
  const isTable = useSelection((state) => state.isMemoryTable);
  const showMemory = useSelection((state) => state.showMemory);
  return (
    <div className="filters">
      {children}
      <OwnerMenu owners={objects?.owners ?? []} />
      <ul className="legend" aria-label="Legend">
        {LEGEND.map((state) => (
          <li key={state}>
            <StateGlyph state={state} />
            {state}
          </li>
        ))}
      </ul>
      <Choice
        label="Objects as"
        value={isTable ? 'table' : 'map'}
        choices={[
          ['map', 'Map'],
          ['table', 'Table'],
        ]}
        onChange={(id) => showMemory({ isMemoryTable: id === 'table' })}
      />
    </div>
  );
}

function OwnerMenu({ owners }: { readonly owners: readonly string[] }) {
  const owner = useSelection((state) => state.memoryOwner);
  const showMemory = useSelection((state) => state.showMemory);
  const modules = useSelection((state) => state.snapshot?.modules);
  const names = new Set([...(modules ?? []).map(({ name }) => name), ...owners]);
  return (
    <Menu
      label="Module whose objects stand out"
      className="filter"
      trigger={
        <>
          <Box size={14} strokeWidth={1.5} aria-hidden />
          <span className={owner === undefined ? undefined : 'mono'}>{owner ?? 'All modules'}</span>
        </>
      }
      groups={[
        { choices: [{ id: '', label: 'All modules', isChosen: owner === undefined }] },
        {
          title: 'Only',
          choices: [...names].map((id) => ({
            id,
            label: id,
            isMono: true,
            isChosen: id === owner,
          })),
        },
      ]}
      onChoose={(id) => showMemory({ memoryOwner: id === '' ? undefined : id })}
    />
  );
}

interface ObjectPartProps {
  readonly view: MemoryView;
  readonly address: number;
}

function ObjectPart({ view, address }: ObjectPartProps) {
  const isMarked = useIsMarked(view, address);
  const object = openObject(view, address);
  const { pointerBytes, nowNs } = view;
  if (object === undefined) return <NoObject {...{ address, pointerBytes }} />;
  return <ObjectDetails {...{ object, pointerBytes, nowNs, isMarked }} />;
}

interface NoObjectProps {
  readonly address: number;
  readonly pointerBytes: PointerBytes;
}

function NoObject({ address, pointerBytes }: NoObjectProps) {
  return (
    <p className="empty">
      <span className="mono">{addressText(address, pointerBytes)}</span> is in no slab: it is a
      stack, a module, pages of their own, or nobody’s.
    </p>
  );
}
