// SPDX-License-Identifier: GPL-2.0-or-later
/** The knobs of the wire: the steps of each, and how a value of it reads. */
export type KnobName =
  | 'lossPerMille'
  | 'duplicatePerMille'
  | 'reorderPerMille'
  | 'corruptPerMille'
  | 'delayNs'
  | 'jitterNs'
  | 'bitsPerSecond';

/** Where each knob stands. */
export type KnobSettings = Readonly<Record<KnobName, number>>;

export interface Knob {
  readonly name: KnobName;
  readonly label: string;
  readonly steps: readonly number[];
  /** Where it stands at first. */
  readonly standard: number;
  readonly show: (value: number) => string;
}

const NS_PER_MS = 1_000_000;
const SHARES = [0, 1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1000];
const DELAYS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000].map((ms) => ms * NS_PER_MS);
const RATES = [1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

const percent = (perMille: number): string => `${perMille / 10} %`;
const milliseconds = (ns: number): string => `${ns / NS_PER_MS} ms`;

const share = (name: KnobName, label: string): Knob => ({
  name,
  label,
  steps: SHARES,
  standard: 0,
  show: percent,
});

export const KNOBS: readonly Knob[] = [
  share('lossPerMille', 'Loss'),
  share('duplicatePerMille', 'Duplication'),
  share('reorderPerMille', 'Reordering'),
  share('corruptPerMille', 'Corruption'),
  {
    name: 'delayNs',
    label: 'Delay',
    steps: DELAYS,
    standard: DELAYS[0] ?? 0,
    show: milliseconds,
  },
  { name: 'jitterNs', label: 'Jitter', steps: [0, ...DELAYS], standard: 0, show: milliseconds },
  { name: 'bitsPerSecond', label: 'Rate', steps: RATES, standard: 1e8, show: rate },
];

function rate(bitsPerSecond: number): string {
  const units = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [unit, letter] = units.find(([unit]) => bitsPerSecond >= unit) ?? [1, ''];
  return `${bitsPerSecond / unit} ${letter}bit/s`;
}

/** Number of the step that is nearest to a value. */
export function nearest(steps: readonly number[], value: number): number {
  const distances = steps.map((step) => Math.abs(step - value));
  return distances.indexOf(Math.min(...distances));
}
