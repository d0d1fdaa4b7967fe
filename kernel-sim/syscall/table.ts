// SPDX-License-Identifier: GPL-2.0-or-later
/** The dispatch table: from number to handler. Linux: arch/x86/entry/syscalls/syscall_64.tbl. */
import { assert } from '../lib/assert.ts';
import type { SyscallHandler } from '../process/user-mode.ts';
import { SYS } from '../uapi/syscall-numbers.ts';
import { affinityCalls } from './affinity.ts';
import { clockCalls } from './clocks.ts';
import { descriptorCalls } from './descriptors.ts';
import { fcntlCalls } from './fcntl.ts';
import { futexCalls } from './futex.ts';
import { groupCalls } from './groups.ts';
import { identityCalls } from './identity.ts';
import { memoryCalls } from './memory.ts';
import { moduleCalls } from './modules.ts';
import { nameCalls } from './names.ts';
import type { SyscallParts } from './parts.ts';
import { pipeCalls } from './pipe.ts';
import { pollCalls } from './poll.ts';
import { prctlCalls } from './prctl.ts';
import { priorityCalls } from './priority.ts';
import { processCalls } from './processes.ts';
import { ptraceCalls } from './ptrace.ts';
import { readCalls, writeCalls } from './read-write.ts';
import { rlimitCalls } from './rlimit.ts';
import { schedAttrCalls } from './sched-attr.ts';
import { schedulingCalls } from './scheduling.ts';
import { selectCalls } from './select.ts';
import { signalCalls } from './signals.ts';
import { sleepCalls } from './sleep.ts';
import { socketMessageCalls } from './socket-messages.ts';
import { socketCalls } from './sockets.ts';
import { spawnCalls } from './spawn.ts';
import { syslogCalls } from './syslog.ts';
import { systemCalls } from './system.ts';
import { timeCalls } from './times.ts';
import { timerCalls } from './timers.ts';
import { waitCalls } from './wait.ts';
import { threadCalls } from './threads.ts';

/** Fills `table`, which user mode already holds, so that the two may be made in either order. */
export function fillSyscallTable(table: (SyscallHandler | undefined)[], parts: SyscallParts): void {
  const byName: Record<string, SyscallHandler | undefined> = {
    ...readCalls,
    ...writeCalls(parts),
    ...descriptorCalls(parts),
    ...fcntlCalls,
    ...pipeCalls(parts),
    ...pollCalls(parts),
    ...selectCalls(parts),
    ...nameCalls(parts),
    ...processCalls(parts),
    ...ptraceCalls(parts),
    ...spawnCalls(parts),
    ...groupCalls(parts),
    ...signalCalls(parts),
    ...timerCalls(parts),
    ...waitCalls(parts),
    ...prctlCalls,
    ...rlimitCalls(parts),
    ...sleepCalls(parts),
    ...memoryCalls(parts),
    ...threadCalls(parts),
    ...futexCalls(parts),
    ...identityCalls(parts),
    ...moduleCalls(parts),
    ...syslogCalls(parts),
    ...systemCalls(parts),
    ...timeCalls(parts),
    ...clockCalls(parts),
    ...schedulingCalls(parts),
    ...schedAttrCalls(parts),
    ...priorityCalls(parts),
    ...affinityCalls(parts),
    ...socketCalls(parts),
    ...socketMessageCalls(parts),
  };
  for (const [name, number] of Object.entries(SYS)) {
    // A hole would turn the array into a dictionary, which is slower at each call.
    while (table.length <= number) table.push(undefined);
    table[number] = byName[name];
    assert(byName[name] !== undefined, `${name} has a handler`);
  }
}
