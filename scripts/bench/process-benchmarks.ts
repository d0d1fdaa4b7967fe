// SPDX-License-Identifier: GPL-2.0-or-later
/** What processes cost: switching between two, making one, and having nothing to do. */
import { Guest, loadToolchain, ROUNDS } from './guest.ts';
import { hostProgram } from './host-program.ts';
import { assertAtLeast, byTurns, host, median, ratio, seconds, type Row } from './measure.ts';

const NS_PER_S = 1e9;
const US_PER_S = 1e6;

/** Two processes hand one byte back and forth over two pipes, as ping-pong.c does on the host. */
const PING_PONG = `import { fork, malloc, pipe, read, write } from "libc";
const ROUNDS = 20000;
function pong(fds: readonly number[]): number {
  const byte = malloc(1);
  for (let n = 0; n < ROUNDS; n++) {
    if (read(fds[0], byte, 1) !== 1 || write(fds[1], byte, 1) !== 1) return 1;
  }
  return 0;
}
export function main(): number {
  const there = [0, 0];
  const back = [0, 0];
  if (pipe(there) < 0 || pipe(back) < 0) return 1;
  if (fork(pong, [there[0], back[1]]) < 0) return 1;
  const byte = malloc(1);
  for (let n = 0; n < ROUNDS; n++) {
    if (write(there[1], byte, 1) !== 1 || read(back[0], byte, 1) !== 1) return 1;
  }
  return 0;
}
`;
const PING_PONG_ROUNDS = 20_000;

async function contextSwitch(): Promise<Row> {
  await loadToolchain();
  const theirs = hostProgram('ping-pong');
  const count = 'grep ctxt /proc/stat';
  const setUp = `cat > pp.ts <<'END'\n${PING_PONG}END\ncc -o pp pp.ts`;
  // On one CPU each byte is a switch; on the host taskset sees to the same.
  const round = new Guest().repeat(`${count}; ./pp; ${count}`, { setUp, image: { cpus: 1 } });
  const times = byTurns(
    ROUNDS,
    () => {
      const { seconds: taken, text } = round();
      const [before = 0, after = 0] = [...text.matchAll(/ctxt (\d+)/g)].map(([, n]) => Number(n));
      assertAtLeast('context switches', after - before, 2 * PING_PONG_ROUNDS);
      return taken;
    },
    () => theirs.run(PING_PONG_ROUNDS),
  );
  theirs.remove();
  const each = (taken: number): string =>
    `${((taken / (2 * PING_PONG_ROUNDS)) * US_PER_S).toFixed(2)} µs`;
  return {
    what: 'context switch: two processes and a byte in pipes, one CPU',
    here: each(times.ours),
    against: Number.isNaN(times.theirs) ? theirs.why : `${each(times.theirs)}, the same in C`,
    ratio: Number.isNaN(times.theirs) ? '' : ratio(times.theirs / times.ours),
    goal: '',
  };
}

function spawn(): Row {
  const count = 500;
  const loop = (inner: string): string => `for ((k = 0; k < ${count}; k++)); do ${inner}; done`;
  const forks = 'grep processes /proc/stat';
  const round = new Guest().repeat(`${forks}; ${loop('/bin/true')}; ${forks}`);
  const times = byTurns(
    ROUNDS,
    () => {
      const { seconds: taken, text } = round();
      const made = [...text.matchAll(/processes (\d+)/g)].map(([, n]) => Number(n));
      assertAtLeast('processes', (made[1] ?? 0) - (made[0] ?? 0), count);
      return taken;
    },
    () => host(loop('/bin/true')).seconds,
  );
  const each = (taken: number): string => `${((taken / count) * US_PER_S).toFixed(0)} µs`;
  return {
    what: 'a process from the shell: `/bin/true`, made and waited for',
    here: each(times.ours),
    against: `${each(times.theirs)}, bash on this machine`,
    ratio: ratio(times.theirs / times.ours),
    goal: '',
  };
}

function idle(): Row {
  const guest = new Guest();
  guest.boot({});
  guest.until('$ ');
  const hour = 3600 * NS_PER_S;
  const times = Array.from({ length: ROUNDS }, () => seconds(() => guest.border.sleep(hour)));
  return {
    what: 'an hour at the prompt with nothing to do',
    here: `${(median(times) * US_PER_S).toFixed(0)} µs of host time`,
    against: '',
    ratio: '',
    goal: 'nothing',
  };
}

export const PROCESS_BENCHMARKS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  spawn: async () => [spawn()],
  idle: async () => [idle()],
  switch: async () => [await contextSwitch()],
};
