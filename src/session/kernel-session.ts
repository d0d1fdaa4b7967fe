// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The page's end of the line to the kernel: starts the sandboxed worker, sends what people do,
 * hands on what comes back, and notices when nothing does.
 */
import type {
  BootFile,
  Input,
  LocksView,
  MachineSnapshot,
  MemoryRequest,
  MemoryView,
  ModuleDetail,
  NetworkRequest,
  NetworkView,
  PortName,
  TimelineRequest,
  TimelineView,
  UsbRequest,
  UsbView,
} from '../../kernel-sim/machine-types.ts';
import { startSandboxedWorker, type SandboxedWorker } from './frame.ts';
import { PROTOCOL_VERSION, type BootRequest, type FromKernel, type ToKernel } from './messages.ts';
import { parseFromKernel } from './parse.ts';

const PING_EVERY_MS = 500;
/** Silence after which the kernel counts as hung. */
export const SILENCE_MS = 3000;

export interface KernelListener {
  /** The worker is up: answer with what to boot. */
  readonly onHello: (shipped: readonly BootFile[]) => BootRequest | Promise<BootRequest>;
  /** Draw `bytes`, then call `drawn`: until then the machine gets only so much further. */
  readonly onOutput: (port: PortName, bytes: Uint8Array, drawn: () => void) => void;
  readonly onCompile: (request: Uint8Array, reply: (bytes: Uint8Array) => void) => void;
  readonly onFileChanged: (path: string, bytes: Uint8Array | null) => void;
  /** A frame leaves the machine's world over its uplink. */
  readonly onFrame: (bytes: Uint8Array) => void;
  readonly onSnapshot: (snapshot: MachineSnapshot) => void;
  /** False when the kernel has not answered for `SILENCE_MS`, true when it does again. */
  readonly onAnswering: (isAnswering: boolean) => void;
  readonly onBroken: (text: string) => void;
}

/** What the kernel says when it is asked. */
type Answer = Extract<
  FromKernel,
  { readonly kind: 'module' | 'memory' | 'locks' | 'timeline' | 'network' | 'usb' }
>;

export class KernelSession {
  readonly #source: string;
  readonly #listener: KernelListener;
  #worker: SandboxedWorker | undefined;
  /** Inputs that came before the machine was booted. */
  #early: Input[] | undefined = [];
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #pingId = 0;
  /** Who waits for a description, by the request's id. */
  readonly #asking = new Map<number, (answer: Answer | undefined) => void>();
  #askId = 0;
  #lastTickMs = 0;
  #silentMs = 0;
  #isAnswering = true;

  constructor(source: string, listener: KernelListener) {
    this.#source = source;
    this.#listener = listener;
  }

  start(): void {
    this.stop();
    this.#early = [];
    const worker = startSandboxedWorker(this.#source, (text) => this.#listener.onBroken(text));
    this.#worker = worker;
    worker.port.addEventListener('message', (event: MessageEvent<unknown>) =>
      this.#receive(worker, event.data),
    );
    worker.port.start();
    this.#setAnswering(true);
    this.#watch();
  }

  /** Removes the frame, and with it whatever ran there. */
  stop(): void {
    clearInterval(this.#pingTimer);
    this.#worker?.remove();
    this.#worker = undefined;
    for (const answer of this.#asking.values()) answer(undefined);
    this.#asking.clear();
  }

  /** All there is to know of a loaded module; undefined when there is none of that name. */
  async describeModule(name: string): Promise<ModuleDetail | undefined> {
    const answer = await this.#ask((id) => ({ kind: 'describe-module', id, name }));
    return answer?.kind === 'module' ? (answer.detail ?? undefined) : undefined;
  }

  /** The kernel's memory now; undefined before it is booted. */
  async describeMemory(request: MemoryRequest): Promise<MemoryView | undefined> {
    const answer = await this.#ask((id) => ({ kind: 'describe-memory', id, request }));
    return answer?.kind === 'memory' ? (answer.view ?? undefined) : undefined;
  }

  /** The kernel's locks now; undefined before it is booted. */
  async describeLocks(): Promise<LocksView | undefined> {
    const answer = await this.#ask((id) => ({ kind: 'describe-locks', id }));
    return answer?.kind === 'locks' ? (answer.view ?? undefined) : undefined;
  }

  /** What has happened lately; undefined before the kernel is booted. */
  async describeTimeline(request: TimelineRequest): Promise<TimelineView | undefined> {
    const answer = await this.#ask((id) => ({ kind: 'describe-timeline', id, request }));
    return answer?.kind === 'timeline' ? (answer.view ?? undefined) : undefined;
  }

  /** The latest frames and the wire; undefined before the kernel is booted. */
  async describeNetwork(request: NetworkRequest): Promise<NetworkView | undefined> {
    const answer = await this.#ask((id) => ({ kind: 'describe-network', id, request }));
    return answer?.kind === 'network' ? (answer.view ?? undefined) : undefined;
  }

  /** The USB and the latest transfers; undefined before the kernel is booted. */
  async describeUsb(request: UsbRequest): Promise<UsbView | undefined> {
    const answer = await this.#ask((id) => ({ kind: 'describe-usb', id, request }));
    return answer?.kind === 'usb' ? (answer.view ?? undefined) : undefined;
  }

  #ask(question: (id: number) => ToKernel): Promise<Answer | undefined> {
    if (this.#worker === undefined) return Promise.resolve(undefined);
    this.#askId += 1;
    const id = this.#askId;
    return new Promise((resolve) => {
      this.#asking.set(id, resolve);
      this.#send(question(id));
    });
  }

  input(input: Input): void {
    if (this.#early === undefined) this.#send({ kind: 'input', input });
    else this.#early.push(input);
  }

  #send(message: ToKernel): void {
    this.#worker?.port.postMessage(message);
  }

  #receive(from: SandboxedWorker, data: unknown): void {
    if (from !== this.#worker) return;
    const message = parseFromKernel(data);
    if (message === undefined) {
      // Not of the shape we know: it may be anything, so it is named and dropped.
      console.warn('dropped a message from the kernel', data);
      return;
    }
    this.#silentMs = 0;
    this.#setAnswering(true);
    switch (message.kind) {
      case 'hello':
        void this.#boot(from, message.version, message.shipped);
        return;
      case 'output':
        this.#listener.onOutput(message.port, message.bytes, () => {
          if (from === this.#worker) this.#send({ kind: 'drawn', bytes: message.bytes.byteLength });
        });
        return;
      case 'compile':
        this.#listener.onCompile(message.request, (bytes) => {
          if (from === this.#worker) this.input({ kind: 'compiled', id: message.id, bytes });
        });
        return;
      case 'file-changed':
        this.#listener.onFileChanged(message.path, message.bytes);
        return;
      case 'frame':
        this.#listener.onFrame(message.bytes);
        return;
      case 'snapshot':
        this.#listener.onSnapshot(message.snapshot);
        return;
      case 'module':
      case 'memory':
      case 'locks':
      case 'timeline':
      case 'network':
      case 'usb':
        this.#asking.get(message.id)?.(message);
        this.#asking.delete(message.id);
        return;
      case 'broken':
        this.#listener.onBroken(message.text);
        return;
      case 'pong':
        return;
    }
  }

  async #boot(
    worker: SandboxedWorker,
    version: number,
    shipped: readonly BootFile[],
  ): Promise<void> {
    if (this.#early === undefined) return;
    if (version !== PROTOCOL_VERSION) {
      this.#listener.onBroken(
        'This page and its kernel are of different versions. Reload the page.',
      );
      return;
    }
    const image = await this.#listener.onHello(shipped);
    if (worker !== this.#worker) return;
    this.#send({ kind: 'boot', version: PROTOCOL_VERSION, image });
    const early = this.#early;
    this.#early = undefined;
    for (const input of early) this.input(input);
  }

  /** Counts only time in which the page itself was awake. */
  #watch(): void {
    this.#lastTickMs = performance.now();
    this.#silentMs = 0;
    this.#pingTimer = setInterval(() => {
      const nowMs = performance.now();
      this.#silentMs += Math.min(nowMs - this.#lastTickMs, 2 * PING_EVERY_MS);
      this.#lastTickMs = nowMs;
      this.#pingId += 1;
      this.#send({ kind: 'ping', id: this.#pingId });
      if (this.#silentMs >= SILENCE_MS) this.#setAnswering(false);
    }, PING_EVERY_MS);
  }

  #setAnswering(isAnswering: boolean): void {
    if (this.#isAnswering === isAnswering) return;
    this.#isAnswering = isAnswering;
    this.#listener.onAnswering(isAnswering);
  }
}
