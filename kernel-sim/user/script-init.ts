// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Process 1 of a machine that runs one script and is done: `ringzero run`.
 *
 * argv: the user, and the shell's arguments: the script and its own. The script's standard streams
 * are the host's (hvc0 and hvc1); its status goes to the host with the power-off.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import {
  REBOOT_CMD,
  REBOOT_MAGIC,
  REBOOT_STATUS,
  WEXITSTATUS,
  WIFEXITED,
  WTERMSIG,
} from '../uapi/process.ts';
import { SYS } from '../uapi/syscall-numbers.ts';
import { DEFAULT_PATH, type Libc } from './libc/libc.ts';
import { bringUpLoopback } from './support/loopback.ts';

const SHELL = '/bin/bash';
const SUDO_GROUP = 27;
const USERS = { root: { id: 0, home: '/root' }, user: { id: 1000, home: '/home/user' } } as const;
/** What a shell answers for a command that a signal ended. */
const SIGNAL_STATUS = 128;

export function* scriptInit(c: Libc): Sleeping<number> {
  const [, name = 'user', ...args] = c.argv;
  yield* openStreams(c);
  yield* bringUpLoopback(c);
  const user = name === 'root' ? USERS.root : USERS.user;
  const child = yield* c.fork((own) => runScript(own, name, user, args));
  let status = 1;
  for (;;) {
    const waited = yield* c.wait4(-1);
    if (typeof waited === 'number') break;
    if (waited.pid !== child) continue;
    const { status: raw } = waited;
    status = WIFEXITED(raw) ? WEXITSTATUS(raw) : SIGNAL_STATUS + WTERMSIG(raw);
    break;
  }
  yield* c.call(SYS.reboot, ...REBOOT_MAGIC, REBOOT_CMD.POWER_OFF, REBOOT_STATUS | status);
  return status;
}

function* openStreams(c: Libc): Sleeping<void> {
  yield* c.open('/dev/hvc0', O.RDWR);
  yield* c.dup2(0, 1);
  yield* c.open('/dev/hvc1', O.RDWR);
}

function* runScript(
  c: Libc,
  name: string,
  user: { readonly id: number; readonly home: string },
  args: readonly string[],
): Sleeping<number> {
  yield* c.setsid();
  yield* c.setgroups([user.id, SUDO_GROUP]);
  yield* c.setgid(user.id);
  yield* c.setuid(user.id);
  yield* c.chdir('/home/user');
  const env = [`HOME=${user.home}`, `USER=${name}`, `LOGNAME=${name}`, `SHELL=${SHELL}`];
  yield* c.execve(
    SHELL,
    ['bash', ...args],
    [...env, `PATH=${DEFAULT_PATH}`, 'LANG=C.UTF-8', 'PWD=/home/user'],
  );
  return 127;
}
