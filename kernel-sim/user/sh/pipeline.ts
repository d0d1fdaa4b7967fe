// SPDX-License-Identifier: GPL-2.0-or-later
/** Pipelines and jobs in the background: several processes at once. */
import type { AndOr, CommandNode, Pipeline, PipelineNode } from 'unbash';

import type { Sleeping } from '../../uapi/coroutine.ts';
import { O } from '../../uapi/fs.ts';
import { spawnMember } from './command.ts';
import { FORK_FAILED } from './fork.ts';
import { waitForeground } from './job-control.ts';
import type { Job } from './jobs.ts';
import { applyRedirections, undoRedirections } from './redirect.ts';
import type { Shell } from './shell.ts';
import { runInChild } from './subshell.ts';

/** Runs a command in a child that ends with it. */
export type RunMember = (child: Shell, command: PipelineNode | AndOr) => Sleeping<number>;

export function* runPipeline(
  shell: Shell,
  node: Pipeline,
  text: string,
  run: RunMember,
): Sleeping<number> {
  if (shell.shopt.lastpipe && !shell.hasJobControl) {
    return yield* runLastHere(shell, node, text, run);
  }
  const job = yield* startPipeline(shell, node, { text, foreground: true }, run);
  return typeof job === 'number' ? job : yield* waitForeground(shell, job);
}

/** `shopt -s lastpipe`: the last member runs in this shell, so that what it sets stays. */
function* runLastHere(
  shell: Shell,
  node: Pipeline,
  text: string,
  run: RunMember,
): Sleeping<number> {
  const ends = yield* shell.c.pipe2(O.CLOEXEC);
  if (typeof ends === 'number') {
    return yield* shell.fail(`pipe error: ${shell.c.strerror(ends)}`, 254);
  }
  const [input, output] = ends;
  const others = { ...node, commands: node.commands.slice(0, -1) };
  const place = { text, foreground: true, output };
  const job = yield* startPipeline(shell, others, place, run);
  yield* shell.c.close(output);
  const last = node.commands.at(-1);
  if (typeof job === 'number' || last === undefined) {
    yield* shell.c.close(input);
    return typeof job === 'number' ? job : 0;
  }
  const changes = [{ kind: 'dup', from: input, to: 0 }] as const;
  const undo = yield* applyRedirections(shell, { changes, opened: [input] });
  const status = yield* run(shell, last);
  yield* undoRedirections(shell, undo);
  const { flow } = shell;
  yield* waitForeground(shell, job);
  shell.flow = flow;
  shell.pipeStatus = [...shell.pipeStatus, status];
  if (!shell.options.pipefail || status !== 0) return status;
  return shell.pipeStatus.findLast((code) => code !== 0) ?? 0;
}

/** Starts all members, left to right: the job, or a status when that failed. */
function* startPipeline(
  shell: Shell,
  node: Pipeline,
  { text, foreground, output }: Start,
  run: RunMember,
): Sleeping<Job | number> {
  const members: { pid: number; command: string }[] = [];
  let input: number | undefined;
  for (const [index, command] of node.commands.entries()) {
    const isLast = index === node.commands.length - 1;
    const ends = isLast ? undefined : yield* shell.c.pipe2(O.CLOEXEC);
    if (typeof ends === 'number') {
      return yield* shell.fail(`pipe error: ${shell.c.strerror(ends)}`, 254);
    }
    const group = members[0]?.pid ?? 0;
    const pid = yield* startMember(shell, command, run, {
      group,
      foreground,
      errorToo: node.operators[index] === '|&',
      ...(input === undefined ? {} : { input }),
      ...(isLast && output !== undefined ? { output } : {}),
      ...(ends === undefined ? {} : { output: ends[1], closes: [ends[0]] }),
    });
    if (input !== undefined) yield* shell.c.close(input);
    if (ends !== undefined) yield* shell.c.close(ends[1]);
    input = ends?.[0];
    if (pid < 0) {
      if (input !== undefined) yield* shell.c.close(input);
      return FORK_FAILED;
    }
    members.push({ pid, command: shell.source.text.slice(command.pos, command.end) });
    if (shell.hasJobControl) yield* shell.c.setpgid(pid, group === 0 ? pid : group);
  }
  return shell.jobs.add(shell.hasJobControl ? (members[0]?.pid ?? 0) : 0, members, text);
}

interface Start {
  readonly text: string;
  readonly foreground: boolean;
  /** Where the last member writes, if not to standard output. */
  readonly output?: number;
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
  const jobControl = shell.hasJobControl ? { group, foreground } : {};
  return yield* runInChild(shell, { ...streams, ...jobControl }, (child) => run(child, command));
}

/** `command &`: a child of its own runs it; the shell goes on. */
export function* runBackground(
  shell: Shell,
  command: PipelineNode | AndOr,
  text: string,
  run: RunMember,
): Sleeping<number> {
  const job = yield* startBackground(shell, command, text, run);
  shell.setLine(command.pos);
  if (typeof job === 'number') return job;
  const pid = job.processes.at(-1)?.pid ?? 0;
  shell.lastBackground = pid;
  shell.jobs.choose();
  if (shell.interactive) yield* shell.c.err(`[${job.id}] ${pid}\n`);
  shell.lastStatus = 0;
  return 0;
}

function* startBackground(
  shell: Shell,
  command: PipelineNode | AndOr,
  text: string,
  run: RunMember,
): Sleeping<Job | number> {
  const { hasJobControl } = shell;
  // With job control each member is a process of the job; else one child waits for them all.
  if (hasJobControl && command.type === 'Pipeline' && command.prefixes.length === 0) {
    return yield* startPipeline(shell, command, { text, foreground: false }, run);
  }
  const setup = hasJobControl ? { group: 0, foreground: false } : { deaf: true };
  const pid = yield* runInChild(shell, setup, function* (child) {
    // Without job control a background job must not eat the script's input.
    if (!hasJobControl) yield* readNothing(child);
    return yield* run(child, command);
  });
  if (pid < 0) return FORK_FAILED;
  if (hasJobControl) yield* shell.c.setpgid(pid, pid);
  return shell.jobs.add(hasJobControl ? pid : 0, [{ pid, command: text }], text);
}

function* readNothing(child: Shell): Sleeping<void> {
  const fd = yield* child.c.open('/dev/null', O.RDONLY);
  if (fd <= 0) return;
  yield* child.c.dup2(fd, 0);
  yield* child.c.close(fd);
}
