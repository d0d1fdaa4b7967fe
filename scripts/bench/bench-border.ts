// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The inner side of the benchmarks: the production kernel in the production realm, with a machine
 * that is run slice by slice and whose counters can be read. Only primitives and this realm's
 * buffers cross, as in border.ts.
 */
import { removeTextDecoder } from '../../kernel-sim/cli/text-decoder.ts'; // Before the kernel.
import { evaluator, type Compile } from '../../kernel-sim/cli/border.ts';
import { Ram } from '../../kernel-sim/hw/ram/ram.ts';
import {
  bootMachine,
  defaultImage,
  freezeIntrinsics,
  type BootFile,
  type BootImage,
  type Machine,
} from '../../kernel-sim/index.ts';
import { decodeUtf8 } from '../../kernel-sim/lib/utf8.ts';
import { processOf } from '../../kernel-sim/process/process.ts';

export interface BenchBorder {
  readonly allocate: (sizeBytes: number) => ArrayBuffer;
  readonly turn: () => number;
  /** Freezes the realm, as the command and the page do. */
  readonly freeze: () => void;
  readonly addFile: (path: string, bytes: ArrayBuffer) => void;
  readonly boot: (imageJson: string) => void;
  /** Runs one slice. False once the machine is off. */
  readonly run: () => boolean;
  /** Lets time pass with nothing from outside. */
  readonly sleep: (nanoseconds: number) => void;
  /** What the script, or without one the first terminal, has written since the last look. */
  readonly output: () => string;
  /** System calls that the program of this name made; a slice's worth may be missing. */
  readonly syscalls: (name: string) => number;
  /** A request to the toolchain, or an empty text. */
  readonly request: () => string;
  readonly reply: (bytes: ArrayBuffer) => void;
  /** `count` loads of 32 bits, checked or raw. Returns a sum, so that none can be left out. */
  readonly loads: (isChecked: boolean, count: number) => number;
}

const SLICE_NS = 1_000_000;
const LOADED_BYTES = 1 << 20;

export function openBorder(compile: Compile): BenchBorder {
  removeTextDecoder();
  const evaluate = evaluator(compile);
  const files: BootFile[] = [];
  const counts = new Map<string, Map<number, number>>();
  let machine: Machine | undefined;
  let text = '';
  let requestId = 0;
  let request = '';
  const ram = new Ram(LOADED_BYTES);
  ram.unpoison(0, LOADED_BYTES);

  const count = (): void => {
    for (const task of machine?.kernel.tasks.all() ?? []) {
      const calls = processOf(task)?.syscalls;
      if (calls === undefined) continue;
      const byPid = counts.get(task.name) ?? new Map<number, number>();
      counts.set(task.name, byPid.set(task.pid, calls));
    }
  };

  return {
    allocate: (sizeBytes) => new ArrayBuffer(sizeBytes),
    turn: () => 0,
    freeze: () => freezeIntrinsics(globalThis),
    addFile: (path, bytes) => void files.push({ path, bytes: new Uint8Array(bytes) }),
    boot: (imageJson) => {
      const image = { ...defaultImage(JSON.parse(imageJson) as Partial<BootImage>), files };
      text = '';
      counts.clear();
      machine = bootMachine(image, {
        evaluate,
        output: (port, bytes) => {
          if (port === (image.script === undefined ? 'ttyS0' : 'hvc0')) text += decodeUtf8(bytes);
        },
        compile: (id, bytes) => {
          requestId = id;
          request = decodeUtf8(bytes);
        },
        fileChanged: () => undefined,
      });
    },
    run: () => {
      if (machine === undefined) return false;
      const state = machine.run(machine.nowNs + SLICE_NS);
      count();
      return state !== 'halted';
    },
    sleep: (nanoseconds) => void machine?.run(machine.nowNs + nanoseconds),
    output: () => {
      const written = text;
      text = '';
      return written;
    },
    syscalls: (name) => [...(counts.get(name)?.values() ?? [])].reduce((sum, n) => sum + n, 0),
    request: () => {
      const asked = request;
      request = '';
      return asked;
    },
    reply: (bytes) => {
      machine?.deliver({ kind: 'compiled', id: requestId, bytes: new Uint8Array(bytes) });
    },
    loads: (isChecked, loadCount) =>
      isChecked ? checkedLoads(ram, loadCount) : rawLoads(ram, loadCount),
  };
}

function checkedLoads(ram: Ram, count: number): number {
  const base = ram.toPointer(0);
  let sum = 0;
  for (let index = 0; index < count; index++) {
    sum = (sum + ram.load32(base + ((index * 4) & (LOADED_BYTES - 1)))) | 0;
  }
  return sum;
}

function rawLoads(ram: Ram, count: number): number {
  const { view } = ram;
  let sum = 0;
  for (let index = 0; index < count; index++) {
    sum = (sum + view.getUint32((index * 4) & (LOADED_BYTES - 1), true)) | 0;
  }
  return sum;
}
