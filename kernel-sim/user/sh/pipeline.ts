// SPDX-License-Identifier: GPL-2.0-or-later
/** Pipelines and jobs in the background: several processes at once. */
import type { AndOr, CommandNode, Pipeline, PipelineNode } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { O } from '../../uapi/fs.ts';
import { spawnMember } from './command.ts';
import { waitForeground } from './job-control.ts';
import type { Job } from './jobs.ts';
import type { Shell } from './shell.ts';
import { runInChild } from './subshell.ts';

/** Runs a command in a child that ends with it. */
export type RunMember = (child: Shell, command: CommandNode) => Sleeping<number>;

export function* runPipeline(
  shell: Shell,
  node: Pipeline,
  text: string,
  run: RunMember,
): Sleeping<number> {
  const job = yield* startPipeline(shell, node, text, run);
  return typeof job === 'number' ? job : yield* waitForeground(shell, job);
}

/** Starts all members, left to right: the job, or a status when that failed. */
function* startPipeline(
  shell: Shell,
  node: Pipeline,
  text: string,
  run: RunMember,
): Sleeping<Job | number> {
  const pids: number[] = [];
  let input: number | undefined;
  for (const [index, command] of node.commands.entries()) {
    const isLast = index === node.commands.length - 1;
    const ends = isLast ? undefined : yield* shell.c.pipe2(O.CLOEXEC);
    if (typeof ends === 'number') {
      return yield* shell.fail(`pipe error: ${shell.c.strerror(ends)}`, 254);
    }
    const pid = yield* startMember(shell, command, run, {
      group: pids[0] ?? 0,
      foreground: true,
      errorToo: node.operators[index] === '|&',
      ...(input === undefined ? {} : { input }),
      ...(ends === undefined ? {} : { output: ends[1], closes: [ends[0]] }),
    });
    if (input !== undefined) yield* shell.c.close(input);
    if (ends !== undefined) yield* shell.c.close(ends[1]);
    input = ends?.[0];
    if (pid < 0) {
      if (input !== undefined) yield* shell.c.close(input);
      return yield* shell.fail(`fork: ${shell.c.strerror(pid)}`, 254);
    }
    pids.push(pid);
    if (shell.terminal >= 0) yield* shell.c.setpgid(pid, pids[0] ?? pid);
  }
  return shell.jobs.add(shell.terminal >= 0 ? (pids[0] ?? 0) : 0, pids, text);
}

interface Place {
  readonly group: number;
  readonly foreground: boolean;
  readonly input?: number;
  readonly output?: number;
  readonly errorToo?: boolean;
  readonly closes?: readonly number[];
}

function* startMember(
  shell: Shell,
  command: CommandNode,
  run: RunMember,
  place: Place,
): Sleeping<number> {
  if (command.type === 'Command') {
    const pid = yield* spawnMember(shell, command, place);
    if (pid !== undefined) return pid;
    if (shell.flow !== undefined) return -1;
  }
  const { group, foreground, ...streams } = place;
  const jobControl = shell.terminal >= 0 ? { group, foreground } : {};
  return yield* runInChild(shell, { ...streams, ...jobControl }, (child) => run(child, command));
}

/** `command &`: a child of its own runs it; the shell goes on. */
export function* runBackground(
  shell: Shell,
  command: PipelineNode | AndOr,
  text: string,
  run: (child: Shell) => Sleeping<number>,
): Sleeping<number> {
  const jobControl = shell.terminal >= 0;
  const setup = jobControl ? { group: 0, foreground: false } : { deaf: true };
  const pid = yield* runInChild(shell, setup, function* (child) {
    // Without job control a background job must not eat the script's input.
    if (!jobControl) yield* readNothing(child);
    return yield* run(child);
  });
  shell.setLine(command.pos);
  if (pid < 0) return yield* shell.fail(`fork: ${shell.c.strerror(pid)}`, 254);
  if (jobControl) yield* shell.c.setpgid(pid, pid);
  shell.lastBackground = pid;
  const job = shell.jobs.add(jobControl ? pid : 0, [pid], text);
  if (shell.interactive) yield* shell.c.err(`[${job.id}] ${pid}\n`);
  shell.lastStatus = 0;
  return 0;
}

function* readNothing(child: Shell): Sleeping<void> {
  const fd = yield* child.c.open('/dev/null', O.RDONLY);
  if (fd <= 0) return;
  yield* child.c.dup2(fd, 0);
  yield* child.c.close(fd);
}
