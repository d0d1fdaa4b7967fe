// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `ringzero run`: starts the process that runs the kernel, answers what it asks, and waits for its
 * end; or makes that end, when the time is long up, whatever the process is doing.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

import { type RunRequest, type Script, UsageError } from './arguments.ts';
import { Compiler } from './compiler.ts';
import { EXAMPLES } from './examples.ts';
import { guestFiles } from './guest-files.ts';
import { UdpCable } from './udp-cable.ts';
import { type FromChild, STATUS_FAILED, STATUS_TIMEOUT, type ToChild } from './messages.ts';

/**
 * What the kernel's process gets on top of the time, to say its last words: it may have to wait for
 * a processor, and for an engine that cannot be interrupted everywhere.
 */
const GRACE_MS = 10_000;
const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * No code from strings anywhere in the process; import() is answered by us (realm.ts). And should
 * a driver get out of its realm all the same: no writing of files, no process, no thread.
 */
const NODE_OPTIONS = [
  '--disallow-code-generation-from-strings',
  '--experimental-vm-modules',
  // Later versions of Node have it under its own name.
  process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission',
  '--allow-fs-read=*',
  '--no-warnings',
];

/** Runs to the end and returns the exit status. */
export async function run(request: RunRequest): Promise<number> {
  const script = scriptText(request.script);
  const files = [...EXAMPLES, ...guestFiles(request.files)];
  const trace = request.tracePath === undefined ? undefined : createWriteStream(request.tracePath);
  if (trace !== undefined) await once(trace, 'open');
  const { board, cpus, seed, cmdline, user, args } = request;
  // Otherwise the clock starts at the same instant each time: a run should repeat.
  const isRealtime = request.isRealtime || request.cable !== undefined;
  const epoch = isRealtime ? { epochSeconds: Math.floor(Date.now() / 1000) } : {};
  const settings = { board, cpus, seed, cmdline, ...epoch, script: { text: script, user, args } };
  const start: ToChild = {
    kind: 'start',
    settings: { ...settings, isTraced: trace !== undefined },
    files,
    isRealtime,
    hasStdin: request.script.kind !== 'stdin',
    timeoutSeconds: request.timeoutSeconds,
    wire: request.wire,
    hasCable: request.cable !== undefined,
  };
  const cable = request.cable === undefined ? undefined : await UdpCable.open(request.cable);
  return await new KernelRun(trace, request.timeoutSeconds, cable).toEnd(start);
}

function scriptText(script: Script): string {
  if (script.kind === 'text') return script.text;
  const path = script.kind === 'stdin' ? 0 : script.path;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `run: ${error instanceof Error ? error.message : 'cannot read the script'}`,
    );
  }
}

class KernelRun {
  readonly #trace: WriteStream | undefined;
  readonly #timeoutSeconds: number | undefined;
  readonly #compiler = new Compiler();
  readonly #cable: UdpCable | undefined;
  #child: ChildProcess | undefined;
  #status: number | undefined;

  constructor(
    trace: WriteStream | undefined,
    timeoutSeconds: number | undefined,
    cable: UdpCable | undefined,
  ) {
    this.#trace = trace;
    this.#timeoutSeconds = timeoutSeconds;
    this.#cable = cable;
  }

  async toEnd(start: ToChild): Promise<number> {
    const child = spawn(process.execPath, [...NODE_OPTIONS, CHILD], {
      stdio: [start.kind === 'start' && start.hasStdin ? 'inherit' : 'ignore', 1, 2, 'ipc'],
      serialization: 'advanced',
      env: {},
    });
    this.#child = child;
    child.on('message', (message) => this.#receive(message as FromChild));
    const timer = this.#startTimer();
    const release = this.#takeSignals();
    child.send(start);
    this.#cable?.listen((bytes) => this.#tell({ kind: 'frame', bytes }));
    await once(child, 'close');
    clearTimeout(timer);
    release();
    this.#cable?.close();
    this.#compiler.stop();
    await this.#closeTrace();
    if (this.#status === undefined) complain(`the kernel's process died (${howItDied(child)})`);
    return this.#status ?? STATUS_FAILED;
  }

  #receive(message: FromChild): void {
    switch (message.kind) {
      case 'compile':
        void this.#compile(message.id, message.bytes);
        break;
      case 'trace':
        this.#trace?.write(message.bytes);
        break;
      case 'frame':
        this.#cable?.send(message.bytes);
        break;
      case 'ended':
        this.#status ??= message.status;
        if (message.complaint !== '') complain(message.complaint);
    }
  }

  async #compile(id: number, request: Uint8Array): Promise<void> {
    const bytes = await this.#compiler.compile(request);
    this.#tell({ kind: 'compiled', id, bytes });
  }

  #tell(message: ToChild): void {
    if (this.#child?.connected === true) this.#child.send(message);
  }

  #startTimer(): NodeJS.Timeout | undefined {
    if (this.#timeoutSeconds === undefined) return undefined;
    return setTimeout(
      () => {
        complain(`timed out after ${this.#timeoutSeconds} s`);
        this.#kill(STATUS_TIMEOUT);
      },
      this.#timeoutSeconds * 1000 + GRACE_MS,
    );
  }

  /** A hung engine hears no signal, so the process never gets to choose. */
  #kill(status: number): void {
    this.#status ??= status;
    this.#child?.kill('SIGKILL');
  }

  #takeSignals(): () => void {
    const entries = Object.entries(SIGNAL_STATUS) as [keyof typeof SIGNAL_STATUS, number][];
    const handlers = entries.map(([signal, status]) => {
      const handler = (): void => this.#kill(status);
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    return () => {
      for (const remove of handlers) remove();
    };
  }

  async #closeTrace(): Promise<void> {
    if (this.#trace === undefined) return;
    this.#trace.end();
    await once(this.#trace, 'close');
  }
}

/** Beside this file in the build. */
const CHILD = join(import.meta.dirname, 'child.mjs');

function howItDied(child: ChildProcess): string {
  return child.signalCode ?? `status ${child.exitCode ?? 'unknown'}`;
}

function complain(text: string): void {
  process.stderr.write(`ringzero: ${text.trimEnd()}\n`);
}
