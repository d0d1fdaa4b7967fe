// SPDX-License-Identifier: GPL-2.0-or-later
/** id, whoami and groups: who the user is. */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import { getpwnam, getpwuid, read_group, read_passwd } from './libc/passwd.ts';
import { command, complain, has, misuse } from './support/command.ts';
import { quoted } from './support/locale.ts';

const ID_HELP = `Usage: id [OPTION]... [USER]...
Print user and group information for each specified USER,
or (when USER omitted) for the current user.

  -g, --group    print only the effective group ID
  -G, --groups   print all group IDs
  -n, --name     print a name instead of a number, for -ugG
  -r, --real     print the real ID instead of the effective ID, with -ugG
  -u, --user     print only the effective user ID
      --help        display this help and exit
`;

const WHOAMI_HELP = `Usage: whoami [OPTION]...
Print the user name associated with the current effective user ID.
Same as id -un.

      --help        display this help and exit
`;

interface Identity {
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  readonly groups: readonly number[];
}

export const id = command({
  short: 'agGnruz',
  long: { group: 'g', groups: 'G', name: 'n', real: 'r', user: 'u' },
  help: ID_HELP,
  *main(c, args) {
    const only = (['u', 'g', 'G'] as const).filter((letter) => has(args, letter));
    if (only.length > 1) {
      return yield* c.die(c.program, 'cannot print "only" of more than one choice');
    }
    const [one] = only;
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
      if (one === 'u') c.out(`${show(real ? identity.uid : identity.euid, users)}\n`);
      else if (one === 'g') c.out(`${show(real ? identity.gid : identity.egid, groups)}\n`);
      else if (one === 'G') {
        c.out(`${identity.groups.map((gid) => show(gid, groups)).join(' ')}\n`);
      } else c.out(`${describe(identity, users, groups)}\n`);
    }
    return status;
  },
});

export const groups = command({
  short: '',
  help: 'Usage: groups [OPTION]... [USERNAME]...\nPrint group memberships for each USERNAME.\n',
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

export const whoami = command({
  short: '',
  help: WHOAMI_HELP,
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

function* own(c: Libc): Sleeping<Identity> {
  const egid = yield* c.getegid();
  const supplementary = yield* c.getgroups();
  const list = typeof supplementary === 'number' ? [] : supplementary;
  return {
    uid: yield* c.getuid(),
    euid: yield* c.geteuid(),
    gid: yield* c.getgid(),
    egid,
    groups: [egid, ...list.filter((gid) => gid !== egid)],
  };
}

function* ofUser(c: Libc, name: string): Sleeping<Identity | undefined> {
  const user =
    (yield* getpwnam(c, name)) ??
    (/^\d+$/.test(name) ? yield* getpwuid(c, Number(name)) : undefined);
  if (user === undefined) return undefined;
  const member = (yield* read_group(c)).filter(({ members }) => members.includes(user.name));
  const others = member.map(({ gid }) => gid).filter((gid) => gid !== user.gid);
  return { uid: user.uid, euid: user.uid, gid: user.gid, egid: user.gid, groups: [user.gid, ...others] };
}

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
