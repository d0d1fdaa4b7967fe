// SPDX-License-Identifier: GPL-2.0-or-later
/** Frames from a packet socket. Linux: libpcap's pcap-linux.c. */
import { runBpf, type BpfProgram } from '../../lib/packet/bpf.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { PACKET_MR, PACKET_MREQ, PACKET_OPTION, TPACKET_STATS } from '../../uapi/if-packet.ts';
import { AF, MSG, SCM, SO, SOCK, SOCK_FLAG, SOL } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import type { Received } from '../libc/socket-calls.ts';
import type { CaptureDevice } from './devices.ts';
import type { CookedFrame } from './frame.ts';

/** No frame is longer, however many segments it stands for. */
const FRAME_BYTES_MAX = 65_550;
/** What the kernel may keep while frames are being printed. */
const BUFFER_BYTES = 2 * 1024 * 1024;

export class Capture {
  readonly #c: Libc;
  readonly #fd: number;
  readonly #program: BpfProgram;
  readonly #names: ReadonlyMap<number, string> | undefined;
  readonly #snaplen: number;
  /** Frames that the filter wanted. */
  received = 0;

  private constructor(c: Libc, fd: number, program: BpfProgram, options: CaptureOptions) {
    this.#c = c;
    this.#fd = fd;
    this.#program = program;
    this.#names = options.names;
    this.#snaplen = options.snaplen;
  }

  /** A capture that runs, or a negative errno. */
  static *open(
    c: Libc,
    device: CaptureDevice,
    program: BpfProgram,
    options: CaptureOptions,
  ): Sleeping<Capture | number> {
    const fd = yield* c.socket(AF.PACKET, SOCK.RAW | SOCK_FLAG.CLOEXEC, 0);
    if (fd < 0) return fd;
    yield* c.setsockopt(fd, SOL.SOCKET, SO.RCVBUFFORCE, BUFFER_BYTES);
    yield* c.setsockopt(fd, SOL.SOCKET, SO.TIMESTAMPNS, 1);
    const { ifindex } = device;
    if (options.isPromiscuous && ifindex !== 0) {
      const request = new Uint8Array(PACKET_MREQ.SIZE);
      const view = new DataView(request.buffer);
      view.setUint32(PACKET_MREQ.ifindex, ifindex, true);
      view.setUint16(PACKET_MREQ.type, PACKET_MR.PROMISC, true);
      const joined = yield* c.setsockopt(fd, SOL.PACKET, PACKET_OPTION.ADD_MEMBERSHIP, request);
      if (joined < 0) return joined;
    }
    const address = new Uint8Array();
    const place = { family: AF.PACKET, protocol: ETH_P.ALL, ifindex, address } as const;
    const bound = yield* c.bind(fd, place);
    return bound < 0 ? bound : new Capture(c, fd, program, options);
  }

  /** The next frame that the filter wants, or a negative errno: -EINTR after a signal. */
  *next(flags = 0): Sleeping<CookedFrame | number> {
    for (;;) {
      const got = yield* this.#c.recvmsg(this.#fd, FRAME_BYTES_MAX, flags | MSG.TRUNC);
      if (typeof got === 'number') return got;
      if (runBpf(this.#program, got.bytes, got.length) === 0) continue;
      this.received++;
      return this.#frameOf(got);
    }
  }

  #frameOf(got: Received): CookedFrame {
    const frame = {
      ...arrivalTime(got),
      lengthBytes: got.length,
      bytes: got.bytes.slice(0, this.#snaplen),
    };
    if (this.#names === undefined || !('ifindex' in got.address)) return frame;
    const { ifindex, pkttype = 0 } = got.address;
    return { ...frame, device: this.#names.get(ifindex) ?? '?', ifindex, direction: pkttype };
  }

  /** Ends it: how many frames came and were lost. What still waits has been received, too. */
  *finish(): Sleeping<{ readonly received: number; readonly dropped: number }> {
    while (typeof (yield* this.next(MSG.DONTWAIT)) !== 'number');
    const { SIZE } = TPACKET_STATS;
    const bytes = yield* this.#c.getsockopt(this.#fd, SOL.PACKET, PACKET_OPTION.STATISTICS, SIZE);
    yield* this.#c.close(this.#fd);
    if (typeof bytes === 'number') return { received: this.received, dropped: 0 };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { received: this.received, dropped: view.getUint32(TPACKET_STATS.drops, true) };
  }
}

interface CaptureOptions {
  readonly isPromiscuous: boolean;
  readonly snaplen: number;
  /** Of a capture on all interfaces: what they are called. */
  readonly names: ReadonlyMap<number, string> | undefined;
}

/** When the kernel saw the frame. */
function arrivalTime({ control }: Received): { seconds: number; nanoseconds: number } {
  const stamp = control.find(({ level, type }) => {
    return level === SOL.SOCKET && (type === SO.TIMESTAMPNS || type === SCM.TIMESTAMP);
  });
  if (stamp === undefined || stamp.data.length < 16) return { seconds: 0, nanoseconds: 0 };
  const view = new DataView(stamp.data.buffer, stamp.data.byteOffset, stamp.data.byteLength);
  const seconds = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  const fraction = view.getUint32(8, true);
  return { seconds, nanoseconds: stamp.type === SO.TIMESTAMPNS ? fraction : fraction * 1000 };
}
