// SPDX-License-Identifier: GPL-2.0-or-later
/** rmmod: unloads modules, with kmod's messages. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import type { OptionSpec } from './libc/getopt.ts';
import type { Libc } from './libc/libc.ts';
import { errorText, has } from './support/command.ts';
import { kmodCommand } from './support/kmod-command.ts';
import { loadedModules, moduleName, removeModule } from './support/modules.ts';

const HELP = `Usage:
	rmmod [options] modulename ...
Options:
	-f, --force       forces a module unload and may crash your
	                  machine. This requires Forced Module Removal
	                  option in your kernel. DANGEROUS
	-s, --syslog      print to syslog, not stderr
	-v, --verbose     enables more messages
	-V, --version     show version
	-h, --help        show this help
`;

const OPTIONS: OptionSpec = {
  short: 'fhsvVw',
  long: { help: 'h', version: 'V', force: 'f', syslog: 's', verbose: 'v', wait: 'w' },
};

export const rmmod = kmodCommand({
  options: OPTIONS,
  help: HELP,
  *main(c, args) {
    if (has(args, 'w')) {
      // kmod takes the option, and never learned what to do with it.
      return yield* c.die('rmmod', "ERROR: unexpected getopt_long() value 'w'.");
    }
    if (args.operands.length === 0) return yield* c.die('rmmod', 'ERROR: missing module name.');
    const isForced = has(args, 'f');
    let status = 0;
    for (const operand of args.operands) {
      if (!isForced && (yield* isRefused(c, moduleName(operand)))) status = 1;
      else if (!(yield* remove(c, operand, isForced))) status = 1;
    }
    return status;
  },
});

/** Complains, before asking the kernel, about what is not loaded or in use. */
function* isRefused(c: Libc, name: string): Sleeping<boolean> {
  const modules = yield* loadedModules(c);
  const module = typeof modules === 'number' ? undefined : modules.find((it) => it.name === name);
  let reason: string | undefined;
  if (module === undefined) reason = `Module ${name} is not currently loaded`;
  else if (module.holders.length > 0) {
    reason = `Module ${name} is in use by: ${module.holders.join(' ')}`;
  } else if (module.references > 0) reason = `Module ${name} is in use`;
  if (reason === undefined) return false;
  yield* c.err(`rmmod: ERROR: ${reason}\n`);
  return true;
}

function* remove(c: Libc, operand: string, isForced: boolean): Sleeping<boolean> {
  const name = moduleName(operand);
  const failure = yield* removeModule(c, name, O.NONBLOCK | (isForced ? O.TRUNC : 0));
  if (failure === 0) return true;
  yield* c.err(`rmmod: ERROR: could not remove module ${operand}: ${errorText(failure)}\n`);
  return false;
}
