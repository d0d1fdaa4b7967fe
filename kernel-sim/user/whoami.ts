// SPDX-License-Identifier: GPL-2.0-or-later
/** whoami: the name of the effective user. */
import { getpwuid } from './libc/passwd.ts';
import { command, misuse } from './support/command.ts';
import { quoted } from './support/locale.ts';

const HELP = `Usage: whoami [OPTION]...
Print the user name associated with the current effective user ID.
Same as id -un.

      --help        display this help and exit
`;

export const whoami = command({
  short: '',
  help: HELP,
  *main(c, { operands }) {
    const [extra] = operands;
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    const uid = yield* c.geteuid();
    const user = yield* getpwuid(c, uid);
    if (user === undefined) return yield* c.die(c.program, `cannot find name for user ID ${uid}`);
    c.out(`${user.name}\n`);
    return 0;
  },
});
