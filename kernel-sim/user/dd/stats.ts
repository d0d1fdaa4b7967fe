// SPDX-License-Identifier: GPL-2.0-or-later
/** What dd counts, and the lines it prints at its end. */
import { general, roundedSize } from '../support/numbers.ts';

const NS_PER_S = 1_000_000_000;

export class DdStats {
  readonly #ibs: number;
  readonly #obs: number;
  readFull = 0;
  readPartial = 0;
  #writtenFull = 0;
  #writtenPartial = 0;
  #bytes = 0;

  constructor(ibs: number, obs: number) {
    this.#ibs = ibs;
    this.#obs = obs;
  }

  /** `blocks` full ones read and written. */
  addFull(blocks: number): void {
    this.readFull += blocks;
    this.#writtenFull += blocks;
    this.#bytes += blocks * this.#ibs;
  }

  wrote(bytes: number): void {
    this.#bytes += bytes;
    if (bytes === this.#obs) this.#writtenFull++;
    else if (bytes > 0) this.#writtenPartial++;
  }

  records(): string {
    return (
      `${this.readFull}+${this.readPartial} records in\n` +
      `${this.#writtenFull}+${this.#writtenPartial} records out\n`
    );
  }

  /** `2000000 bytes (2.0 MB, 1.9 MiB) copied, 0.96 s, 2.1 MB/s`. */
  transfer(seconds: number, shown = `${general(seconds, 6)} s`): string {
    const bytes = this.#bytes;
    const decimal = roundedSize(bytes, 1000);
    const binary = roundedSize(bytes, 1024);
    const sizes = decimal.endsWith(' B')
      ? ''
      : binary.endsWith(' B')
        ? ` (${decimal})`
        : ` (${decimal}, ${binary})`;
    const unit = bytes === 1 ? 'byte' : 'bytes';
    return `${bytes} ${unit}${sizes} copied, ${shown}, ${rate(bytes, seconds)}/s`;
  }
}

function rate(bytes: number, seconds: number): string {
  const nanoseconds = Math.round(seconds * NS_PER_S);
  if (nanoseconds === 0) return 'Infinity B';
  // GNU divides in whole numbers where it can; otherwise the smallest unit is kB.
  const isWhole = NS_PER_S % nanoseconds === 0 || nanoseconds % NS_PER_S === 0;
  const perSecond = (bytes * NS_PER_S) / nanoseconds;
  if (isWhole) return roundedSize(Math.round(perSecond), 1000);
  if (perSecond < 1000) return `${(perSecond / 1000).toFixed(1)} kB`;
  return roundedSize(perSecond, 1000);
}
