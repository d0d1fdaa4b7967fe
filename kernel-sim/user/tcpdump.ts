// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * tcpdump: what goes over an interface, or has gone. Linux: tcpdump's tcpdump.c.
 *
 * Filters run here and not in the kernel. A capture on all interfaces cannot be written to a file:
 * its link type has no place in lib/packet.
 */
import { compileFilter } from '../lib/packet/filter.ts';
import { runBpf, type BpfProgram } from '../lib/packet/bpf.ts';
import { dissect } from '../lib/packet/dissect.ts';
import { parseIpv4, parseIpv6, type IpAddress } from '../lib/ip-address.ts';
import {
  LINKTYPE_ETHERNET,
  pcapHeader,
  pcapRecord,
  readPcap,
  SNAPLEN_MAX,
} from '../lib/packet/pcap.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { errorText } from './support/command.ts';
import { GaiError, nameOf, resolve } from './support/resolve.ts';
import { Capture } from './tcpdump/capture.ts';
import { ANY, captureDevices, describeDevice, type CaptureDevice } from './tcpdump/devices.ts';
import { FramePrinter } from './tcpdump/frame-printer.ts';
import type { CookedFrame } from './tcpdump/frame.ts';
import { parseTcpdump, TCPDUMP_OPTIONS, type TcpdumpOptions } from './tcpdump/options.ts';

const STDOUT = 1;

export const tcpdump = defineProgram(function* (c) {
  const options = parseTcpdump(c.argv);
  if ('error' in options) {
    yield* c.err(options.error);
    return options.status;
  }
  if (options.listsDevices) {
    const devices = yield* captureDevices(c);
    c.out(devices.map(describeDevice).join(''));
    return 0;
  }
  return options.readsFrom === undefined
    ? yield* captureLive(c, options)
    : yield* readBack(c, options, options.readsFrom);
}, TCPDUMP_OPTIONS);

/** Prints frames, or writes them to a file. */
class Sink {
  readonly #c: Libc;
  readonly #printer: FramePrinter;
  readonly #options: TcpdumpOptions;
  readonly #names = new Map<string, string>();
  #fd = -1;
  captured = 0;

  constructor(c: Libc, options: TcpdumpOptions) {
    this.#c = c;
    this.#options = options;
    this.#printer = new FramePrinter(options);
  }

  /** 0, or a negative errno of the file to write. */
  *open(): Sleeping<number> {
    const { writesTo, snaplen } = this.#options;
    if (writesTo === undefined) return 0;
    const flags = O.WRONLY | O.CREAT | O.TRUNC;
    this.#fd = writesTo === '-' ? STDOUT : yield* this.#c.open(writesTo, flags, 0o644);
    if (this.#fd < 0) return this.#fd;
    return Math.min(0, yield* this.#c.write_all(this.#fd, pcapHeader({ snaplen })));
  }

  get isDone(): boolean {
    return this.captured >= this.#options.count;
  }

  *put(frame: CookedFrame): Sleeping<number> {
    this.captured++;
    if (this.#fd >= 0) {
      return Math.min(0, yield* this.#c.write_all(this.#fd, pcapRecord(frame)));
    }
    if (!this.#options.isNumeric) yield* this.#learnNames(frame);
    return yield* this.#c.print(this.#printer.text(frame, this.#names));
  }

  /** Asks what the addresses in a frame are called, once for each. */
  *#learnNames({ bytes }: CookedFrame): Sleeping<void> {
    const fields = dissect(bytes).layers.flatMap((layer) => layer.fields);
    for (const { value } of fields) {
      if (typeof value !== 'string' || this.#names.has(value)) continue;
      if (parseIpv4(value) === undefined && parseIpv6(value) === undefined) continue;
      this.#names.set(value, (yield* nameOf(this.#c, value)) ?? value);
    }
  }
}

/** The program of an expression; undefined when it is none, which has been said. */
function* compile(c: Libc, options: TcpdumpOptions): Sleeping<BpfProgram | undefined> {
  const names = new Map<string, readonly IpAddress[]>();
  const unknown = new Set<string>();
  const lookUp = (name: string): readonly IpAddress[] => {
    const known = names.get(name);
    if (known === undefined) unknown.add(name);
    return known ?? [];
  };
  for (;;) {
    const { snaplen } = options;
    const compiled = compileFilter(options.filter, { resolve: lookUp, snaplen });
    if ('program' in compiled) return compiled.program;
    if (unknown.size === 0) {
      yield* c.err(`tcpdump: ${compiled.error}\n`);
      return undefined;
    }
    for (const name of unknown) {
      const found = yield* resolve(c, name);
      const addresses = found instanceof GaiError ? [] : found.map(({ address }) => address);
      names.set(
        name,
        addresses.flatMap((text) => parseIpv4(text) ?? parseIpv6(text) ?? []),
      );
    }
    unknown.clear();
  }
}

function* readBack(c: Libc, options: TcpdumpOptions, path: string): Sleeping<number> {
  const bytes = path === '-' ? yield* c.read_to_end(0) : yield* c.read_file(path);
  if (typeof bytes === 'number') return yield* c.die('tcpdump', `${path}: ${errorText(bytes)}`);
  const file = readPcap(bytes);
  if (file === undefined) return yield* c.die('tcpdump', 'unknown file format');
  if (file.linkType !== LINKTYPE_ETHERNET) {
    return yield* c.die(
      'tcpdump',
      `packet printing is not supported for link type ${file.linkType}`,
    );
  }
  const length = file.snaplen === 0 ? SNAPLEN_MAX : file.snaplen;
  const about = `link-type EN10MB (Ethernet), snapshot length ${length}`;
  yield* c.err(`reading from file ${path}, ${about}\n`);
  const program = yield* compile(c, options);
  if (program === undefined) return 1;
  const sink = new Sink(c, options);
  const failure = yield* sink.open();
  if (failure < 0) return yield* c.die('tcpdump', `${options.writesTo}: ${errorText(failure)}`);
  for (const frame of file.frames) {
    if (sink.isDone) return 0;
    if (runBpf(program, frame.bytes, frame.lengthBytes) === 0) continue;
    if ((yield* sink.put(frame)) < 0) return 1;
  }
  if (!file.isCutOff) return 0;
  return yield* c.die('tcpdump', 'pcap_loop: truncated dump file');
}

function* captureLive(c: Libc, options: TcpdumpOptions): Sleeping<number> {
  const devices = yield* captureDevices(c);
  const device = deviceOf(devices, options.device);
  if (device === undefined) {
    const name = options.device ?? '';
    const why = errorText(-ERRNO.ENODEV);
    return yield* c.die('tcpdump', `${name}: No such device exists\n(SIOCGIFHWADDR: ${why})`);
  }
  const isAny = device.name === ANY;
  if (isAny && options.writesTo !== undefined) {
    return yield* c.die('tcpdump', 'any: only packets of one interface can be written');
  }
  const program = yield* compile(c, options);
  if (program === undefined) return 1;
  const names = isAny ? new Map(devices.map((it) => [it.ifindex, it.name])) : undefined;
  const capture = yield* Capture.open(c, device, program, {
    isPromiscuous: options.isPromiscuous,
    snaplen: options.snaplen,
    names,
  });
  if (typeof capture === 'number') return yield* refuse(c, device, capture);
  const sink = new Sink(c, options);
  const failure = yield* sink.open();
  if (failure < 0) return yield* c.die('tcpdump', `${options.writesTo}: ${errorText(failure)}`);
  yield* announce(c, options, device);
  return yield* runCapture(c, options, capture, sink);
}

/** By name or by its number in the list; the first when none is named. */
function deviceOf(
  devices: readonly CaptureDevice[],
  wanted: string | undefined,
): CaptureDevice | undefined {
  if (wanted === undefined) return devices[0];
  const named = devices.find(({ name }) => name === wanted);
  return named ?? (/^\d+$/.test(wanted) ? devices[Number(wanted) - 1] : undefined);
}

function* refuse(c: Libc, { name }: CaptureDevice, failure: number): Sleeping<number> {
  if (failure === -ERRNO.EPERM || failure === -ERRNO.EACCES) {
    const sentence = "You don't have permission to perform this capture on that device";
    return yield* c.die('tcpdump', `${name}: ${sentence}\n(socket: ${errorText(failure)})`);
  }
  return yield* c.die('tcpdump', `${name}: ${errorText(failure)}`);
}

function* announce(c: Libc, options: TcpdumpOptions, { name }: CaptureDevice): Sleeping<void> {
  const link = name === ANY ? 'LINUX_SLL2 (Linux cooked v2)' : 'EN10MB (Ethernet)';
  const about = `listening on ${name}, link-type ${link}, snapshot length ${options.snaplen} bytes`;
  const isTerse = options.verbosity === 0 && options.writesTo === undefined;
  const advice = 'verbose output suppressed, use -v[v]... for full protocol decode\n';
  yield* c.err(`tcpdump: ${isTerse ? advice : ''}${about}\n`);
}

function* runCapture(
  c: Libc,
  options: TcpdumpOptions,
  capture: Capture,
  sink: Sink,
): Sleeping<number> {
  let isStopped = false;
  for (const signal of [SIGNAL.INT, SIGNAL.TERM, SIGNAL.HUP]) {
    yield* c.signal(signal, () => {
      isStopped = true;
      return nothing();
    });
  }
  const isHasty = options.isLineBuffered || (yield* c.isatty(STDOUT));
  let status = 0;
  while (!sink.isDone && !isStopped) {
    const frame = yield* capture.next();
    if (typeof frame === 'number') {
      if (frame === -ERRNO.EINTR || frame === -ERRNO.ENETDOWN) continue;
      yield* c.err(`tcpdump: pcap_loop: ${errorText(frame)}\n`);
      status = 1;
      break;
    }
    const failure = yield* sink.put(frame);
    if (failure < 0 || (isHasty && (yield* c.flush()) < 0)) {
      status = 1;
      break;
    }
  }
  // Perhaps it was stopped in the middle of a line.
  if (isStopped && options.writesTo === undefined) c.out('\n');
  const { received, dropped } = yield* capture.finish();
  yield* c.err(
    `${packets(sink.captured)} captured\n${packets(received)} received by filter\n` +
      `${packets(dropped)} dropped by kernel\n`,
  );
  return status;
}

function packets(count: number): string {
  return `${count} packet${count === 1 ? '' : 's'}`;
}

/** What a handler does beside noting the signal. */
function* nothing(): Sleeping<void> {}
