// SPDX-License-Identifier: GPL-2.0-or-later
/** groups: the names of a user's groups. */
import { read_group } from './libc/passwd.ts';
import { command, complain } from './support/command.ts';
import { ofUser, own } from './support/identity.ts';
import { quoted } from './support/locale.ts';

const HELP = `Usage: groups [OPTION]... [USERNAME]...
Print group memberships for each USERNAME or, if no USERNAME is specified, for
the current process (which may differ if the groups database has changed).

      --help        display this help and exit
`;

export const groups = command({
  short: '',
  help: HELP,
  *main(c, { operands }) {
    const names = new Map((yield* read_group(c)).map(({ gid, name }) => [gid, name]));
    let status = 0;
    for (const operand of operands.length > 0 ? operands : [undefined]) {
      const identity = yield* operand === undefined ? own(c) : ofUser(c, operand);
      if (identity === undefined) {
        yield* complain(c, `${quoted(c, operand ?? '')}: no such user`);
        status = 1;
        continue;
      }
      const list = identity.groups.map((gid) => names.get(gid) ?? String(gid)).join(' ');
      c.out(`${operand === undefined ? '' : `${operand} : `}${list}\n`);
    }
    return status;
  },
});
