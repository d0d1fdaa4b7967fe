// SPDX-License-Identifier: GPL-2.0-or-later
/** What decoders fill while they go up through a frame, and what they need of the layers below. */
import { CutShort, LayerWriter, type PacketLayer } from './layer.ts';

/** Which conversation a segment or datagram belongs to, and what it carries of it. */
export interface PacketFlow {
  readonly protocol: 'TCP' | 'UDP';
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** Where its data lie in the frame. */
  readonly payloadOffset: number;
  readonly payloadBytes: number;
  /** Of TCP; 0 in UDP. */
  readonly sequence: number;
  readonly flags: number;
}

/** A frame, read. */
export interface Dissection {
  readonly layers: readonly PacketLayer[];
  /** Addresses of the highest layer that has any. */
  readonly source: string;
  readonly destination: string;
  /** The highest protocol that was recognised. */
  readonly protocol: string;
  /** One line of what the frame says. */
  readonly info: string;
  readonly flow?: PacketFlow;
}

/** Decodes what lies in `bytes` from `start` to `end`, and what is above it. */
export type Decoder = (context: DissectContext, start: number, end: number) => void;

/** Of the IP layer below a transport's: what its pseudo header says. */
export interface Pseudo {
  readonly source: string;
  readonly destination: string;
  /** Sum of both addresses' 16-bit words. */
  readonly addressSum: number;
}

/** Layers that others quote or carry: named here, so that no file imports itself in a circle. */
interface NetworkDecoders {
  readonly ipv4: Decoder;
  readonly ipv6: Decoder;
}

export class DissectContext {
  readonly bytes: Uint8Array;
  readonly network: NetworkDecoders;
  readonly layers: PacketLayer[] = [];
  source = '';
  destination = '';
  protocol = '';
  info = '';
  flow: PacketFlow | undefined;
  pseudo: Pseudo | undefined;
  /** The frame inside an ICMP error speaks of another conversation. */
  isQuoted = false;

  constructor(bytes: Uint8Array, network: NetworkDecoders) {
    this.bytes = bytes;
    this.network = network;
  }

  /**
   * Reads one layer: `read` answers where what lies above begins and ends, and who reads it.
   * A layer that is cut off keeps the fields that are there.
   */
  layer(
    name: string,
    start: number,
    end: number,
    read: (writer: LayerWriter) => Above | undefined,
  ): void {
    const writer = new LayerWriter(this.bytes, name, start, end);
    let above: Above | undefined;
    try {
      above = read(writer);
    } catch (error) {
      if (!(error instanceof CutShort)) throw error;
      writer.problem = `cut off after ${writer.end - start} bytes`;
      if (!this.isQuoted) {
        this.protocol = name;
        this.info = `${name}, cut off`;
      }
    }
    this.layers.push(writer.finish());
    above?.decode(this, above.start, above.end);
  }

  /** What a list shows, unless a higher layer knows better. */
  tell(protocol: string, info: string): void {
    if (this.isQuoted) return;
    this.protocol = protocol;
    this.info = info;
  }

  addresses(source: string, destination: string): void {
    if (this.isQuoted) return;
    this.source = source;
    this.destination = destination;
  }
}

export interface Above {
  readonly decode: Decoder;
  readonly start: number;
  readonly end: number;
}
