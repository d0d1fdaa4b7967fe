// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * getty: opens a terminal when somebody is there, makes it fit to use, and starts a login shell.
 *
 * Nobody is asked for a name or a password: `-a` says who it is. Linux counterpart: agetty(8) with
 * --autologin, and what login(1) then does.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { O } from '../uapi/fs.ts';
import { SIG, SIGNAL } from '../uapi/signal.ts';
import { CC, CFLAG, IFLAG, LFLAG, OFLAG, TTY_IOCTL } from '../uapi/termios.ts';
import type { Termios } from './libc/process-calls.ts';
import { DEFAULT_PATH, type Libc } from './libc/libc.ts';
import { getpwnam, read_group, type Passwd } from './libc/passwd.ts';
import { command, errorText, has, misuse, valueOf } from './support/command.ts';

const HELP = `Usage: getty [-L] -a USER PORT
Open the terminal PORT when its line has a carrier, and log USER in.

  -a, --autologin=USER  log this user in
  -L, --local-line      the line is local: do not wait for a carrier
      --help            display this help and exit
`;

export const getty = command({
  short: 'La:',
  long: { 'local-line': 'L', autologin: 'a:' },
  help: HELP,
  *main(c, args) {
    const name = valueOf(args, 'a');
    const [port] = args.operands;
    if (port === undefined) return yield* misuse(c, 'bad usage: not enough arguments');
    if (name === undefined) return yield* misuse(c, 'no login program here: use -a USER');
    const user = yield* getpwnam(c, name);
    if (user === undefined) return yield* c.die(c.program, `unknown user ${name}`);
    for (const signal of [SIGNAL.INT, SIGNAL.QUIT, SIGNAL.HUP, SIGNAL.TERM]) {
      yield* c.sigaction(signal, SIG.DFL);
    }
    yield* c.setsid();
    const failure = yield* openTerminal(c, `/dev/${port}`, has(args, 'L'));
    if (failure < 0) return yield* c.die(c.program, `/dev/${port}: ${errorText(failure)}`);
    yield* showIssue(c, port);
    return yield* logIn(c, user);
  },
});

/** The terminal as this session's own, and as its standard streams. */
function* openTerminal(c: Libc, path: string, isLocal: boolean): Sleeping<number> {
  // Without waiting, to say first whether its carrier matters.
  const early = yield* c.open(path, O.RDWR | O.NOCTTY | O.NONBLOCK);
  if (early < 0) return early;
  const old = yield* c.tcgetattr(early);
  if (typeof old === 'number') return old;
  const failure = yield* c.tcsetattr(early, saneTermios(old, isLocal), TTY_IOCTL.TCSETS);
  if (failure < 0) return failure;
  const fd = yield* c.open(path, O.RDWR);
  if (fd < 0) return fd;
  yield* c.close(early);
  for (const target of [0, 1, 2]) if (target !== fd) yield* c.dup2(fd, target);
  if (fd > 2) yield* c.close(fd);
  return yield* c.ioctl(0, TTY_IOCTL.TIOCSCTTY, 0);
}

/** Whatever the last session has left the terminal in, this one can be typed in. */
function saneTermios({ line, cc }: Termios, isLocal: boolean): Termios {
  const { ISIG, ICANON, ECHO, ECHOE, ECHOK, ECHOCTL, ECHOKE, IEXTEN } = LFLAG;
  const local = isLocal ? CFLAG.CLOCAL : 0;
  return {
    iflag: IFLAG.ICRNL | IFLAG.IXON | IFLAG.IUTF8,
    oflag: OFLAG.OPOST | OFLAG.ONLCR,
    cflag: CFLAG.B38400 | CFLAG.CS8 | CFLAG.CREAD | CFLAG.HUPCL | local,
    lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    line,
    cc: cc.map((byte, index) => (index === CC.VMIN ? 1 : index === CC.VTIME ? 0 : byte)),
  };
}

/** /etc/issue, with `\l` the line, `\n` the host, `\r` the release. */
function* showIssue(c: Libc, port: string): Sleeping<void> {
  const bytes = yield* c.read_file('/etc/issue');
  if (typeof bytes === 'number') return;
  const system = yield* c.uname();
  if (typeof system === 'number') return;
  const text = decodeUtf8(bytes)
    .replaceAll(String.raw`\l`, port)
    .replaceAll(String.raw`\n`, system.nodename)
    .replaceAll(String.raw`\r`, system.release);
  yield* c.write_all(1, text);
}

/** As login(1) leaves it to the shell. */
function* logIn(c: Libc, user: Passwd): Sleeping<number> {
  const groups = (yield* read_group(c)).filter((group) => group.members.includes(user.name));
  yield* c.setgroups([user.gid, ...groups.map((group) => group.gid)]);
  yield* c.setgid(user.gid);
  yield* c.setuid(user.uid);
  if ((yield* c.chdir(user.home)) < 0) yield* c.chdir('/');
  const name = user.shell.slice(user.shell.lastIndexOf('/') + 1);
  const env = [
    `USER=${user.name}`,
    `LOGNAME=${user.name}`,
    `HOME=${user.home}`,
    `SHELL=${user.shell}`,
    `PWD=${user.home}`,
    `PATH=${DEFAULT_PATH}`,
    'TERM=xterm-256color',
    'LANG=C.UTF-8',
  ];
  const failure = yield* c.execve(user.shell, [`-${name}`], env);
  return yield* c.die(c.program, `cannot run ${user.shell}: ${errorText(failure)}`, 127);
}
