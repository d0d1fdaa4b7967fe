// SPDX-License-Identifier: GPL-2.0-or-later
/** id: who the user is. */
import { read_group, read_passwd } from './libc/passwd.ts';
import { command, complain, has } from './support/command.ts';
import { ofUser, own, type Identity } from './support/identity.ts';
import { quoted } from './support/locale.ts';

const HELP = `Usage: id [OPTION]... [USER]...
Print user and group information for each specified USER,
or (when USER omitted) for the current user.

  -g, --group    print only the effective group ID
  -G, --groups   print all group IDs
  -n, --name     print a name instead of a number, for -ugG
  -r, --real     print the real ID instead of the effective ID, with -ugG
  -u, --user     print only the effective user ID
  -z, --zero     delimit entries with NUL characters, not whitespace
      --help        display this help and exit
`;

export const id = command({
  short: 'agGnruz',
  long: { group: 'g', groups: 'G', name: 'n', real: 'r', user: 'u', zero: 'z' },
  help: HELP,
  *main(c, args) {
    const only = (['u', 'g', 'G'] as const).filter((letter) => has(args, letter));
    if (only.length > 1) {
      return yield* c.die(c.program, 'cannot print "only" of more than one choice');
    }
    const [one] = only;
    const end = has(args, 'z') ? '\0' : '\n';
    if (one === undefined && has(args, 'z')) {
      return yield* c.die(c.program, 'option --zero not permitted in default format');
    }
    if (one === undefined && (has(args, 'n') || has(args, 'r'))) {
      return yield* c.die(c.program, 'cannot print only names or real IDs in default format');
    }
    const users = new Map((yield* read_passwd(c)).map(({ uid, name }) => [uid, name]));
    const groups = new Map((yield* read_group(c)).map(({ gid, name }) => [gid, name]));
    let status = 0;
    for (const operand of args.operands.length > 0 ? args.operands : [undefined]) {
      const identity = yield* operand === undefined ? own(c) : ofUser(c, operand);
      if (identity === undefined) {
        yield* complain(c, `${quoted(c, operand ?? '')}: no such user`);
        status = 1;
        continue;
      }
      const real = has(args, 'r');
      const show = (value: number, names: ReadonlyMap<number, string>): string =>
        has(args, 'n') ? (names.get(value) ?? String(value)) : String(value);
      if (one === 'u') c.out(`${show(real ? identity.uid : identity.euid, users)}${end}`);
      else if (one === 'g') c.out(`${show(real ? identity.gid : identity.egid, groups)}${end}`);
      else if (one === 'G') {
        c.out(
          `${identity.groups.map((gid) => show(gid, groups)).join(end === '\n' ? ' ' : end)}${end}`,
        );
      } else c.out(`${describe(identity, users, groups)}\n`);
    }
    return status;
  },
});

function describe(
  identity: Identity,
  users: ReadonlyMap<number, string>,
  groups: ReadonlyMap<number, string>,
): string {
  const named = (value: number, names: ReadonlyMap<number, string>): string => {
    const name = names.get(value);
    return name === undefined ? String(value) : `${value}(${name})`;
  };
  const { uid, euid, gid, egid } = identity;
  let text = `uid=${named(uid, users)} gid=${named(gid, groups)}`;
  if (euid !== uid) text += ` euid=${named(euid, users)}`;
  if (egid !== gid) text += ` egid=${named(egid, groups)}`;
  return `${text} groups=${identity.groups.map((one) => named(one, groups)).join(',')}`;
}
