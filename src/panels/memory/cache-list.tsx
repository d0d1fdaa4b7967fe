// SPDX-License-Identifier: GPL-2.0-or-later
/** The slab caches, each with how full it is; under them what lies outside of all caches. */
import { Layers } from 'lucide-react';
import type { KeyboardEvent } from 'react';

import type { CacheView } from '../../../kernel-sim/machine-types.ts';
import { LEAKS, OTHER_MEMORY } from '../../store/memory-slice.ts';
import { Menu } from '../../widgets/menu.tsx';

interface CacheListProps {
  readonly caches: readonly CacheView[];
  /** How many allocations were lost. */
  readonly leaks: number;
  readonly chosen: string | undefined;
  readonly onChoose: (name: string) => void;
}

export function CacheList({ caches, leaks, chosen, onChoose }: CacheListProps) {
  const names = [LEAKS, ...caches.map(({ name }) => name), OTHER_MEMORY];
  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const at = names.indexOf(chosen ?? '');
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: names.length - 1 }[event.key];
    const name = to === undefined ? undefined : names[to];
    if (name === undefined) return;
    event.preventDefault();
    onChoose(name);
    event.currentTarget.querySelector(`[data-name="${CSS.escape(name)}"]`)?.scrollIntoView({
      block: 'nearest',
    });
  };
  const optionId = (name: string): string => `cache-${name}`;
  return (
    <div
      className="cache-list"
      role="listbox"
      aria-label="Slab caches"
      aria-activedescendant={chosen === undefined ? undefined : optionId(chosen)}
      tabIndex={0}
      onKeyDown={move}
    >
      <OtherRow
        id={optionId(LEAKS)}
        name={LEAKS}
        count={leaks}
        isChosen={chosen === LEAKS}
        onChoose={onChoose}
      />
      {caches.map((cache) => (
        <CacheRow
          key={cache.name}
          id={optionId(cache.name)}
          cache={cache}
          isChosen={cache.name === chosen}
          onChoose={onChoose}
        />
      ))}
      <OtherRow
        id={optionId(OTHER_MEMORY)}
        name={OTHER_MEMORY}
        isChosen={chosen === OTHER_MEMORY}
        onChoose={onChoose}
      />
    </div>
  );
}

interface OtherRowProps {
  readonly id: string;
  readonly name: string;
  readonly count?: number;
  readonly isChosen: boolean;
  readonly onChoose: (name: string) => void;
}

/** A row that is no cache. */
function OtherRow({ id, name, count, isChosen, onChoose }: OtherRowProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the list has them
    <div
      id={id}
      role="option"
      tabIndex={-1}
      className="cache-row sans"
      data-name={name}
      aria-selected={isChosen}
      onClick={() => onChoose(name)}
    >
      <span className="cache-name">{name}</span>
      {count !== undefined && (
        <span className={count > 0 ? 'cache-count alarming' : 'cache-count'}>{count}</span>
      )}
    </div>
  );
}

interface CacheRowProps {
  readonly id: string;
  readonly cache: CacheView;
  readonly isChosen: boolean;
  readonly onChoose: (name: string) => void;
}

function CacheRow({ id, cache, isChosen, onChoose }: CacheRowProps) {
  const { name, allocated, objects } = cache;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the list has them
    <div
      id={id}
      role="option"
      tabIndex={-1}
      className="cache-row"
      data-name={name}
      aria-selected={isChosen}
      aria-label={`${name}: ${fillWords(cache)}`}
      onClick={() => onChoose(name)}
    >
      <span className="cache-name">{name}</span>
      <span className="cache-count">{allocated}</span>
      <span className="cache-bar">
        <span style={{ width: `${objects === 0 ? 0 : (allocated / objects) * 100}%` }} />
      </span>
    </div>
  );
}

/** The same where there is no room for a list. */
export function CacheMenu({ caches, leaks, chosen, onChoose }: CacheListProps) {
  return (
    <Menu
      label="Slab cache"
      className="filter cache-menu"
      trigger={
        <>
          <Layers size={14} strokeWidth={1.5} aria-hidden />
          <span className="mono">{chosen ?? 'Caches'}</span>
        </>
      }
      groups={[
        {
          title: 'Slab caches',
          choices: caches.map((cache) => ({
            id: cache.name,
            label: cache.name,
            isMono: true,
            isChosen: cache.name === chosen,
            detail: fillWords(cache),
          })),
        },
        {
          choices: [
            {
              id: LEAKS,
              label: LEAKS,
              isChosen: chosen === LEAKS,
              detail: leaks === 0 ? 'none found' : `${leaks} found`,
            },
            { id: OTHER_MEMORY, label: OTHER_MEMORY, isChosen: chosen === OTHER_MEMORY },
          ],
        },
      ]}
      onChoose={onChoose}
    />
  );
}

function fillWords({ allocated, objects, quarantined }: CacheView): string {
  if (objects === 0) return 'no slab yet';
  const waiting = quarantined === 0 ? '' : `, ${quarantined} in quarantine`;
  return `${allocated} of ${objects} allocated${waiting}`;
}
