// SPDX-License-Identifier: GPL-2.0-or-later
/** ulimit: what the shell and the programs that it starts may use. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { RLIM_INFINITY, RLIMIT } from '../../../uapi/resource.ts';
import type { Rlimit } from '../../libc/resource-calls.ts';
import type { Shell } from '../shell.ts';
import { usageError } from './builtin.ts';

interface Resource {
  readonly letter: string;
  /** No resource of the kernel's: the size of a pipe's atomic write, which nobody can change. */
  readonly resource: number | undefined;
  /** How much one is in the kernel's unit. */
  readonly factor: number;
  readonly name: string;
  readonly unit: string;
}

/** PIPE_BUF in units of 512 bytes. */
const PIPE_SIZE = 8;
const NAME_COLUMN = 20;
const UNIT_COLUMN = 20;

// In the order in which -a shows them.
// prettier-ignore
const RESOURCES: readonly Resource[] = ([
  ['R', RLIMIT.RTTIME, 1, 'real-time non-blocking time', 'microseconds'],
  ['c', RLIMIT.CORE, 1024, 'core file size', 'blocks'],
  ['d', RLIMIT.DATA, 1024, 'data seg size', 'kbytes'],
  ['e', RLIMIT.NICE, 1, 'scheduling priority', ''],
  ['f', RLIMIT.FSIZE, 1024, 'file size', 'blocks'],
  ['i', RLIMIT.SIGPENDING, 1, 'pending signals', ''],
  ['l', RLIMIT.MEMLOCK, 1024, 'max locked memory', 'kbytes'],
  ['m', RLIMIT.RSS, 1024, 'max memory size', 'kbytes'],
  ['n', RLIMIT.NOFILE, 1, 'open files', ''],
  ['p', undefined, 512, 'pipe size', '512 bytes'],
  ['q', RLIMIT.MSGQUEUE, 1, 'POSIX message queues', 'bytes'],
  ['r', RLIMIT.RTPRIO, 1, 'real-time priority', ''],
  ['s', RLIMIT.STACK, 1024, 'stack size', 'kbytes'],
  ['t', RLIMIT.CPU, 1, 'cpu time', 'seconds'],
  ['u', RLIMIT.NPROC, 1, 'max user processes', ''],
  ['v', RLIMIT.AS, 1024, 'virtual memory', 'kbytes'],
  ['x', RLIMIT.LOCKS, 1, 'file locks', ''],
] as const).map(([letter, resource, factor, name, unit]) => {
  return { letter, resource, factor, name, unit };
});

interface Request {
  readonly resource: Resource;
  readonly limit: string | undefined;
}

/** Which of the two limits is meant; neither is the soft one when it is shown, both to be set. */
interface Which {
  soft: boolean;
  hard: boolean;
}

export function* runUlimit(shell: Shell, words: readonly string[]): Sleeping<number> {
  const which: Which = { soft: false, hard: false };
  const requests: Request[] = [];
  let showsAll = false;
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--' || !/^-./.test(word)) break;
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      const resource = RESOURCES.find((each) => each.letter === letter);
      if (letter === 'a') showsAll = true;
      else if (letter === 'S') which.soft = true;
      else if (letter === 'H') which.hard = true;
      else if (resource === undefined) {
        return yield* usageError(shell, 'ulimit', `-${letter}: invalid option`);
      } else {
        // The limit is what follows in the word, or the next word unless that is an option.
        const rest = word.slice(at + 1);
        const next = words[index + 1];
        const isNext = rest === '' && next !== undefined && !next.startsWith('-');
        if (isNext) index++;
        requests.push({ resource, limit: isNext ? next : rest === '' ? undefined : rest });
        break;
      }
    }
  }
  if (words[index] === '--') index++;
  if (showsAll) return yield* show(shell, RESOURCES, which, true);
  if (requests.length === 0) {
    requests.push({ resource: resourceOf('f'), limit: words[index] });
  }
  for (const { resource, limit } of requests) {
    const status =
      limit === undefined
        ? yield* show(shell, [resource], which, requests.length > 1)
        : yield* change(shell, resource, which, limit);
    if (status !== 0) return status;
  }
  return 0;
}

function resourceOf(letter: string): Resource {
  return RESOURCES.find((each) => each.letter === letter)!;
}

function* show(
  shell: Shell,
  resources: readonly Resource[],
  which: Which,
  hasNames: boolean,
): Sleeping<number> {
  for (const resource of resources) {
    const limit = yield* limitOf(shell, resource);
    if (typeof limit === 'number') return yield* refuse(shell, resource, 'get', limit);
    const { letter, factor, name, unit } = resource;
    const value = which.hard && !which.soft ? limit.hard : limit.soft;
    const shown = value === RLIM_INFINITY ? 'unlimited' : String(Math.floor(value / factor));
    const inUnits = unit === '' ? `(-${letter}) ` : `(${unit}, -${letter}) `;
    const label = `${name.padEnd(NAME_COLUMN)} ${inUnits.padStart(UNIT_COLUMN)}`;
    shell.c.out(`${hasNames ? label : ''}${shown}\n`);
  }
  return 0;
}

function* limitOf(shell: Shell, { resource, factor }: Resource): Sleeping<Rlimit | number> {
  if (resource === undefined) return { soft: PIPE_SIZE * factor, hard: PIPE_SIZE * factor };
  return yield* shell.c.getrlimit(resource);
}

function* change(shell: Shell, resource: Resource, which: Which, text: string): Sleeping<number> {
  const old = yield* limitOf(shell, resource);
  if (typeof old === 'number') return yield* refuse(shell, resource, 'get', old);
  const wanted = valueOf(text, old, resource.factor);
  if (wanted === undefined) return yield* shell.fail(`ulimit: ${text}: invalid number`);
  const isBoth = which.soft === which.hard;
  const limit = {
    soft: isBoth || which.soft ? wanted : old.soft,
    hard: isBoth || which.hard ? wanted : old.hard,
  };
  const failure =
    resource.resource === undefined
      ? -ERRNO.EINVAL
      : yield* shell.c.setrlimit(resource.resource, limit);
  return failure < 0 ? yield* refuse(shell, resource, 'modify', failure) : 0;
}

function valueOf(text: string, { soft, hard }: Rlimit, factor: number): number | undefined {
  if (text === 'unlimited') return RLIM_INFINITY;
  if (text === 'soft') return soft;
  if (text === 'hard') return hard;
  return /^\d+$/.test(text) ? Number(text) * factor : undefined;
}

function refuse(shell: Shell, { name }: Resource, verb: string, failure: number): Sleeping<number> {
  return shell.fail(`ulimit: ${name}: cannot ${verb} limit: ${shell.c.strerror(failure)}`);
}
