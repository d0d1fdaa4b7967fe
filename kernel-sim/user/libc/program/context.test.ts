// SPDX-License-Identifier: GPL-2.0-or-later
/** Which thread of a program runs, while other CPUs run others. */
import { expect, it } from 'vitest';

import type { UserCpu } from '../../../uapi/user-cpu.ts';
import { ProgramContext, Thread } from './context.ts';

it('goes on with its thread after a call in which another CPU ran another one', () => {
  const other = new Thread({} as UserCpu);
  const cpu = {
    syscall: () => {
      context.thread = other;
      return -22;
    },
  } as unknown as UserCpu;
  const context: ProgramContext = new ProgramContext(cpu);
  const { thread } = context;
  expect(context.call(1)).toBe(-1);
  expect(context.thread).toBe(thread);
  expect([thread.errno, other.errno]).toEqual([22, 0]);
});
