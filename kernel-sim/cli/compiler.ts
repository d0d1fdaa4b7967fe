// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The toolchain in a thread of its own, started with the first request: so a compiler that is slow,
 * or that some source makes endless, stops neither the clock nor a signal.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Beside this file in the build. */
const THREAD = join(import.meta.dirname, 'compiler-thread.mjs');

export class Compiler {
  #worker: Worker | undefined;
  readonly #waiting: ((reply: Uint8Array) => void)[] = [];

  /** A `BuildRequest` in, a `BuildReply` out, as /dev/hostcc carries them. One after the other. */
  compile(request: Uint8Array): Promise<Uint8Array> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      worker.postMessage(request);
    });
  }

  stop(): void {
    void this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(THREAD);
    worker.on('message', (reply: Uint8Array) => this.#waiting.shift()?.(reply));
    worker.on('error', (error) => this.#failAll(error));
    return worker;
  }

  /** Nothing the toolchain meets should bring it down; should it happen, each build says so. */
  #failAll(error: Error): void {
    this.#worker = undefined;
    const text = `the toolchain failed: ${error.message}`;
    const place = { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 };
    const diagnostics = [{ ...place, code: 'RZ1999', message: text, help: null }];
    const reply = Buffer.from(JSON.stringify({ version: 1, module: '', diagnostics }));
    for (const resolve of this.#waiting.splice(0)) resolve(reply);
  }
}
