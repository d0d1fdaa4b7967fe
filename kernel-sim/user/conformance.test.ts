// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Commands whose output, messages and status Debian's tools were asked for (recorded/record.sh),
 * run by our tools in a booted machine.
 */
import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';
import { bootMachine, defaultImage } from '../index.ts';

interface Recorded {
  readonly script: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

function recorded(name: string): string {
  return readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8');
}

const FIXTURE = recorded('fixture.sh');
const RECORDED = JSON.parse(recorded('tools.json')) as readonly Recorded[];

function run(command: string): Omit<Recorded, 'script'> {
  const script = { text: FIXTURE + command, user: 'user', args: [] } as const;
  const guest = new TestMachine((host) => bootMachine(defaultImage({ script }), host));
  guest.machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the command');
  return {
    stdout: guest.output.get('hvc0') ?? '',
    stderr: guest.output.get('hvc1') ?? '',
    status: guest.machine.haltStatus ?? -1,
  };
}

describe('as Debian 12 does it', () => {
  test.each(RECORDED)('$script', ({ script, stdout, stderr, status }) => {
    expect(run(script)).toEqual({ stdout, stderr, status });
  });
});
