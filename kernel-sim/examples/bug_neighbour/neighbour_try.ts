// SPDX-License-Identifier: GPL-2.0-or-later
/** One tells its secret. Another says twenty bytes, and claims that they are a hundred. */
import { load8, malloc, O_RDWR, open, perror, printf, putchar, puts, read } from "libc";
import { store16, store_string, write } from "libc";

const SECRET = "my key is swordfish.";
const TEXT = "is anybody out there";
const CLAIMED = 100;

/** Says `text`, and that it is `length` bytes long. */
function tell(fd: number, text: string, length: number): number {
  const beat = malloc(2 + text.length + 1);
  store16(beat, length);
  store_string(beat + 2, text);
  return write(fd, beat, 2 + text.length);
}

export function main(): number {
  const curious = open("/dev/heart", O_RDWR);
  const trusting = open("/dev/heart", O_RDWR);
  if (curious < 0 || trusting < 0) {
    perror("/dev/heart");
    return 1;
  }
  tell(curious, TEXT, TEXT.length);
  tell(trusting, SECRET, SECRET.length);
  tell(curious, TEXT, TEXT.length);
  if (tell(curious, TEXT, CLAIMED) < 0) {
    perror("write");
    return 1;
  }
  const buffer = malloc(CLAIMED);
  const count = read(curious, buffer, CLAIMED);
  if (count < 0) perror("read");
  else printf("%d bytes: ", count);
  for (let index = 0; index < count; index++) {
    const byte = load8(buffer + index);
    putchar(byte >= 0x20 && byte < 0x7f ? byte : 0x2e);
  }
  puts("");
  return 0;
}
