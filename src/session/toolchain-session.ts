// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The page's end of the line to the compiler's worker. The worker is large, so it starts when it
 * is first needed; whatever is asked before it is up waits in its message queue.
 */
import type { Diagnostic } from '../../kernel-sim/uapi/hostcc.ts';
import type {
  MethodName,
  ToolchainAnswer,
  ToolchainCall,
  ToolchainMethods,
} from './toolchain-messages.ts';

export type ToolchainState = 'waiting' | 'loading' | 'ready' | 'failed';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Arguments<M extends MethodName> = Parameters<ToolchainMethods[M]>;
type Result<M extends MethodName> = ReturnType<ToolchainMethods[M]>;

export class ToolchainSession {
  readonly #showState: (state: ToolchainState) => void;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(showState: (state: ToolchainState) => void) {
    this.#showState = showState;
  }

  start(): void {
    if (this.#worker !== undefined) return;
    this.#showState('loading');
    const worker = new Worker(new URL('../worker/toolchain-worker.ts', import.meta.url), {
      type: 'module',
      name: 'toolchain',
    });
    worker.addEventListener('message', (event: MessageEvent<ToolchainAnswer>) =>
      this.#receive(event.data),
    );
    worker.addEventListener('error', (event) => this.#fail(event.message));
    this.#worker = worker;
  }

  call<M extends MethodName>(method: M, ...args: Arguments<M>): Promise<Result<M>> {
    this.start();
    this.#lastId += 1;
    const call: ToolchainCall = { id: this.#lastId, method, args };
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(call.id, { resolve, reject });
      this.#worker?.postMessage(call);
    }) as Promise<Result<M>>;
  }

  /** Like `call('build', …)`, but a compiler that fails is an error of the build, said in it. */
  async build(request: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.call('build', request);
    } catch (error) {
      const diagnostic: Diagnostic = {
        file: 'Kbuild',
        line: 1,
        column: 1,
        endLine: 1,
        endColumn: 1,
        code: 'TS0',
        message: `The compiler could not run: ${String(error)}`,
        help: 'Reload the page to start it anew.',
      };
      return new TextEncoder().encode(JSON.stringify({ version: 1, diagnostics: [diagnostic] }));
    }
  }

  #receive(answer: ToolchainAnswer): void {
    if (answer.kind === 'ready') {
      this.#showState('ready');
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.kind === 'result') waiting?.resolve(answer.value);
    else waiting?.reject(new Error(answer.text));
  }

  #fail(text: string): void {
    this.#showState('failed');
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error(text));
    this.#waiting.clear();
  }
}
