// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * pid 1: gives the console a login shell, starts it again when it ends, and reaps orphans.
 *
 * The kernel has mounted everything before. Linux counterpart: a very small init with its getty
 * and login in one; nobody is asked for a password.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import { SIG, SIGNAL } from '../uapi/signal.ts';
import { TTY_IOCTL } from '../uapi/termios.ts';
import type { Program } from '../uapi/user-cpu.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { getpwnam, read_group, type Passwd } from './libc/passwd.ts';

export const init: Program = defineProgram(runInit);

const USER = 'user';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const FALLBACK: Passwd = {
  name: USER,
  uid: 1000,
  gid: 1000,
  gecos: '',
  home: '/home/user',
  shell: '/bin/bash',
};
/** A shell that ends at once is not started again without a pause. */
const RESPAWN_PAUSE_NS = 100_000_000;

function* runInit(c: Libc): Sleeping<number> {
  // ^C and the like are for whoever is in front of the terminal.
  for (const signal of [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.HUP, SIGNAL.TERM]) {
    yield* c.sigaction(signal, SIG.IGN);
  }
  yield* openConsole(c);
  const user = (yield* getpwnam(c, USER)) ?? FALLBACK;
  const groups = (yield* read_group(c)).filter((group) => group.members.includes(user.name));
  const gids = [user.gid, ...groups.map((group) => group.gid)];
  let shell = yield* startLogin(c, user, gids);
  for (;;) {
    const waited = yield* c.wait4(-1);
    if (waited === -ERRNO.EINTR) continue;
    const isLost = shell < 0 || typeof waited === 'number';
    if (!isLost && waited.pid !== shell) continue;
    if (isLost) yield* c.nanosleep(RESPAWN_PAUSE_NS);
    shell = yield* startLogin(c, user, gids);
  }
}

function* openConsole(c: Libc): Sleeping<void> {
  const fd = yield* c.open('/dev/console', O.RDWR | O.NOCTTY);
  if (fd < 0) return;
  for (const target of [0, 1, 2]) if (target !== fd) yield* c.dup2(fd, target);
  if (fd > 2) yield* c.close(fd);
}

/** A session with the console as its terminal, as login(1) leaves it to the shell. */
function* startLogin(c: Libc, user: Passwd, gids: readonly number[]): Sleeping<number> {
  return yield* c.fork(function* (child) {
    for (const signal of [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.HUP, SIGNAL.TERM]) {
      yield* child.sigaction(signal, SIG.DFL);
    }
    yield* child.setsid();
    yield* child.ioctl(0, TTY_IOCTL.TIOCSCTTY, 0);
    yield* showIssue(child);
    yield* child.setgroups(gids);
    yield* child.setgid(user.gid);
    yield* child.setuid(user.uid);
    if ((yield* child.chdir(user.home)) < 0) yield* child.chdir('/');
    const name = user.shell.slice(user.shell.lastIndexOf('/') + 1);
    const env = [
      `USER=${user.name}`,
      `LOGNAME=${user.name}`,
      `HOME=${user.home}`,
      `SHELL=${user.shell}`,
      `PWD=${user.home}`,
      `PATH=${PATH}`,
      'TERM=xterm-256color',
      'LANG=C.UTF-8',
    ];
    const failure = yield* child.execve(user.shell, [`-${name}`], env);
    return yield* child.die('init', `cannot run ${user.shell}: ${child.strerror(failure)}`, 127);
  });
}

function* showIssue(c: Libc): Sleeping<void> {
  const text = yield* c.read_file('/etc/issue');
  if (typeof text !== 'number') yield* c.write_all(1, text);
}
