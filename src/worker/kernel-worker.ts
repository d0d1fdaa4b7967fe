// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The worker in the sandboxed frame: one machine, its pacer, and a port to the page.
 *
 * Built as one classic script (`?iife-source`). The frame sends a single message with the port;
 * from then on the port is the only way in or out.
 */
import {
  bootMachine,
  defaultImage,
  freezeIntrinsics,
  locksView,
  memoryBuffers,
  memoryView,
  moduleDetail,
  networkBuffers,
  networkView,
  takeSnapshot,
  timelineBuffers,
  timelineView,
  usbView,
  type BootFile,
  type Host,
  type Input,
  type Machine,
  type MemoryRequest,
  type NetworkRequest,
  type PortName,
  type TimelineRequest,
  type UsbRequest,
} from '../../kernel-sim/index.ts';
import {
  PROTOCOL_VERSION,
  type BootRequest,
  type FromKernel,
  type ToKernel,
} from '../session/messages.ts';
import { captureBrowser, pinGlobals, removeGlobals, type Browser } from './lockdown.ts';
import { OutputBuffer } from './output-buffer.ts';
import { Pacer, type RunState } from './pacer.ts';
import { SHIPPED_FILES } from './shipped-files.ts';

/** Terminal bytes that the page has not drawn yet: beyond this many the machine stands still. */
const UNDRAWN_MAX = 32 * 1024;
const FRAME_MS = 16;

class KernelServer {
  readonly #browser: Browser;
  readonly #send: (message: FromKernel, transfer?: Transferable[]) => void;
  readonly #shipped: readonly BootFile[];
  readonly #output = new OutputBuffer();
  #machine: Machine | undefined;
  #pacer: Pacer | undefined;
  #undrawnBytes = 0;
  #flushedMs = 0;
  #state: RunState | undefined;
  /** The first log line and happening that the page has not seen. */
  #nextLine = 0;
  #nextHappening = 0;

  constructor(
    browser: Browser,
    send: (message: FromKernel, transfer?: Transferable[]) => void,
    shipped: readonly BootFile[],
  ) {
    this.#browser = browser;
    this.#send = send;
    this.#shipped = shipped;
  }

  receive(message: ToKernel): void {
    switch (message.kind) {
      case 'boot':
        this.#boot(message.image);
        return;
      case 'input':
        this.#deliver(message.input);
        return;
      case 'drawn':
        this.#undrawnBytes = Math.max(0, this.#undrawnBytes - message.bytes);
        if (this.#keepsUp()) this.#pacer?.wake();
        return;
      case 'describe-module':
        this.#describe(message.id, message.name);
        return;
      case 'describe-memory':
        this.#describeMemory(message.id, message.request);
        return;
      case 'describe-locks':
        this.#describeLocks(message.id);
        return;
      case 'describe-timeline':
        this.#describeTimeline(message.id, message.request);
        return;
      case 'describe-network':
        this.#describeNetwork(message.id, message.request);
        return;
      case 'describe-usb':
        this.#describeUsb(message.id, message.request);
        return;
      case 'ping':
        this.#send({ kind: 'pong', id: message.id });
        return;
    }
  }

  #boot(request: BootRequest): void {
    const host: Host = {
      evaluate: this.#browser.evaluate,
      output: (port, bytes) => this.#output.push(port, bytes),
      compile: (id, request) => this.#send({ kind: 'compile', id, request }),
      fileChanged: (path, bytes) => this.#send({ kind: 'file-changed', path, bytes }),
      frame: (bytes) => this.#send({ kind: 'frame', bytes }),
    };
    const { removed, ...rest } = request;
    const replaced = new Set([...removed, ...request.files.map(({ path }) => path)]);
    const kept = this.#shipped.filter(({ path }) => !replaced.has(path));
    const image = defaultImage({ ...rest, files: [...kept, ...request.files] });
    this.#machine = bootMachine(image, host, { keepsTimeline: true });
    this.#pacer = new Pacer(
      this.#machine,
      this.#browser,
      () => this.#keepsUp(),
      (state) => this.#afterSlice(state),
    );
    this.#pacer.wake();
  }

  #deliver(input: Input): void {
    if (this.#machine === undefined) return;
    this.#pacer?.catchUp();
    this.#machine.deliver(input);
    this.#pacer?.wake();
  }

  #describe(id: number, name: string): void {
    const { kernel } = this.#machine ?? {};
    const detail = kernel === undefined ? undefined : moduleDetail(kernel, name);
    this.#send({ kind: 'module', id, detail: detail ?? null });
  }

  #describeMemory(id: number, request: MemoryRequest): void {
    const { kernel } = this.#machine ?? {};
    const view = kernel === undefined ? undefined : memoryView(kernel, request);
    this.#send(
      { kind: 'memory', id, view: view ?? null },
      view === undefined ? [] : memoryBuffers(view),
    );
  }

  #describeLocks(id: number): void {
    const { kernel } = this.#machine ?? {};
    this.#send({ kind: 'locks', id, view: kernel === undefined ? null : locksView(kernel) });
  }

  #describeTimeline(id: number, request: TimelineRequest): void {
    const { kernel } = this.#machine ?? {};
    const view = kernel === undefined ? undefined : timelineView(kernel, request);
    this.#send(
      { kind: 'timeline', id, view: view ?? null },
      view === undefined ? [] : timelineBuffers(view),
    );
  }

  #describeNetwork(id: number, request: NetworkRequest): void {
    const view = this.#machine === undefined ? undefined : networkView(this.#machine, request);
    this.#send(
      { kind: 'network', id, view: view ?? null },
      view === undefined ? [] : networkBuffers(view),
    );
  }

  #describeUsb(id: number, request: UsbRequest): void {
    const view = this.#machine === undefined ? undefined : usbView(this.#machine, request);
    this.#send({ kind: 'usb', id, view: view ?? null });
  }

  #keepsUp(): boolean {
    return this.#undrawnBytes < UNDRAWN_MAX;
  }

  /** While busy once per drawn frame; when nothing more is to come, at once. */
  #afterSlice(state: RunState): void {
    const nowMs = this.#browser.now();
    const isSettled = state !== 'running';
    const isNews = state !== this.#state || this.#output.size > 0 || this.#hasHappened();
    if (isSettled ? isNews : nowMs - this.#flushedMs >= FRAME_MS) {
      this.#state = state;
      this.#flushedMs = nowMs;
      this.#flush();
    } else if (this.#output.size >= UNDRAWN_MAX) {
      this.#flushOutput();
    }
  }

  /** Whether there is more to tell than the latest snapshot told, although nobody wrote. */
  #hasHappened(): boolean {
    if (this.#machine === undefined) return false;
    const { happenings, kernel } = this.#machine;
    return happenings.length > this.#nextHappening || kernel.printk.nextSequence > this.#nextLine;
  }

  #flush(): void {
    this.#flushOutput();
    if (this.#machine === undefined) return;
    const snapshot = takeSnapshot(this.#machine, this.#nextLine, this.#nextHappening);
    this.#nextLine = (snapshot.log.at(-1)?.sequence ?? this.#nextLine - 1) + 1;
    this.#nextHappening += snapshot.happenings.length;
    this.#send({ kind: 'snapshot', snapshot });
  }

  #flushOutput(): void {
    this.#output.drain((port: PortName, bytes) => {
      this.#undrawnBytes += bytes.byteLength;
      this.#send({ kind: 'output', port, bytes }, [bytes.buffer]);
    });
  }
}

function serve(browser: Browser, port: MessagePort): void {
  const send = (message: FromKernel, transfer: Transferable[] = []): void =>
    port.postMessage(message, transfer);
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      send({ kind: 'broken', text: describe(error) });
    }
  };
  const guarded: Browser = {
    ...browser,
    soon: (tick) => browser.soon(() => guard(tick)),
    after: (milliseconds, tick) => browser.after(milliseconds, () => guard(tick)),
  };
  const shipped = SHIPPED_FILES;
  const server = new KernelServer(guarded, send, shipped);
  browser.listen(port, (data) => guard(() => server.receive(data as ToKernel)));
  send({ kind: 'hello', version: PROTOCOL_VERSION, shipped });
}

function describe(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4000);
}

addEventListener(
  'message',
  ({ ports: [port] }: MessageEvent) => {
    if (port === undefined) return;
    const scope = globalThis as Parameters<typeof captureBrowser>[0];
    const browser = captureBrowser(scope);
    removeGlobals(scope);
    freezeIntrinsics(scope);
    pinGlobals(scope);
    serve(browser, port);
  },
  { once: true },
);
