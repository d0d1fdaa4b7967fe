// SPDX-License-Identifier: GPL-2.0-or-later
/** A light, a word, the machine's clock, and what machine it is. */
import { useEffect, useRef } from 'react';

import { usePageWidth } from '../lib/use-width.ts';
import { machineNowNs, machineWord } from '../store/machine-slice.ts';
import { usePlayground, useSelection } from '../store/use-playground.ts';
import { Meters } from './meters.tsx';

/** Ten times a second: the last figures of a clock are not for reading. */
const CLOCK_EVERY_MS = 100;

export function MachineState() {
  const word = useSelection(machineWord);
  const width = usePageWidth();
  return (
    <div className="machine" data-running={word === 'Running'}>
      <span className="led" role="img" aria-label={word} />
      {width !== 'phone' && <span className="machine-word">{word}</span>}
      {width !== 'phone' && <Clock />}
      {width === 'wide' && <MachineKind />}
      {(width === 'wide' || width === 'medium') && <Meters />}
    </div>
  );
}

function MachineKind() {
  const cpus = useSelection((state) => state.snapshot?.cpus.length);
  const board = useSelection((state) => state.bootedWith?.board);
  return (
    <span className="machine-kind">
      {cpus !== undefined &&
        board !== undefined &&
        `${board}, ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`}
    </span>
  );
}

/** Runs on with real time between snapshots, as the machine does; written past React. */
function Clock() {
  const { store } = usePlayground();
  const face = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      if (face.current === null) return;
      face.current.textContent = clockText(machineNowNs(store.getState(), performance.now()) / 1e6);
    }, CLOCK_EVERY_MS);
    return () => clearInterval(timer);
  }, [store]);
  return (
    <span className="clock" ref={face} aria-hidden>
      00:00.000
    </span>
  );
}

export function clockText(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const minutes = String(Math.floor(whole / 60_000)).padStart(2, '0');
  const seconds = String(Math.floor(whole / 1000) % 60).padStart(2, '0');
  return `${minutes}:${seconds}.${String(whole % 1000).padStart(3, '0')}`;
}
