// SPDX-License-Identifier: GPL-2.0-or-later
/** Clocks and medians, and what the host does for comparison. */
import { spawnSync } from 'node:child_process';

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly here: string;
  readonly against: string;
  readonly ratio: string;
  readonly goal: string;
}

export function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/**
 * Measures two things by turns, and answers the best time of each: what else the machine does can
 * only add to it.
 */
export function byTurns(
  rounds: number,
  ours: () => number,
  theirs: () => number,
): { readonly ours: number; readonly theirs: number } {
  const [a, b]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    b.push(theirs());
    a.push(ours());
  }
  return { ours: Math.min(...a), theirs: Math.min(...b) };
}

export function assertAtLeast(what: string, got: number, wanted: number): void {
  if (!(got >= wanted)) throw new Error(`${what}: ${got}, where ${wanted} were wanted`);
}

/** A command line on the host. */
export function host(command: string): { readonly seconds: number; readonly text: string } {
  let text = '';
  const taken = seconds(() => {
    const { stdout, stderr, status } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    text = stdout + stderr;
  });
  return { seconds: taken, text };
}

export function ratio(value: number): string {
  return `**${value.toFixed(2)}x**`;
}
