// SPDX-License-Identifier: GPL-2.0-or-later
/** Two processes and UDP: the child answers each question, the parent asks and gives up in time. */
import {
  AF_INET,
  bind,
  close,
  connect,
  EXIT_FAILURE,
  fork,
  getsockname,
  htonl,
  INADDR_LOOPBACK,
  malloc,
  perror,
  poll,
  POLLIN,
  printf,
  recv,
  recvfrom,
  send,
  sendto,
  SOCK_DGRAM,
  type Sockaddr,
  socket,
  store_string,
  string_at,
  waitpid,
} from "libc";

const BUFFER_SIZE = 512;
const PATIENCE_MS = 1000;
const QUESTIONS = ["one", "two", "three"];

/** Begins in the child: sends each datagram back to whom it came from, in capitals. */
function answer(fd: number): number {
  const buffer = malloc(BUFFER_SIZE);
  for (let n = 0; n < QUESTIONS.length; n++) {
    const from: Sockaddr[] = [];
    const count = recvfrom(fd, buffer, BUFFER_SIZE, 0, from);
    if (count < 0) return EXIT_FAILURE;
    const length = store_string(buffer, string_at(buffer, count).toUpperCase());
    if (sendto(fd, buffer, length, 0, from[0]) < 0) return EXIT_FAILURE;
  }
  return 0;
}

function ask(fd: number, question: string): boolean {
  const buffer = malloc(BUFFER_SIZE);
  if (send(fd, buffer, store_string(buffer, question)) < 0) return false;
  // A datagram may be lost: nobody should wait for an answer for ever.
  if (poll([{ fd, events: POLLIN, revents: 0 }], PATIENCE_MS) !== 1) return false;
  const count = recv(fd, buffer, BUFFER_SIZE);
  if (count < 0) return false;
  printf("%s? %s!\n", question, string_at(buffer, count));
  return true;
}

export function main(): number {
  const server = socket(AF_INET, SOCK_DGRAM);
  // Port 0: the kernel chooses one that is free, and says which.
  const anywhere = { sin_family: AF_INET, sin_port: 0, sin_addr: htonl(INADDR_LOOPBACK) };
  if (bind(server, anywhere) < 0) {
    perror("bind");
    return EXIT_FAILURE;
  }
  const address = getsockname(server);
  const child = fork(answer, server);
  close(server);

  const client = socket(AF_INET, SOCK_DGRAM);
  if (address === null || connect(client, address) < 0) {
    perror("connect");
    return EXIT_FAILURE;
  }
  for (const question of QUESTIONS) {
    if (!ask(client, question)) {
      perror(question);
      return EXIT_FAILURE;
    }
  }
  waitpid(child);
  return 0;
}
