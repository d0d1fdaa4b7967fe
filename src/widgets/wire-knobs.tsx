// SPDX-License-Identifier: GPL-2.0-or-later
/** Knobs for what becomes of frames on their way over the wire. */
import { useState } from 'react';

import { type Knob, KNOBS, type KnobSettings, nearest } from '../lib/wire-knobs.ts';

/** As it is when nobody has turned a knob. */
export const PERFECT_WIRE: Partial<KnobSettings> = Object.fromEntries(
  KNOBS.map(({ name, standard }) => [name, standard]),
);

interface WireKnobsProps {
  readonly settings: KnobSettings;
  readonly onTurn: (settings: Partial<KnobSettings>) => void;
}

export function WireKnobs({ settings, onTurn }: WireKnobsProps) {
  return KNOBS.map((knob) => (
    <KnobRow key={knob.name} knob={knob} settings={settings} onTurn={onTurn} />
  ));
}

interface KnobRowProps {
  readonly knob: Knob;
  readonly settings: KnobSettings;
  readonly onTurn: (settings: Partial<KnobSettings>) => void;
}

function KnobRow({ knob, settings, onTurn }: KnobRowProps) {
  const { name, label, steps, show } = knob;
  // Where the hand is: a second step comes before the kernel has told of the first one.
  const [turnedTo, setTurnedTo] = useState<number>();
  const told = nearest(steps, settings[name]);
  if (turnedTo === told) setTurnedTo(undefined);
  const step = turnedTo ?? told;
  const text = show((turnedTo === undefined ? undefined : steps[turnedTo]) ?? settings[name]);
  const turnTo = (next: number): void => {
    setTurnedTo(next);
    onTurn({ [name]: steps[next] });
  };
  return (
    <label className="knob">
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={step}
        aria-valuetext={text}
        onChange={(event) => turnTo(Number(event.target.value))}
        onBlur={() => setTurnedTo(undefined)}
      />
      <output className="mono">{text}</output>
    </label>
  );
}
