// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Scripts whose output, messages and status the real bash was asked for (recorded/record.sh), run
 * by our shell in a booted machine.
 */
import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { bootMachine, defaultImage } from '../../index.ts';

interface Recorded {
  readonly script: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const RECORDED = JSON.parse(
  readFileSync(new URL('recorded/bash.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

/** Process numbers are the only thing that may differ. */
function withoutPids(text: string): string {
  return text.replaceAll(/(line \d+: (?:\[: )?)\d+/g, '$1PID');
}

/** A script gets half a minute of virtual time, in slices. */
const SLICE_NS = 20_000_000;
const SLICES = 1500;

function run(text: string): { stdout: string; stderr: string; status: number | undefined } {
  const output = new Map<string, string>();
  const machine = bootMachine(defaultImage({ script: { text, user: 'user', args: [] } }), {
    evaluate: () => undefined,
    output: (port, bytes) => {
      output.set(port, (output.get(port) ?? '') + new TextDecoder().decode(bytes));
    },
    compile: () => undefined,
    fileChanged: () => undefined,
  });
  machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  for (let slice = 1; slice < SLICES && machine.state !== 'halted'; slice++) {
    machine.run(slice * SLICE_NS);
  }
  return {
    stdout: output.get('hvc0') ?? '',
    stderr: output.get('hvc1') ?? '',
    status: machine.haltStatus,
  };
}

describe('as bash 5.2 does it', () => {
  test.each(RECORDED)('$script', ({ script, stdout, stderr, status }) => {
    const result = run(script);
    expect({ ...result, stderr: withoutPids(result.stderr) }).toEqual({
      stdout,
      stderr: withoutPids(stderr),
      status,
    });
  });
});
