// SPDX-License-Identifier: GPL-2.0-or-later
/** The frame of kmod's tools: options, `--help` and `--version`, then the work. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Program } from '../../uapi/user-cpu.ts';
import { getopt, type OptionSpec, type ParsedCommandLine } from '../libc/getopt.ts';
import { defineProgram, type Libc } from '../libc/libc.ts';
import { has } from './command.ts';

const VERSION = 'kmod version 30\n';

export interface KmodCommand {
  /** With `h` and `V` among the letters. */
  readonly options: OptionSpec;
  /** What `--help` prints. */
  readonly help: string;
  readonly main: (c: Libc, args: ParsedCommandLine) => Sleeping<number>;
}

export function kmodCommand({ options, help, main }: KmodCommand): Program {
  return defineProgram(function* (c) {
    const args = getopt(c.argv, options);
    if ('error' in args) {
      yield* c.err(`${args.error}\n`);
      return 1;
    }
    if (has(args, 'h') || has(args, 'V')) {
      c.out(has(args, 'h') ? help : VERSION);
      return 0;
    }
    return yield* main(c, args);
  }, options);
}
