// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A replay as one script, to run in any engine: `runProbe(recording)` answers the hash of its
 * events. Read as text (`?iife-source`) by tests/browser/determinism.test.ts.
 */
import { decodeRecording, replayMachine } from '../../kernel-sim/index.ts';

const SLICE_NS = 1_000_000;

function runProbe(text: string): string {
  const recording = decodeRecording(text);
  if (recording === undefined) return 'not a recording';
  let output = '';
  const machine = replayMachine(
    recording,
    {
      // oxlint-disable-next-line eslint/no-eval -- the probe's realm is its sandbox
      evaluate: (code) => (0, eval)(`(${code}\n)`) as unknown,
      output: (_port, bytes) => (output += bytes.length),
      compile: () => undefined,
      fileChanged: () => undefined,
    },
    { isTraced: true },
  );
  for (let atNs = 0; atNs < recording.endNs; atNs += SLICE_NS) machine.run(atNs);
  machine.run(recording.endNs);
  const { hash, count } = machine.kernel.sim.trace;
  return `${count} events ${hash} output ${output}`;
}

(globalThis as { runProbe?: typeof runProbe }).runProbe = runProbe;
