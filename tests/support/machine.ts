// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Machines for tests: a host that gathers output, answers builds with the real toolchain, and waits
 * for conditions in virtual time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';

import {
  bootMachine,
  defaultImage,
  replayMachine,
  type Machine,
  takeSnapshot,
  type BootFile,
  type BootImage,
  type Host,
  type LogLine,
  type MachineOptions,
  type Recording,
} from '../../kernel-sim/index.ts';
import { TOOLCHAIN } from '../../kernel-sim/toolchain/testing/shared-toolchain.ts';
import type { BuildRequest } from '../../kernel-sim/uapi/hostcc.ts';

const EXAMPLES = join(import.meta.dirname, '../../kernel-sim/examples');
/** How much virtual time passes between two looks at the host's mail. */
const SLICE_NS = 5_000_000;
/** A test's machine that is not done after so much virtual time never will be. */
/** What a shell says to its terminal when a line was entered. */
const PASTE_OFF = '\u001B[?2004l';
const PATIENCE_NS = 120_000_000_000;

/** Replies by request: many tests build the same driver, and get the same one. */
const replies = new Map<string, Uint8Array>();

function answer(request: string): Uint8Array {
  const known = replies.get(request);
  if (known !== undefined) return known;
  const reply = TOOLCHAIN.build(JSON.parse(request) as BuildRequest);
  const bytes = new TextEncoder().encode(JSON.stringify(reply));
  replies.set(request, bytes);
  return bytes;
}

/** The shipped examples, as they lie in the user's home. */
export function exampleFiles(): BootFile[] {
  return readdirSync(EXAMPLES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== EXAMPLES)
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: `/home/user${path.slice(EXAMPLES.length)}`, bytes: readFileSync(path) };
    });
}

/** A file of the user's, from text. */
export function userFile(path: string, text: string): BootFile {
  return { path: `/home/user/${path}`, bytes: new TextEncoder().encode(text) };
}

/** A machine with what has come out of it so far. */
export class TestMachine {
  readonly machine: Machine;
  readonly output = new Map<string, string>();
  /** What the machine has told of files, in order: `+/home/user/a`, `-/home/user/b/`. */
  readonly fileNews: string[] = [];
  readonly #decoder = new TextDecoder();
  readonly #mail: { id: number; request: Uint8Array }[] = [];

  constructor(make: (host: Host) => Machine) {
    this.machine = make({
      evaluate: (code, name) => runInThisContext(`(${code}\n)`, { filename: name }) as unknown,
      output: (port, bytes) => {
        const text = this.#decoder.decode(bytes, { stream: false });
        this.output.set(port, (this.output.get(port) ?? '') + text);
      },
      compile: (id, request) => void this.#mail.push({ id, request }),
      fileChanged: (path, bytes) => this.fileNews.push(`${bytes === null ? '-' : '+'}${path}`),
    });
  }

  /** A machine with the examples and the image's own files. */
  static boot(image: Partial<BootImage> = {}, options?: MachineOptions): TestMachine {
    const files = [...exampleFiles(), ...(image.files ?? [])];
    return new TestMachine((host) => bootMachine(defaultImage({ ...image, files }), host, options));
  }

  /** A recorded run again, to its end, in slices of `sliceNs`. Nothing is compiled anew. */
  static replay(recording: Recording, sliceNs: number, options?: MachineOptions): TestMachine {
    const guest = new TestMachine((host) => replayMachine(recording, host, options));
    const { machine } = guest;
    for (let atNs = 0; atNs < recording.endNs && machine.state !== 'halted'; atNs += sliceNs) {
      machine.run(atNs);
    }
    machine.run(recording.endNs);
    return guest;
  }

  get terminal(): string {
    return this.output.get('ttyS0') ?? '';
  }

  get log(): readonly LogLine[] {
    return takeSnapshot(this.machine).log;
  }

  get logText(): string {
    return this.log.map(({ text }) => text).join('\n');
  }

  type(text: string, tty = 0): void {
    this.machine.deliver({ kind: 'tty', tty, bytes: new TextEncoder().encode(text) });
  }

  /** Lets virtual time pass until `isDone`; fails the test when that never happens. */
  runUntil(isDone: () => boolean, what = 'the condition'): void {
    const endNs = this.machine.nowNs + PATIENCE_NS;
    while (!isDone()) {
      if (this.machine.nowNs > endNs || this.machine.state === 'halted') {
        throw new Error(`${what} never came; terminal:\n${this.terminal}\nlog:\n${this.logText}`);
      }
      this.machine.run(this.machine.nowNs + SLICE_NS);
      this.#answerMail();
    }
  }

  /** Waits for `text` on the terminal after what is there now, then returns what came. */
  waitFor(text: string): string {
    const from = this.terminal.length;
    this.runUntil(() => this.terminal.includes(text, from), JSON.stringify(text));
    return this.terminal.slice(from);
  }

  /** Types a command line and waits for the next prompt; returns what it printed. */
  command(line: string): string {
    const from = this.terminal.length;
    this.type(`${line}\r`);
    this.runUntil(() => /\$ (\u001B\[\S*)?$/u.test(this.terminal.slice(from + line.length)), line);
    return this.terminal.slice(from);
  }

  /** The same without the line itself and the next prompt. */
  printed(line: string): string {
    const shown = this.command(line).replaceAll('\r', '').replace(PASTE_OFF, '');
    return shown.split('\n').slice(1, -1).join('\n');
  }

  #answerMail(): void {
    for (const { id, request } of this.#mail.splice(0)) {
      this.machine.deliver({
        kind: 'compiled',
        id,
        bytes: answer(new TextDecoder().decode(request)),
      });
    }
  }
}

export interface ScriptResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly log: readonly LogLine[];
  readonly logText: string;
  readonly recording: Recording;
  readonly traceHash: number;
  readonly eventCount: number;
}

/** Runs a script to its end, as `ringzero run -c` does. */
export function runScript(
  text: string,
  image: Partial<BootImage> = {},
  options?: MachineOptions,
): ScriptResult {
  const script = { text, user: 'user', args: [] } as const;
  const guest = TestMachine.boot({ script, ...image }, options);
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the script');
  return resultOf(guest);
}

/** What a halted machine has to show. */
export function resultOf(guest: TestMachine): ScriptResult {
  const { machine, output, log, logText } = guest;
  return {
    status: machine.haltStatus ?? -1,
    stdout: output.get('hvc0') ?? '',
    stderr: output.get('hvc1') ?? '',
    log,
    logText,
    recording: machine.recording(),
    traceHash: machine.kernel.sim.trace.hash,
    eventCount: machine.kernel.sim.trace.count,
  };
}
