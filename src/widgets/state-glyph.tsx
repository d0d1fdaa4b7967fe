// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The glyphs of states: each has a shape that reads without its colour, and a word for its name.
 * Filled where the icons of tools are stroked, so that the two are never confused.
 */
export type StateName =
  | 'checked'
  | 'error'
  | 'warning'
  | 'hint'
  | 'running'
  | 'runnable'
  | 'sleeping'
  | 'blocked'
  | LockState
  | FrameState
  | MemoryState;

/** How a lock is, or a task with it. */
export type LockState = 'held' | 'waiting' | 'cycle';

/** Which way a frame goes, and whether there is a wire. */
type FrameState = 'received' | 'sent';

/** How an object of the kernel's memory, or eight bytes of it, can be. */
export type MemoryState =
  | 'allocated'
  | 'free'
  | 'quarantined'
  | 'redzone'
  | 'leaked'
  | 'bad access';

const COLOUR: Readonly<Record<StateName, string>> = {
  checked: 'var(--teal)',
  error: 'var(--red)',
  warning: 'var(--amber)',
  hint: 'var(--blue)',
  running: 'var(--blue)',
  runnable: 'var(--blue)',
  sleeping: 'var(--line2)',
  blocked: 'var(--amber)',
  held: 'var(--blue)',
  waiting: 'var(--amber)',
  cycle: 'var(--red)',
  allocated: 'var(--blue)',
  free: 'var(--line2)',
  quarantined: 'var(--violet)',
  redzone: 'var(--amber)',
  leaked: 'var(--rose)',
  'bad access': 'var(--red)',
  received: 'var(--blue)',
  sent: 'var(--amber)',
};

interface StateGlyphProps {
  readonly state: StateName;
  /** Leave out when the word stands beside it. */
  readonly label?: string | undefined;
}

export function StateGlyph({ state, label }: StateGlyphProps) {
  const colour = COLOUR[state];
  return (
    <svg
      className="state-glyph"
      viewBox="0 0 12 12"
      width={12}
      height={12}
      style={{ color: colour }}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      {SHAPE[state]}
    </svg>
  );
}

const CUT = { fill: 'none', stroke: 'var(--glyph-cut, var(--bg1))', strokeWidth: 1.5 } as const;
const LINE = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.3 } as const;

const CELL = { x: 0.65, y: 0.65, width: 10.7, height: 10.7, ...LINE } as const;

const OCTAGON = (
  <>
    <path d="M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5z" fill="currentColor" />
    <path d="m4 4 4 4m0-4-4 4" {...CUT} />
  </>
);

const SHAPE: Readonly<Record<StateName, React.ReactNode>> = {
  checked: (
    <>
      <circle cx="6" cy="6" r="6" fill="currentColor" />
      <path d="M3.2 6.2 5.2 8.2 8.8 4.2" {...CUT} />
    </>
  ),
  error: OCTAGON,
  warning: (
    <>
      <path d="M6 1 11.4 11H.6z" {...LINE} strokeLinejoin="round" />
      <path d="M6 4.6v3M6 8.6v1" {...LINE} />
    </>
  ),
  hint: (
    <>
      <circle cx="6" cy="6" r="5.3" {...LINE} />
      <path d="M6 5.4v3.4M6 3.2v1" {...LINE} />
    </>
  ),
  running: <rect x="0" y="1" width="12" height="10" fill="currentColor" />,
  runnable: <rect x="0.65" y="3.65" width="10.7" height="4.7" {...LINE} />,
  sleeping: <path d="M0 6h12" {...LINE} />,
  blocked: <path d="M0 6h12" {...LINE} strokeDasharray="3 1.5" />,
  held: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  waiting: <circle cx="6" cy="6" r="4.8" {...LINE} strokeDasharray="2.6 1.6" />,
  cycle: (
    <>
      <path d="M10.4 4.2A4.8 4.8 0 1 0 10.8 6.8" {...LINE} strokeWidth={2} />
      <path d="M11.6.8v4.4H7.2z" fill="currentColor" />
    </>
  ),
  allocated: <rect width="12" height="12" fill="currentColor" />,
  free: <rect {...CELL} />,
  quarantined: (
    <>
      <rect {...CELL} />
      <path d="m2 2 8 8m0-8-8 8" {...LINE} />
    </>
  ),
  redzone: (
    <>
      <rect {...CELL} />
      <path d="M1 6 6 1M1 11 11 1M6 11l5-5" {...LINE} />
    </>
  ),
  leaked: (
    <>
      <rect width="12" height="12" fill="currentColor" />
      <path d="M2 6q4-5 8 0-4 5-8 0z" fill="var(--glyph-cut, var(--bg1))" />
      <circle cx="6" cy="6" r="1.4" fill="currentColor" />
    </>
  ),
  'bad access': OCTAGON,
  received: <path d="M0 1h12L6 11.5z" fill="currentColor" />,
  sent: <path d="M6 1.6 11.2 10.8H.8z" {...LINE} strokeLinejoin="round" />,
};
