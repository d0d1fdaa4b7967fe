// SPDX-License-Identifier: GPL-2.0-or-later
/** Two processes and a pipe: the child counts, the parent adds up. */
import {
  close,
  EXIT_FAILURE,
  fork,
  load32,
  malloc,
  perror,
  pipe,
  printf,
  read,
  store32,
  waitpid,
  WEXITSTATUS,
  write,
} from "libc";

const LAST = 10;
const NUMBER_SIZE = 4;

/** Begins in the child, which has a copy of everything that the parent had. */
function count(fds: readonly number[]): number {
  close(fds[0]);
  const number = malloc(NUMBER_SIZE);
  for (let n = 1; n <= LAST; n++) {
    store32(number, n);
    if (write(fds[1], number, NUMBER_SIZE) < 0) return EXIT_FAILURE;
  }
  return 0;
}

export function main(): number {
  const fds = [0, 0];
  if (pipe(fds) < 0) {
    perror("pipe");
    return EXIT_FAILURE;
  }
  const child = fork(count, fds);
  if (child < 0) {
    perror("fork");
    return EXIT_FAILURE;
  }

  // As long as somebody could still write, the pipe has no end.
  close(fds[1]);
  const number = malloc(NUMBER_SIZE);
  let sum = 0;
  while (read(fds[0], number, NUMBER_SIZE) === NUMBER_SIZE) sum += load32(number);

  const status = [0];
  waitpid(child, status, 0);
  printf("1 + … + %d = %d, and the child ended with %d\n", LAST, sum, WEXITSTATUS(status[0]));
  return 0;
}
