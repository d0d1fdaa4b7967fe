// SPDX-License-Identifier: GPL-2.0-or-later
/** How kmemleak prints an object. Linux: print_unreferenced, dump_object_info of mm/kmemleak.c. */
import type { Ram } from '../hw/ram/ram.ts';
import { formatFrame, type SiteRegistry } from '../kernel/module/sites.ts';
import type { StackDepot } from '../kernel/stack-depot.ts';
import { hexDump } from '../lib/hex-dump.ts';
import type { AddressOnCpu, BytesOf } from './kmemleak-scan.ts';
import type { LeakObject } from './kmemleak.ts';

const DUMP_BYTES_MAX = 32;

export interface LeakPrinterParts {
  readonly ram: Ram;
  readonly sites: SiteRegistry;
  readonly depot: StackDepot;
  readonly bytesOf: BytesOf;
  readonly addressOnCpu: AddressOnCpu;
  /** Whose copy of a per-CPU object is shown. */
  readonly cpu: () => number;
}

export class LeakPrinter {
  readonly #parts: LeakPrinterParts;

  constructor(parts: LeakPrinterParts) {
    this.#parts = parts;
  }

  /** A block of /sys/kernel/debug/kmemleak. */
  unreferenced(object: LeakObject): string[] {
    const { cpu } = this.#parts;
    const shown = Math.min(object.sizeBytes, DUMP_BYTES_MAX);
    const where = object.kind === 'percpu' ? ` on cpu ${cpu()}` : '';
    return [
      `unreferenced object${this.#what(object)}:`,
      this.#who(object),
      `  hex dump (first ${shown} bytes${where}):`,
      ...hexDump(this.#bytes(object, shown)).map((row) => `    ${row}`),
      `  backtrace (crc ${object.checksum.toString(16)}):`,
      ...this.#trace(object),
    ];
  }

  /** What `dump=` puts into the log. */
  info(object: LeakObject): string[] {
    return [
      `Object${this.#what(object)}:`,
      this.#who(object),
      `  min_count = ${object.minCount}`,
      `  count = ${object.count}`,
      `  flags = 0x${object.flags.toString(16)}`,
      `  checksum = ${object.checksum}`,
      '  backtrace:',
      ...this.#trace(object),
    ];
  }

  #what({ pointer, sizeBytes, kind }: LeakObject): string {
    const type = kind === 'percpu' ? ' (percpu)' : '';
    return `${type} 0x${this.#parts.ram.formatPointer(pointer)} (size ${sizeBytes})`;
  }

  #who({ comm, pid, jiffies }: LeakObject): string {
    return `  comm "${comm}", pid ${pid}, jiffies ${jiffies}`;
  }

  #trace({ trace }: LeakObject): string[] {
    const { depot, sites } = this.#parts;
    return depot.sites(trace).map((site) => `    ${formatFrame(sites.resolve(site))}`);
  }

  #bytes({ pointer, kind }: LeakObject, sizeBytes: number): Uint8Array {
    const { bytesOf, addressOnCpu, cpu } = this.#parts;
    const start = kind === 'percpu' ? addressOnCpu(pointer, cpu()) : pointer;
    const bytes: number[] = [];
    for (const piece of bytesOf(start, sizeBytes)) bytes.push(...piece);
    return Uint8Array.from(bytes);
  }
}
