// SPDX-License-Identifier: GPL-2.0-or-later
/** Files between host and machine: what the host does is done, what programs do is told. */
import { beforeEach, describe, expect, it } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';
import { bootMachine, defaultImage, type Input } from '../index.ts';

const EMPTY = new Uint8Array();
const HOME = '/home/user';

let guest: TestMachine;

beforeEach(() => {
  const files = [
    { path: `${HOME}/kept/`, bytes: EMPTY },
    { path: `${HOME}/project/a.ts`, bytes: new TextEncoder().encode('a') },
  ];
  guest = new TestMachine((host) => bootMachine(defaultImage({ files }), host));
  guest.waitFor('$ ');
});

/** What a command prints, without the echo and the prompt. */
function run(command: string): string {
  return guest
    .command(command)
    .replaceAll(/\u001b\[[^a-zA-Z]*[a-zA-Z]|\r/g, '')
    .split('\n')
    .slice(1, -1)
    .join('\n');
}

/** All but the shell's own. */
function news(): readonly string[] {
  return guest.fileNews.filter((each) => !each.endsWith('.bash_history'));
}

function deliver(...inputs: readonly Input[]): void {
  for (const input of inputs) guest.machine.deliver(input);
}

describe('what the host does', () => {
  it('makes folders at boot and later, as the user', () => {
    deliver({ kind: 'write-file', path: `${HOME}/new/deep/`, bytes: EMPTY });
    expect(run("stat -c '%n %U %F' kept new/deep")).toBe(
      'kept user directory\nnew/deep user directory',
    );
  });

  it('renames files and folders', () => {
    deliver(
      { kind: 'rename-file', from: `${HOME}/project/a.ts`, to: `${HOME}/project/b.ts` },
      { kind: 'rename-file', from: `${HOME}/project`, to: `${HOME}/kept/moved` },
    );
    expect(run('cat kept/moved/b.ts; echo; ls')).toBe('a\nkept');
  });

  it('removes a folder with all that is in it', () => {
    run('mkdir -p project/x/y; touch project/x/y/z; ln -s / project/link');
    deliver({ kind: 'remove-file', path: `${HOME}/project/` });
    expect(run('ls; ls / | head -n 2')).toBe('kept\nbin\ndev');
  });

  it('is not told back', () => {
    deliver(
      { kind: 'write-file', path: `${HOME}/x/y`, bytes: EMPTY },
      { kind: 'rename-file', from: `${HOME}/x`, to: `${HOME}/z` },
      { kind: 'remove-file', path: `${HOME}/z/` },
    );
    run('true');
    expect(news()).toEqual([]);
  });

  it('goes to the log when it could not be done', () => {
    deliver({ kind: 'rename-file', from: `${HOME}/nothing`, to: `${HOME}/something` });
    run('true');
    expect(guest.logText).toContain(`khostfsd: rename ${HOME}/nothing: No such file or directory`);
  });
});

describe('what programs do', () => {
  it('is not told when a file is larger than memory, and the log says so', () => {
    run('dd if=/dev/zero of=huge bs=1 count=1 seek=1099511627776 2> /dev/null; echo x > small');
    expect(news()).toEqual([`+${HOME}/small`]);
    expect(guest.logText).toContain(`hostfiles: ${HOME}/huge is too large to be kept`);
  });

  it('is told, folders with a slash', () => {
    run('mkdir d; echo x > d/f; mv d e; rm -r e; mkdir /tmp/elsewhere');
    expect(news()).toEqual([
      `+${HOME}/d/`,
      `+${HOME}/d/f`,
      `+${HOME}/e/`,
      `-${HOME}/d/f`,
      `+${HOME}/e/f`,
      `-${HOME}/d/`,
      `-${HOME}/e/f`,
      `-${HOME}/e/`,
    ]);
  });
});
