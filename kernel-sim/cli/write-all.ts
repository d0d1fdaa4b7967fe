// SPDX-License-Identifier: GPL-2.0-or-later
/** Writing to a descriptor until all is written, whatever kind of descriptor it is. */
import { writeSync } from 'node:fs';

/** Nobody reads there any more. */
export class ReaderGone extends Error {}

const RETRY_MS = 2;

/** Blocks until every byte is written. A descriptor that does not block is tried again. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EPIPE') throw new ReaderGone();
      if (code !== 'EAGAIN') throw error;
      pause(RETRY_MS);
    }
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
