// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Scripts whose output, messages and status the real bash was asked for (recorded/record.sh), run
 * by our shell in a booted machine.
 */
import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { TestMachine } from '../../../tests/support/machine.ts';
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

function run(text: string): { stdout: string; stderr: string; status: number | undefined } {
  const script = { text, user: 'user', args: [] } as const;
  const guest = new TestMachine((host) => bootMachine(defaultImage({ script }), host));
  guest.machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the script');
  return {
    stdout: guest.output.get('hvc0') ?? '',
    stderr: guest.output.get('hvc1') ?? '',
    status: guest.machine.haltStatus,
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
