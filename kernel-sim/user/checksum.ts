// SPDX-License-Identifier: GPL-2.0-or-later
/** md5sum, sha1sum, sha256sum and their kin: digests of files, and checking them. */
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Program } from '../uapi/user-cpu.ts';
import { checkFiles } from './checksum/check.ts';
import { digestFile, formatDigest, type Algorithm } from './checksum/digest.ts';
import { command, has, misuse } from './support/command.ts';

/** Options that say something only while checking, and those that then say nothing. */
const WHILE_CHECKING = ['ignore-missing', 'status', 'w', 'quiet', 'strict'] as const;
const LONG_NAMES: Readonly<Record<string, string>> = { w: 'warn', b: 'binary', t: 'text' };

export const md5sum = checksum({ name: 'MD5', hash: md5, standard: 'RFC 1321' });
export const sha1sum = checksum({ name: 'SHA1', hash: sha1, standard: 'FIPS-180-1' });
export const sha224sum = checksum({ name: 'SHA224', hash: sha224, standard: 'RFC 3874' });
export const sha256sum = checksum({ name: 'SHA256', hash: sha256, standard: 'FIPS-180-2' });
export const sha384sum = checksum({ name: 'SHA384', hash: sha384, standard: 'FIPS-180-2' });
export const sha512sum = checksum({ name: 'SHA512', hash: sha512, standard: 'FIPS-180-2' });

function checksum(algorithm: Algorithm): Program {
  return command({
    short: 'bctwz',
    long: {
      binary: 'b',
      check: 'c',
      'ignore-missing': 'ignore-missing',
      quiet: 'quiet',
      status: 'status',
      strict: 'strict',
      tag: 'tag',
      text: 't',
      warn: 'w',
      zero: 'z',
    },
    help: helpOf(algorithm),
    *main(c, args) {
      const names = args.operands.length > 0 ? args.operands : ['-'];
      const complaint = contradiction((name) => has(args, name));
      if (complaint !== undefined) return yield* misuse(c, complaint);
      if (has(args, 'c')) {
        return yield* checkFiles(c, algorithm, names, {
          ignoresMissing: has(args, 'ignore-missing'),
          isQuiet: has(args, 'quiet'),
          isSilent: has(args, 'status'),
          isStrict: has(args, 'strict'),
          warns: has(args, 'w'),
        });
      }
      const style = {
        isTagged: has(args, 'tag'),
        isBinary: args.options.findLast(({ name }) => name === 'b' || name === 't')?.name === 'b',
        isZero: has(args, 'z'),
      };
      let status = 0;
      for (const name of names) {
        const digest = yield* digestFile(c, algorithm, name);
        if (digest === undefined) status = 1;
        else c.out(formatDigest(algorithm, digest, name, style));
      }
      return status;
    },
  });
}

/** What is wrong with a set of options, as GNU says it. */
function contradiction(given: (name: string) => boolean): string | undefined {
  const isChecking = given('c');
  if (given('tag') && given('t')) return '--tag does not support --text mode';
  if (isChecking && given('z')) {
    return 'the --zero option is not supported when verifying checksums';
  }
  if (isChecking && given('tag')) {
    return 'the --tag option is meaningless when verifying checksums';
  }
  if (isChecking && (given('b') || given('t'))) {
    return 'the --binary and --text options are meaningless when verifying checksums';
  }
  const alone = isChecking ? undefined : WHILE_CHECKING.find(given);
  if (alone === undefined) return undefined;
  return `the --${LONG_NAMES[alone] ?? alone} option is meaningful only when verifying checksums`;
}

function helpOf({ name, standard }: Algorithm): string {
  return `Usage: ${name.toLowerCase()}sum [OPTION]... [FILE]...
Print ${name} checksums of files, or check them.

With no FILE, or when FILE is -, read standard input.
  -b, --binary          put an asterisk before the name
  -c, --check           read checksums from the FILEs and check them
      --tag             print as BSD does, with the kind of the checksum
  -t, --text            put a blank before the name (default)
  -z, --zero            end lines with NUL, and leave names as they are

While checking:
      --ignore-missing  files that are not there are no failure
      --quiet           do not print OK for each file that is right
      --status          print nothing: the exit status says it
      --strict          lines that make no sense are a failure
  -w, --warn            tell which lines make no sense

      --help        display this help and exit

The sums are computed as described in ${standard}.
`;
}
