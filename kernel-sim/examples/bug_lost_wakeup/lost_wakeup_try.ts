// SPDX-License-Identifier: GPL-2.0-or-later
/** One thread waits for a letter, and one brings it while the first looks into the box. */
import {
  calloc,
  load32,
  malloc,
  O_RDWR,
  open,
  perror,
  printf,
  pthread_create,
  pthread_join,
  read,
  sleep,
  store32,
  usleep,
  write,
} from "libc";

const ROOM = 16;

interface Mail {
  readonly device: number;
  /** Where a 1 stands once the letter is read. */
  readonly done: number;
}

function wait_for_letter({ device, done }: Mail): void {
  if (read(device, malloc(ROOM), ROOM) > 0) store32(done, 1);
}

export function main(): number {
  const device = open("/dev/mailbox", O_RDWR);
  if (device < 0) {
    perror("/dev/mailbox");
    return 1;
  }
  const mail = { device, done: calloc(1, 4) };
  const thread = [0];
  if (pthread_create(thread, wait_for_letter, mail) !== 0) return 1;
  usleep(5000);
  write(device, malloc(1), 1);
  sleep(3);
  if (load32(mail.done) === 1) {
    printf("the letter was read\n");
  } else {
    printf("the letter is there, and the reader sleeps\n");
    write(device, malloc(1), 1); // Only the next one wakes it.
  }
  pthread_join(thread[0]);
  return 0;
}
