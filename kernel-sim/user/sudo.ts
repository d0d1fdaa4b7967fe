// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * sudo: runs a command as root or another user.
 *
 * The policy is that of a Debian machine whose first user was made an administrator without a
 * password: root and the members of group `sudo` may do everything, others nothing.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { WIFSIGNALED, WEXITSTATUS, WTERMSIG } from '../uapi/process.ts';
import { SIG, SIGNAL } from '../uapi/signal.ts';
import { getopt, type OptionSpec } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { getpwnam, getpwuid, read_group, type Passwd } from './libc/passwd.ts';
import { commandEnvironment, shellWords } from './sudo/environment.ts';
import { SUDO_HELP, SUDO_LONG, SUDO_USAGE } from './sudo/help.ts';
import { errorText, has, valueOf, type ParsedCommandLine } from './support/command.ts';

const SECURE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ADMINISTRATORS = 'sudo';

const OPTIONS: OptionSpec = {
  short: 'AbBEeHhiKklnPSsVvC:D:g:p:T:U:u:',
  long: SUDO_LONG,
  posixly: true,
};

export const sudo = defineProgram(function* (c) {
  const args = getopt(c.argv, OPTIONS);
  if ('error' in args) {
    yield* c.err(`${args.error}\n${SUDO_USAGE}`);
    return 1;
  }
  if (has(args, 'h')) {
    c.out(SUDO_HELP);
    return 0;
  }
  if (has(args, 'V')) {
    c.out('Sudo version 1.9.13p3\n');
    return 0;
  }
  // There is no password, so there is no timestamp to forget.
  if ((has(args, 'k') || has(args, 'K')) && args.operands.length === 0) return 0;
  return yield* run(c, args);
}, OPTIONS);

function* run(c: Libc, args: ParsedCommandLine): Sleeping<number> {
  if ((yield* c.geteuid()) !== 0) {
    return yield* c.die('sudo', 'effective uid is not 0, is sudo installed setuid root?');
  }
  const uid = yield* c.getuid();
  const caller = yield* getpwuid(c, uid);
  if (caller === undefined) return yield* c.die('sudo', 'you do not exist in the passwd database');
  if (!(yield* isAllowed(c, caller))) {
    yield* c.err(`${caller.name} is not in the sudoers file.\n`);
    return 1;
  }
  if (has(args, 'l')) return yield* listPrivileges(c, caller);
  if (has(args, 'v')) return 0;

  const wanted = valueOf(args, 'u') ?? 'root';
  const target = yield* findUser(c, wanted);
  if (target === undefined) {
    yield* c.err(
      `sudo: unknown user ${wanted}\nsudo: error initializing audit plugin sudoers_audit\n`,
    );
    return 1;
  }
  const words = [...args.operands];
  const assigned: [string, string][] = [];
  for (let match; (match = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[0] ?? '')) !== null; words.shift()) {
    assigned.push([match[1] ?? '', match[2] ?? '']);
  }
  const isLogin = has(args, 'i');
  const hasShell = isLogin || has(args, 's');
  if (words.length === 0 && !hasShell) {
    yield* c.err(SUDO_USAGE);
    return 1;
  }
  const path = hasShell
    ? isLogin
      ? target.shell
      : (c.env.get('SHELL') ?? caller.shell)
    : yield* c.find_program(words[0] ?? '', SECURE_PATH);
  if (typeof path === 'number' || (!hasShell && !(yield* isRunnable(c, path)))) {
    return yield* c.die('sudo', `${words[0] ?? ''}: command not found`);
  }
  const argv = hasShell ? shellWords(path, words, isLogin) : words;
  const environment = commandEnvironment(c.env, {
    caller,
    target,
    command: [path, ...argv.slice(1)].join(' '),
    path: SECURE_PATH,
    keepsAll: has(args, 'E') && !isLogin,
    callerGid: yield* c.getgid(),
  });
  for (const [name, value] of assigned) environment.set(name, value);
  const directory = valueOf(args, 'D') ?? (isLogin ? target.home : undefined);
  return yield* runAs(c, target, path, argv, environment, directory);
}

function* isAllowed(c: Libc, caller: Passwd): Sleeping<boolean> {
  if (caller.uid === 0) return true;
  const groups = yield* read_group(c);
  const group = groups.find(({ name }) => name === ADMINISTRATORS);
  return group !== undefined && (group.gid === caller.gid || group.members.includes(caller.name));
}

function* listPrivileges(c: Libc, caller: Passwd): Sleeping<number> {
  const uname = yield* c.uname();
  const host = typeof uname === 'number' ? 'localhost' : uname.nodename;
  const path = SECURE_PATH.replaceAll(':', '\\:');
  c.out(`Matching Defaults entries for ${caller.name} on ${host}:\n`);
  c.out(`    env_reset, mail_badpass, secure_path=${path}\n\n`);
  c.out(`User ${caller.name} may run the following commands on ${host}:\n`);
  c.out('    (ALL : ALL) NOPASSWD: ALL\n');
  return 0;
}

/** A name, or `#1000`. */
function* findUser(c: Libc, name: string): Sleeping<Passwd | undefined> {
  return /^#\d+$/.test(name) ? yield* getpwuid(c, Number(name.slice(1))) : yield* getpwnam(c, name);
}

function* isRunnable(c: Libc, path: string): Sleeping<boolean> {
  const stat = yield* c.stat(path);
  return typeof stat !== 'number' && (stat.mode & 0o170111) > 0o100000;
}

function* runAs(
  c: Libc,
  target: Passwd,
  path: string,
  argv: readonly string[],
  environment: ReadonlyMap<string, string>,
  directory: string | undefined,
): Sleeping<number> {
  const groups = (yield* read_group(c)).filter(({ members }) => members.includes(target.name));
  // Ctrl-C is for the command, which is in our process group and decides what to make of it.
  for (const signal of [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.TERM, SIGNAL.HUP]) {
    yield* c.sigaction(signal, SIG.CATCH);
  }
  const child = yield* c.fork(function* (own) {
    yield* own.setgid(target.gid);
    yield* own.setgroups([...new Set([target.gid, ...groups.map(({ gid }) => gid)])]);
    yield* own.setuid(target.uid);
    if (directory !== undefined && (yield* own.chdir(directory)) < 0) {
      return yield* own.die('sudo', `unable to change directory to ${directory}`);
    }
    const strings = Array.from(environment, ([name, value]) => `${name}=${value}`);
    const failure = yield* own.execve(path, argv, strings);
    return yield* own.die('sudo', `unable to execute ${path}: ${errorText(failure)}`);
  });
  if (child < 0) return yield* c.die('sudo', `unable to fork: ${errorText(child)}`);
  return yield* follow(c, child);
}

/** Waits for the command and ends as it did, by the same signal if it was one. */
function* follow(c: Libc, child: number): Sleeping<number> {
  for (;;) {
    const waited = yield* c.wait4(child);
    if (typeof waited === 'number') {
      if (waited !== -ERRNO.EINTR) return 1;
      const signals = c.take_signals();
      for (const signal of [SIGNAL.TERM, SIGNAL.HUP]) {
        if ((signals & (1 << (signal - 1))) !== 0) yield* c.kill(child, signal);
      }
      continue;
    }
    if (!WIFSIGNALED(waited.status)) return WEXITSTATUS(waited.status);
    const signal = WTERMSIG(waited.status);
    yield* c.sigaction(signal, SIG.DFL);
    yield* c.kill(yield* c.getpid(), signal);
    return 128 + signal;
  }
}
