// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames as rows of a list: read when they are looked at, and once; filtered as they come. */
import {
  compileFilter,
  dissect,
  runBpf,
  type BpfProgram,
  type Dissection,
} from '../../../kernel-sim/lib/packet/index.ts';
import type { Packet } from '../../store/packets-slice.ts';

/** What has been read of frames that are still there. */
const READ = new WeakMap<Packet, Dissection>();

export function dissected(packet: Packet): Dissection {
  const known = READ.get(packet);
  if (known !== undefined) return known;
  const dissection = dissect(packet.bytes);
  READ.set(packet, dissection);
  return dissection;
}

/** What the caption says of a packet. */
export function packetSentence(packet: Packet): string {
  const { source, destination, protocol, info } = dissected(packet);
  const { bytes, device, isReceived, place } = packet;
  const line = place?.source;
  const where = line === undefined ? '' : ` at ${line.file}:${line.line}`;
  const way = isReceived ? `came in over ${device}` : `went out over ${device}`;
  const from = `${protocol} from ${source} to ${destination}`;
  return `${from} ${way}${where}, ${bytes.length} bytes: ${info}.`;
}

/** Frames that a filter wants; only what has come since is looked at when there are more. */
export class FilteredPackets {
  #text = '';
  #program: BpfProgram | undefined;
  #all: readonly Packet[] = [];
  #wanted: readonly Packet[] = [];
  #error: string | undefined;

  /** Why the text is no filter: the last one that was goes on. */
  get error(): string | undefined {
    return this.#error;
  }

  update(all: readonly Packet[], text: string): readonly Packet[] {
    if (text !== this.#text) this.#compile(text);
    if (this.#program === undefined) {
      this.#wanted = all;
    } else if (all !== this.#all) {
      const first = all[0]?.number ?? 0;
      const last = this.#all.at(-1);
      const known = last?.number ?? -1;
      const isLonger = last !== undefined && all[known - first] === last;
      const kept = isLonger ? this.#wanted.filter(({ number }) => number >= first) : [];
      const fresh = isLonger ? all.slice(known - first + 1) : all;
      const wanted = fresh.filter((packet) => this.#wants(packet));
      this.#wanted = [...kept, ...wanted];
    }
    this.#all = all;
    return this.#wanted;
  }

  #compile(text: string): void {
    this.#text = text;
    const compiled = compileFilter(text);
    this.#error = 'error' in compiled ? wordsOf(compiled.error) : undefined;
    if ('error' in compiled) return;
    this.#program = text.trim() === '' ? undefined : compiled.program;
    // All of them are looked at again.
    this.#all = [];
    this.#wanted = [];
  }

  #wants({ bytes }: Packet): boolean {
    return this.#program === undefined || runBpf(this.#program, bytes, bytes.length) > 0;
  }
}

/** As libpcap says it, but for what everybody can see. */
function wordsOf(error: string): string {
  return error.replace("can't parse filter expression: ", '');
}
