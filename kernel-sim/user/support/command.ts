// SPDX-License-Identifier: GPL-2.0-or-later
/** The frame of a GNU tool: options first, `--help`, then the work. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { strerror } from '../../uapi/errno.ts';
import type { Program } from '../../uapi/user-cpu.ts';
import { getopt, usage_error, type OptionSpec, type ParsedCommandLine } from '../libc/getopt.ts';
import { defineProgram, type Libc } from '../libc/libc.ts';

export type { ParsedCommandLine } from '../libc/getopt.ts';

export interface CommandSpec extends OptionSpec {
  /** What `--help` prints. */
  readonly help: string;
  /** Exit status of a command line that makes no sense: 1 unless given. */
  readonly usageStatus?: number;
  /** A line before the hint at --help, as in grep. */
  readonly usageText?: string;
  /** The hint at --help begins with the program's name, as in diffutils. */
  readonly namesHint?: boolean;
  /** The help follows a complaint, instead of a hint at it, as in procps. */
  readonly showsHelp?: boolean;
  /** What follows a complaint in place of the hint, as in wget. */
  readonly usage?: string;
  /** Rewrites old-fashioned words (`head -5`) before the options are read. */
  readonly rewrite?: (argv: readonly string[]) => readonly string[];
  readonly main: (c: Libc, args: ParsedCommandLine) => Sleeping<number>;
}

export function command(spec: CommandSpec): Program {
  const options = { ...spec, long: { ...spec.long, help: 'help' } };
  return defineProgram(function* (c) {
    const args = getopt(spec.rewrite?.(c.argv) ?? c.argv, options);
    if ('error' in args) {
      const usage = spec.usage ?? (spec.showsHelp === true ? spec.help : undefined);
      if (usage !== undefined) {
        yield* c.err(`${args.error}\n${usage}`);
        return spec.usageStatus ?? 1;
      }
      const error = spec.usageText === undefined ? args.error : `${args.error}\n${spec.usageText}`;
      return yield* usage_error(c, error, spec.usageStatus, spec.namesHint);
    }
    if (has(args, 'help')) {
      c.out(spec.help);
      return 0;
    }
    return yield* spec.main(c, args);
  }, options);
}

export function has(args: ParsedCommandLine, name: string): boolean {
  return args.options.some((option) => option.name === name);
}

/** The value of the last option of that name. */
export function valueOf(args: ParsedCommandLine, name: string): string | undefined {
  return args.options.findLast((option) => option.name === name)?.value;
}

/** Which of several options that exclude each other was given last. */
export function lastOf<Name extends string>(
  args: ParsedCommandLine,
  names: readonly Name[],
): Name | undefined {
  const list: readonly string[] = names;
  return args.options.findLast(({ name }) => list.includes(name))?.name as Name | undefined;
}

/** `PROGRAM: MESSAGE` on standard error. */
export function* complain(c: Libc, message: string): Sleeping<void> {
  yield* c.err(`${c.program}: ${message}\n`);
}

/** A complaint with the hint at `--help`; gives `status`. */
export function misuse(c: Libc, message: string, status = 1, namesHint = false): Sleeping<number> {
  return usage_error(c, `${c.program}: ${message}`, status, namesHint);
}

/** The hint at `--help` alone; gives `status`. */
export function* tryHelp(c: Libc, status = 1): Sleeping<number> {
  yield* c.err(`Try '${c.program} --help' for more information.\n`);
  return status;
}

/** `missing operand`, or `missing operand after 'x'` when more than one is wanted. */
export function missingOperand(c: Libc, after?: string): Sleeping<number> {
  return misuse(c, after === undefined ? 'missing operand' : `missing operand after '${after}'`);
}

/** The text of a negative errno. */
export function errorText(failure: number): string {
  return strerror(-failure);
}
