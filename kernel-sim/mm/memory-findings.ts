// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the address sanitizer has reported, as values: views show it where it happened.
 *
 * Reports themselves are lines of the log (memory-report.ts). The latest ones are kept.
 */
export interface MemoryFinding {
  /** As the report's title has it: `slab-use-after-free`, `double-free`. */
  readonly kind: string;
  readonly pointer: number;
  /** 0 for a wrong free. */
  readonly sizeBytes: number;
  readonly isWrite: boolean;
  /** The object that the pointer leads into, or lies behind; 0: none. */
  readonly object: number;
  readonly timeNs: number;
  readonly cpu: number;
  readonly pid: number;
  readonly task: string;
  /** Handle of the stack depot. */
  readonly stack: number;
  /** Of the report's title in the log. */
  readonly logSequence: number;
}

const KEPT = 64;

export class MemoryFindings {
  onFound: (finding: MemoryFinding) => void = () => undefined;
  readonly #latest: MemoryFinding[] = [];

  /** Oldest first. */
  get latest(): readonly MemoryFinding[] {
    return this.#latest;
  }

  add(finding: MemoryFinding): void {
    this.#latest.push(finding);
    if (this.#latest.length > KEPT) this.#latest.shift();
    this.onFound(finding);
  }
}
