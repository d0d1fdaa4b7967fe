// SPDX-License-Identifier: GPL-2.0-or-later
/** One object: what it is, its life to scale, who did what to it and where, and its bytes. */
import { ScrollText } from 'lucide-react';
import { useEffect, useState } from 'react';

import type { BadAccessView, MemoryEvent, ObjectView } from '../../../kernel-sim/machine-types.ts';
import { addressText, type PointerBytes } from '../../lib/addresses.ts';
import { logTime } from '../../lib/log-time.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { FieldTable } from './field-table.tsx';
import { structsIn } from './field-values.ts';
import { HexDump } from './hex-dump.tsx';
import type { ByteRange } from './hex-rows.ts';
import { durationText } from '../../lib/duration.ts';
import { accessOf, eventState, eventWords, lifeOf, type Life } from './life.ts';
import { stateOf, stateWords } from './object-states.ts';

interface ObjectDetailsProps {
  readonly object: ObjectView;
  readonly pointerBytes: PointerBytes;
  /** The machine's time. */
  readonly nowNs: number;
  readonly isMarked: boolean;
}

export function ObjectDetails({ object, pointerBytes, nowNs, isMarked }: ObjectDetailsProps) {
  useNotes(object);
  const logSequence = useSelection((state) => state.mark?.logSequence);
  const access = accessOf(object, logSequence);
  const life = lifeOf(object.events, nowNs);
  return (
    <>
      <header className="object-head">
        <h3 className={isMarked ? 'object-address marked' : 'object-address'}>
          {addressText(object.address, pointerBytes)}
        </h3>
        <span className="quiet">
          {sizeWords(object)}, object {object.index} of its slab
        </span>
        {object.type !== undefined && <TypeName object={object} />}
        <span className="badge" data-state={stateOf(object.state)}>
          <StateGlyph state={stateOf(object.state)} />
          {stateWords(object.state)}
        </span>
      </header>
      {life === undefined ? (
        <NoLife isWatched={object.shadow.length > 0} />
      ) : (
        <LifeBar life={life} />
      )}
      {object.events.length > 0 && (
        <ol className="object-events" aria-label="What happened to it">
          {object.events.map((event) => (
            <Event
              key={`${event.kind} ${event.timeNs} ${event.pid}`}
              event={event}
              object={object}
              isMarked={isMarked && event === (access ?? object.events.at(-1))}
            />
          ))}
        </ol>
      )}
      <ObjectBytes
        key={object.address}
        object={object}
        access={access?.access}
        isMarked={isMarked}
      />
    </>
  );
}

/** What a module has it for. */
function TypeName({ object }: { readonly object: ObjectView }) {
  const count = structsIn(object);
  return (
    <span>
      <strong className="mono">struct {object.type?.name}</strong>
      {count > 1 && <span className="quiet">, the first of {count}</span>}
    </span>
  );
}

interface ObjectBytesProps {
  readonly object: ObjectView;
  readonly access: BadAccessView | undefined;
  readonly isMarked: boolean;
}

/** As the fields of a struct, where one is known, and as they are. */
function ObjectBytes({ object, access, isMarked }: ObjectBytesProps) {
  const [pointed, setPointed] = useState<ByteRange>();
  const { type } = object;
  return (
    <div className={type === undefined ? 'object-bytes' : 'object-bytes typed'}>
      <HexDump {...{ object, access, isMarked, pointed }} />
      {type !== undefined && (
        <FieldTable object={object} type={type} access={access} onPoint={setPointed} />
      )}
    </div>
  );
}

/** The sources say where it was allocated and freed, while it is open. */
function useNotes({ address, events }: ObjectView): void {
  const playground = usePlayground();
  const latest = events.at(-1)?.timeNs;
  useEffect(() => {
    playground.noteEvents(events);
    return () => playground.noteEvents([]);
    // oxlint-disable-next-line react/exhaustive-deps -- not for each new answer of the kernel
  }, [playground, address, latest]);
}

function sizeWords({ requestedBytes, objectBytes }: ObjectView): string {
  if (requestedBytes === objectBytes) return `${objectBytes} bytes`;
  return `${requestedBytes} bytes of ${objectBytes}`;
}

function NoLife({ isWatched }: { readonly isWatched: boolean }) {
  return (
    <p className="object-note">
      {isWatched ? (
        'Nobody has allocated it yet.'
      ) : (
        <>
          Without the address sanitizer nobody records who allocates. Booted with{' '}
          <span className="mono">slub_debug=U</span>, or without{' '}
          <span className="mono">kasan=off</span>, the kernel does.
        </>
      )}
    </p>
  );
}

function LifeBar({ life }: { readonly life: Life }) {
  const words = life.spans
    .map(({ state, lengthNs }) => `${state} for ${durationText(lengthNs)}`)
    .join(', then ');
  const hit = life.accesses.length > 0 ? ', and badly accessed' : '';
  return (
    <div className="life" role="img" aria-label={`Its life: ${words}${hit}`}>
      <span className="life-before" />
      <span className="life-bar">
        {life.spans.map(({ state, start, end, lengthNs }) => (
          <span
            key={state}
            className={`life-span ${state}`}
            style={{ left: `${start * 100}%`, width: `${(end - start) * 100}%` }}
          >
            <span className="life-words">
              {state} {durationText(lengthNs)}
            </span>
          </span>
        ))}
        {life.accesses.map((share) => (
          <span key={share} className="life-access" style={{ left: `${share * 100}%` }}>
            <StateGlyph state="bad access" />
          </span>
        ))}
      </span>
    </div>
  );
}

interface EventProps {
  readonly event: MemoryEvent;
  readonly object: ObjectView;
  readonly isMarked: boolean;
}

function Event({ event, object, isMarked }: EventProps) {
  const playground = usePlayground();
  const { source, access, task, pid, cpu, where, timeNs } = event;
  const about = { address: object.address, logSequence: access?.logSequence };
  return (
    <li className={isMarked ? 'object-event marked' : 'object-event'}>
      <span className="event-what">
        <StateGlyph state={eventState(event)} />
        <strong>{eventWords(event, object)}</strong>
        <span className="event-time">{logTime(timeNs)}</span>
      </span>
      <span className="event-where">
        <span className="mono">{where}</span>
        {source !== undefined && (
          <button
            type="button"
            className="link mono"
            onClick={() => playground.openSource(source.module, source.file, source.line, about)}
          >
            {source.file}:{source.line}
          </button>
        )}
      </span>
      <span className="event-who">
        <span className="mono">
          {task}/{pid} on CPU {cpu}
        </span>
        {access !== undefined && (
          <button
            type="button"
            className="link"
            onClick={() => playground.openLog(access.logSequence, access.address)}
          >
            <ScrollText size={12} strokeWidth={1.5} aria-hidden /> Report
          </button>
        )}
      </span>
    </li>
  );
}
