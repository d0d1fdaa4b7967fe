// SPDX-License-Identifier: GPL-2.0-or-later
/** which: the files that names of commands stand for. */
import { getopt } from './libc/getopt.ts';
import { defineProgram } from './libc/libc.ts';
import { ACCESS, S } from '../uapi/fs.ts';
import { has } from './support/command.ts';

export const which = defineProgram(function* (c) {
  const args = getopt(c.argv, { short: 'as' });
  if ('error' in args) {
    yield* c.err(`Illegal option ${args.error.slice(-2, -1)}\nUsage: ${c.program} [-as] args\n`);
    return 2;
  }
  let status = args.operands.length > 0 ? 0 : 1;
  for (const name of args.operands) {
    const folders = name.includes('/') ? [''] : (c.env.get('PATH') ?? '').split(':');
    let isFound = false;
    for (const folder of folders) {
      const path = name.includes('/') ? name : `${folder === '' ? '.' : folder}/${name}`;
      const stat = yield* c.stat(path);
      if (typeof stat === 'number' || (stat.mode & S.IFMT) !== S.IFREG) continue;
      if ((yield* c.access(path, ACCESS.X_OK)) !== 0) continue;
      isFound = true;
      if (!has(args, 's')) c.out(`${path}\n`);
      if (!has(args, 'a')) break;
    }
    if (!isFound) status = 1;
  }
  return status;
});
