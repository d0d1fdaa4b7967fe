// SPDX-License-Identifier: GPL-2.0-or-later
/** The timeline: what each CPU and each task did, from when to when, and why. */
import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';

import { logTime } from '../../lib/log-time.ts';
import { offerFile } from '../../lib/offer-file.ts';
import { usePlayground } from '../../store/use-playground.ts';
import { Button, Kbd } from '../../widgets/button.tsx';
import { Choice } from '../../widgets/fields.tsx';
import { chromeTrace } from './chrome-trace.ts';
import { EventSource, EventTable } from './event-table.tsx';
import { eventActor, eventWords, STATE_WORDS } from './event-words.ts';
import { lanesOf, type Lane } from './lanes.ts';
import { Overview } from './overview.tsx';
import type { TimelineData } from './timeline-data.ts';
import { TimelineLanes } from './timeline-lanes.tsx';
import { useTimeline } from './use-timeline.ts';
import { centre, type Viewport } from './viewport.ts';

/** What is seen of a machine that goes on. */
const LIVE_NS = 2_000_000_000;
/** Around an event that one wants to see. */
const FOCUS_NS = 200_000;

type Form = 'lanes' | 'table';
const FORMS = [
  ['lanes', 'Lanes'],
  ['table', 'Table'],
] as const satisfies readonly (readonly [Form, string])[];

export function TimelinePanel() {
  const [held, setHeld] = useState<Viewport>();
  const data = useTimeline(held !== undefined);
  if (data === undefined) {
    return <p className="empty">The kernel is asked what has happened.</p>;
  }
  return <Timeline data={data} held={held} onHold={setHeld} />;
}

interface TimelineProps {
  readonly data: TimelineData;
  /** What somebody looks at; undefined: the latest, as it comes. */
  readonly held: Viewport | undefined;
  readonly onHold: (view: Viewport | undefined) => void;
}

function Timeline({ data, held, onHold }: TimelineProps) {
  const [form, setForm] = useState<Form>('lanes');
  const [hovered, setHovered] = useState<number>();
  const lanes = useMemo(() => lanesOf(data), [data]);
  const all = useMemo(() => extentOf(data), [data]);
  const view = held ?? latest(all);
  const { chosen, choose, open, onKey } = useChosen(data, view, all, onHold);
  return (
    <div className="timeline">
      <div className="filters">
        <Legend />
        <button
          type="button"
          className="filter toggle"
          aria-pressed={held === undefined}
          onClick={() => onHold(held === undefined ? view : undefined)}
        >
          Follow
        </button>
        <Choice label="Form" value={form} choices={FORMS} onChange={setForm} />
        <Button label="Save as Chrome trace" onPress={() => save(data, lanes)}>
          <Download size={14} strokeWidth={1.5} aria-hidden />
          Save
        </Button>
      </div>
      {form === 'lanes' ? (
        <>
          <Overview lanes={lanes} view={view} all={all} onView={onHold} />
          <TimelineLanes
            {...{ data, lanes, view, all, chosen, onKey }}
            onView={onHold}
            onHover={setHovered}
            onChoose={(event) => {
              choose(event);
              open(event);
            }}
          />
        </>
      ) : (
        <EventTable data={data} view={view} chosen={chosen} onChoose={choose} />
      )}
      <Sentence data={data} event={chosen ?? (form === 'lanes' ? hovered : undefined)} />
    </div>
  );
}

function save(data: TimelineData, lanes: readonly Lane[]): void {
  const json = new Blob([chromeTrace(data, lanes)], { type: 'application/json' });
  offerFile('timeline.json', json);
}

interface Chosen {
  /** Index of the event that is talked about. */
  readonly chosen: number | undefined;
  readonly choose: (event: number) => void;
  /** Shows its line, if it has one. */
  readonly open: (event: number) => void;
  readonly onKey: (key: string) => boolean;
}

/** Who chooses an event looks at it: nothing moves on below. */
function useChosen(
  data: TimelineData,
  view: Viewport,
  all: Viewport,
  onHold: (view: Viewport | undefined) => void,
): Chosen {
  const playground = usePlayground();
  const [number, setNumber] = useState<number>();
  const chosen = number === undefined ? undefined : indexOf(data, number);
  const show = (event: number, form: Viewport = view): void => {
    setNumber(event + data.first);
    const timeNs = data.timesNs[event] ?? 0;
    const isSeen = timeNs >= form.startNs && timeNs <= form.endNs;
    onHold(isSeen ? form : centre(form, timeNs, all));
  };
  const step = (by: number): void => {
    const event = chosen === undefined ? edgeOf(data, view, by > 0) : chosen + by;
    if (event >= 0 && event < data.kinds.length) show(event);
  };
  const focus = (event: number): void => {
    const timeNs = data.timesNs[event] ?? 0;
    show(event, { startNs: timeNs - FOCUS_NS / 2, endNs: timeNs + FOCUS_NS / 2 });
  };
  const open = (event: number): void => {
    const source = data.places.get(data.sites[event] ?? 0)?.source;
    if (source !== undefined) playground.openSource(source.module, source.file, source.line);
  };
  const onKey = (key: string): boolean => {
    if (key === ',' || key === '.') step(key === '.' ? 1 : -1);
    else if (chosen !== undefined && key.toLowerCase() === 'f') focus(chosen);
    else if (chosen !== undefined && key === 'Enter') open(chosen);
    else if (key === 'Escape') {
      setNumber(undefined);
      onHold(undefined);
    } else return false;
    return true;
  };
  return { chosen, choose: show, open, onKey };
}

function Legend() {
  return (
    <ul className="legend">
      {STATE_WORDS.map((word) => (
        <li key={word}>
          <span className={`span-sample ${word.replace(' ', '-')}`} aria-hidden />
          {word}
        </li>
      ))}
    </ul>
  );
}

interface SentenceProps {
  readonly data: TimelineData;
  readonly event: number | undefined;
}

function Sentence({ data, event }: SentenceProps) {
  return (
    <p className="timeline-sentence">
      {event === undefined ? (
        <span className="quiet">Point at a lane to read why; choose an event to keep it.</span>
      ) : (
        <>
          <span className="mono marked">{logTime(data.timesNs[event] ?? 0)}</span>
          <span className="mono">{eventWords(data, event)}</span>
          <span className="quiet">by {eventActor(data, event)}</span>
          <EventSource data={data} event={event} />
        </>
      )}
      <span className="timeline-keys">
        <Kbd>W A S D</Kbd> <Kbd>, .</Kbd> <Kbd>F</Kbd>
      </span>
    </p>
  );
}

/** From the first event to now. */
function extentOf({ timesNs, nowNs }: TimelineData): Viewport {
  const startNs = timesNs[0] ?? 0;
  return { startNs, endNs: Math.max(nowNs, startNs + 1000) };
}

function latest({ startNs, endNs }: Viewport): Viewport {
  return { startNs: Math.max(startNs, endNs - LIVE_NS), endNs };
}

/** The first or the last event that is in sight; -1: none is. */
function edgeOf({ timesNs }: TimelineData, { startNs, endNs }: Viewport, isFirst: boolean): number {
  const isSeen = (timeNs: number): boolean => timeNs >= startNs && timeNs <= endNs;
  return isFirst ? timesNs.findIndex(isSeen) : timesNs.findLastIndex(isSeen);
}

/** Where an event of this number is; undefined when it is forgotten. */
function indexOf({ first, kinds }: TimelineData, number: number): number | undefined {
  const index = number - first;
  return index >= 0 && index < kinds.length ? index : undefined;
}
