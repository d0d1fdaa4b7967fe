// SPDX-License-Identifier: GPL-2.0-or-later
/** halt, poweroff, reboot, shutdown, and what the kernel says of them. */
import { describe, expect, it } from 'vitest';

import { runScript, type ScriptResult } from '../../tests/support/machine.ts';

function asRoot(text: string): ScriptResult {
  return runScript('', { script: { text: `${text}; echo not reached`, user: 'root', args: [] } });
}

describe('the end of the machine', () => {
  it.each([
    ['poweroff', 'reboot: Power down'],
    ['halt', 'reboot: System halted'],
    ['halt -p', 'reboot: Power down'],
    ['reboot -f', 'reboot: Restarting system'],
    ['shutdown -h now', 'reboot: Power down'],
    ['shutdown -r +1', 'reboot: Restarting system'],
  ] as const)('%s', (script, message) => {
    const { status, stdout, log } = asRoot(script);
    expect(log.at(-1)?.text).toBe(message);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('is announced', () => {
    expect(asRoot('shutdown -r now brief').stderr).toBe(
      '\nBroadcast message from root@pc (Thu Jan  1 00:00:00 2026):\n\n' +
        'brief\nThe system is going down for reboot NOW!\n',
    );
  });

  it('is not for everybody', () => {
    const { stderr, status } = runScript('poweroff || shutdown -h now');
    expect(stderr).toBe('poweroff: must be superuser.\nshutdown: you must be root to do that!\n');
    expect(status).toBe(1);
  });

  it('leaves the status of a script alone, and says nothing then', () => {
    const { status, logText } = runScript('exit 7');
    expect(status).toBe(7);
    expect(logText).not.toContain('reboot:');
  });
});
