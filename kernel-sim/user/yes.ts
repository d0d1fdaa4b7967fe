// SPDX-License-Identifier: GPL-2.0-or-later
/** yes: prints a line for ever, a buffer full at a time, as GNU's does. */
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { command, complain, errorText } from './support/command.ts';

const BUFFER_SIZE = 16 * 1024;

const HELP = `Usage: yes [STRING]...
  or:  yes OPTION
Repeatedly output a line with all specified STRING(s), or 'y'.

      --help        display this help and exit
`;

export const yes = command({
  short: '',
  help: HELP,
  *main(c, { operands }) {
    const line = encodeUtf8(`${operands.length > 0 ? operands.join(' ') : 'y'}\n`);
    const copies = Math.max(1, Math.floor(BUFFER_SIZE / line.length));
    const size = copies * line.length;
    const block = new Uint8Array(size);
    for (let i = 0; i < copies; i++) block.set(line, i * line.length);
    const buffer = yield* c.memory.malloc(size);
    c.cpu.storeBytes(buffer, block);
    for (;;) {
      for (let done = 0; done < size;) {
        let written = c.write_from(1, buffer + done, size - done);
        if (written === WOULD_BLOCK) written = yield* c.wait();
        if (written < 0) {
          yield* complain(c, `standard output: ${errorText(written)}`);
          return 1;
        }
        done += written;
      }
    }
  },
});
