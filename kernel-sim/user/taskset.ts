// SPDX-License-Identifier: GPL-2.0-or-later
/** taskset: on which CPUs a task may run. */
import { parseCpuList } from '../lib/cpu-list.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, misuse } from './support/command.ts';
import { runCommand } from './support/run-command.ts';

const HELP = `Usage: taskset [options] [mask | cpu-list] [pid|cmd [args...]]


Show or change the CPU affinity of a process.

Options:
 -a, --all-tasks         all threads of the given process
 -p, --pid               a process that runs already
 -c, --cpu-list          CPUs as a list, not as a mask
 -h, --help              display this help

    taskset 03 sshd -b 1024
    taskset -p 700
    taskset -p 03 700
    taskset -pc 0,3,7-11 700

For more details see taskset(1).
`;

export const taskset = command({
  short: 'apch',
  long: { 'all-tasks': 'a', pid: 'p', 'cpu-list': 'c' },
  posixly: true,
  help: HELP,
  *main(c, args) {
    if (has(args, 'h')) {
      c.out(HELP);
      return 0;
    }
    const isList = has(args, 'c');
    const words = args.operands;
    if (!has(args, 'p')) {
      if (words.length < 2) return yield* misuse(c, 'bad usage');
      const mask = yield* parseMask(c, isList, words[0] ?? '');
      if (mask === undefined) return 1;
      if (!(yield* set(c, 0, mask))) return 1;
      const failed = (name: string, error: string): string => `failed to execute ${name}: ${error}`;
      return yield* runCommand(c, words.slice(1), failed);
    }
    if (words.length !== 1 && words.length !== 2) return yield* misuse(c, 'bad usage');
    const pidText = words.at(-1) ?? '';
    const leader = Number(pidText);
    if (!/^\d+$/.test(pidText)) {
      return yield* c.die(c.program, `invalid PID argument: '${pidText}'`);
    }
    const mask = words.length === 1 ? 0 : yield* parseMask(c, isList, words[0] ?? '');
    if (mask === undefined) return 1;
    for (const pid of has(args, 'a') ? yield* threadsOf(c, leader) : [leader]) {
      if (!(yield* show(c, pid, isList, 'current'))) return 1;
      if (words.length === 1) continue;
      if (!(yield* set(c, pid, mask)) || !(yield* show(c, pid, isList, 'new'))) return 1;
    }
    return 0;
  },
});

function* threadsOf(c: Libc, pid: number): Sleeping<readonly number[]> {
  const names = yield* c.read_directory(`/proc/${pid}/task`);
  if (typeof names === 'number') return [pid];
  return names.map(({ name }) => Number(name)).filter((tid) => tid > 0);
}

function* parseMask(c: Libc, isList: boolean, text: string): Sleeping<number | undefined> {
  if (isList) {
    const mask = parseCpuList(text);
    if (mask === undefined) yield* complain(c, `failed to parse CPU list: ${text}`);
    return mask;
  }
  const match = /^(?:0[xX])?([\da-fA-F]+)$/.exec(text.replaceAll(',', ''));
  if (match === null) {
    yield* complain(c, `failed to parse CPU mask: ${text}`);
    return undefined;
  }
  return Number.parseInt((match[1] ?? '').slice(-8), 16) | 0;
}

function* set(c: Libc, pid: number, mask: number): Sleeping<boolean> {
  const failure = yield* c.sched_setaffinity(pid, mask);
  if (failure >= 0) return true;
  const who = pid === 0 ? yield* c.getpid() : pid;
  yield* complain(c, `failed to set pid ${who}'s affinity: ${errorText(failure)}`);
  return false;
}

function* show(c: Libc, pid: number, isList: boolean, when: string): Sleeping<boolean> {
  const mask = yield* c.sched_getaffinity(pid);
  const who = pid === 0 ? yield* c.getpid() : pid;
  if (mask < 0) {
    yield* complain(c, `failed to get pid ${who}'s affinity: ${errorText(mask)}`);
    return false;
  }
  const text = isList ? `list: ${cpuList(mask)}` : `mask: ${(mask >>> 0).toString(16)}`;
  c.out(`pid ${who}'s ${when} affinity ${text}\n`);
  return true;
}

/** As the kernel's lists, but two neighbours are not yet a range: `0,1`, `0-2`. */
function cpuList(mask: number): string {
  const parts: string[] = [];
  for (let first = 0; first < 32; first++) {
    if (((mask >>> first) & 1) === 0) continue;
    let last = first;
    while (last < 31 && ((mask >>> (last + 1)) & 1) === 1) last++;
    if (last - first >= 2) parts.push(`${first}-${last}`);
    else for (let cpu = first; cpu <= last; cpu++) parts.push(String(cpu));
    first = last;
  }
  return parts.join(',');
}
