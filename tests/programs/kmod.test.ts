// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: words because modprobe.d(5) has a command of that name
/**
 * depmod, modinfo and modprobe say what kmod's say of the same files. What kmod says is recorded in
 * kmod.recorded.txt; where kmod 30 is installed, `vitest -u` records it anew, and without that the
 * recording is held to it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';

import { decodeBase64 } from '../../kernel-sim/lib/base64.ts';
import { ELF } from '../../kernel-sim/lib/elf-layout.ts';
import { dataSection, writeElf } from '../../kernel-sim/lib/elf.ts';
import { TOOLCHAIN } from '../../kernel-sim/toolchain/testing/shared-toolchain.ts';
import { exampleFiles, runScript } from '../support/machine.ts';

// A hundred commands, on machines that have others to run.
vi.setConfig({ testTimeout: 60_000 });

const RECORDED = join(import.meta.dirname, 'kmod.recorded.txt');
/** Where the files lie in the machine, and in the recording. */
const ROOT = '/tmp/kmod';
const RELEASE = '6.12.0-ringzero';
const TREE = `${ROOT}/lib/modules/${RELEASE}`;

const ALL_TYPES = `import { module, param } from "kernel";

const params = {
  a_byte: param.byte(1, "one byte"),
  a_short: param.short(-2, "two"),
  a_ushort: param.ushort(3, "two: unsigned"),
  an_int: param.int(-4, ""),
  a_uint: param.uint(5, "four"),
  a_long: param.long(-6, "a word"),
  a_ulong: param.ulong(7, "a word"),
  a_bool: param.bool(true, "yes or no"),
  an_invbool: param.invbool(false, "no or yes"),
  a_charp: param.charp("x", "text"),
};

class Types {
  static init(): Types {
    return new Types();
  }
}

export default module(Types, {
  license: "Dual MIT/GPL",
  description: "Has a parameter of each type.",
  author: "Some One <one@example.org>",
  version: "1.2",
  params,
});
`;

/** Files below ROOT. */
type Files = Record<string, Uint8Array | string>;

/** A module file with no code: what depmod and modprobe look at, and no more. */
function bareModule(
  name: string,
  info: readonly string[],
  exports: string[],
  needs: string[],
): Uint8Array {
  const words = ['license=GPL', ...info, `name=${name}`, `vermagic=${RELEASE} SMP `];
  const text = new TextEncoder().encode(words.map((word) => `${word}\0`).join(''));
  const names = new TextEncoder().encode(exports.map((it) => `${it}\0`).join(''));
  const symbol = { size: 0, isGlobal: true, type: ELF.OBJECT };
  return writeElf({
    bits: 64,
    machine: 62,
    flags: 0,
    sections: [
      dataSection('.modinfo', text, ELF.ALLOC),
      dataSection('__ksymtab_strings', names, ELF.ALLOC),
    ],
    symbols: needs.map((it) => ({ ...symbol, name: it, section: '', value: 0 })),
  });
}

function builtModules(): Files {
  const all = new Map(
    exampleFiles().map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]),
  );
  const from = (folder: string): Record<string, string> =>
    Object.fromEntries(
      [...all]
        .filter(([path]) => path.includes(`/${folder}/`) && path.endsWith('.ts'))
        .map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1), text]),
    );
  const build = (
    name: string,
    main: string,
    sources: Record<string, string>,
    names: string[] = [],
  ): [string, Uint8Array] => {
    const modules = names.map((it) => ({ name: it, main: `${it}.ts` }));
    const request = { version: 1, module: name, board: 'pc', main, sources, modules } as const;
    return [`${name}.ko`, decodeBase64(TOOLCHAIN.build(request).ko ?? '') ?? new Uint8Array(0)];
  };
  const pair = ['ticket_core', 'ticket_user'];
  return Object.fromEntries([
    build('helloworld', 'hello_world.ts', from('hello_world')),
    build('yes_chardev', 'yes_chardev.ts', from('yes_chardev')),
    build('simple_sysctl', 'simple_sysctl.ts', from('simple_sysctl')),
    ...pair.map((name) => build(name, `${name}.ts`, from('symbols'), pair)),
    build('types', 'types.ts', { 'types.ts': ALL_TYPES }),
  ]);
}

function files(): Files {
  const built = builtModules();
  const tree = (folder: string, names: string[]): Files =>
    Object.fromEntries(
      names.map((name) => [`lib/modules/${RELEASE}/${folder}/${name}`, built[name] ?? '']),
    );
  const bare = (
    name: string,
    info: string[],
    exports: string[] = [],
    needs: string[] = [],
  ): Files => ({
    [`lib/modules/${RELEASE}/kernel/${name.replaceAll('_', '-')}.ko`]: bareModule(
      name,
      info,
      exports,
      needs,
    ),
  });
  return {
    ...built,
    'text.ko': 'no module',
    ...tree('extra', ['helloworld.ko', 'ticket_core.ko', 'ticket_user.ko', 'types.ko']),
    ...bare(
      'net_card',
      ['alias=pci:v00008086d*', 'alias=net-card-0', 'softdep=pre: helloworld post: types'],
      ['net_send'],
    ),
    ...bare('net_proto', ['description=with-dash'], ['proto_run'], ['net_send', 'kernel_only']),
    ...bare('net_app', [], [], ['proto_run', 'net_send']),
    [`lib/modules/${RELEASE}/modules.builtin`]: 'kernel/drivers/tty/pty.ko\n',
    [`lib/modules/${RELEASE}/modules.order`]:
      'kernel/net-proto.ko\nextra/types.ko\nkernel/net-card.ko\n',
    [`lib/modules/${RELEASE}/modules.builtin.modinfo`]: '',
    'cycle/lib/modules/1.0/a.ko': bareModule('a', [], ['fa'], ['fb']),
    'cycle/lib/modules/1.0/b.ko': bareModule('b', [], ['fb'], ['fc']),
    'cycle/lib/modules/1.0/c.ko': bareModule('c', [], ['fc'], ['fa']),
    'cycle/lib/modules/1.0/d.ko': bareModule('d', [], [], ['fa']),
    'cycle/lib/modules/1.0/modules.builtin': '',
    'cycle/lib/modules/1.0/modules.order': '',
    'cycle/lib/modules/1.0/modules.builtin.modinfo': '',
    'conf/a.conf': `# a comment
alias card net_card
alias wild-* types
options net_proto speed=3
options card duplex=full
options types a_byte=2 \\
  a_charp="two words"
install helloworld /bin/echo installing $CMDLINE_OPTS
remove helloworld /bin/echo removing
softdep types pre: ticket_core post: net_card
blacklist net_app
blacklist types
`,
    'bad.conf': 'options\nnonsense here\nalias only\n',
    'empty/lib/modules/2.0/bad.ko': 'bad',
    'empty/lib/modules/2.0/e.ko': bareModule('e', [], [], []),
    'conf/ignored.txt': 'alias never types\n',
  };
}

const DEPMOD = `depmod -b ${ROOT} ${RELEASE}`;
const INFO = `modinfo -b ${ROOT} -k ${RELEASE}`;
const PROBE = `modprobe -d ${ROOT} -S ${RELEASE} -C ${ROOT}/conf`;

/** Hash tables give the order of some lines. */
const sorted = (command: string): string => `${command} | sort`;

const COMMANDS = [
  ...['helloworld', 'yes_chardev', 'simple_sysctl', 'ticket_core', 'ticket_user', 'types'].map(
    (name) => `modinfo ${name}.ko`,
  ),
  ...['-p', '-a', '-d', '-l', '-n', '-0', '-0 -p', '-F parm', '-F parmtype', '-F version'].map(
    (option) => `modinfo ${option} types.ko`,
  ),
  'modinfo -F name types.ko helloworld.ko',
  'modinfo -F nothing types.ko',
  'modinfo -l nope.ko helloworld.ko',
  'modinfo nope',
  'modinfo text.ko',
  'modinfo',
  'modinfo -x types.ko',
  'modinfo -F',
  `modinfo -F filename ${ROOT}/types.ko ./conf/../types.ko`,
  DEPMOD,
  sorted(`cat ${TREE}/modules.dep`),
  `head -n 3 ${TREE}/modules.dep`,
  `cat ${TREE}/modules.alias`,
  sorted(`cat ${TREE}/modules.symbols`),
  `cat ${TREE}/modules.softdep`,
  sorted(`${DEPMOD} -n`),
  `depmod -b ${ROOT} -n 9.9`,
  `depmod -b /nowhere ${RELEASE}`,
  'depmod notversion',
  'depmod 1.0 x.ko',
  'depmod -x',
  `depmod -b ${ROOT}/cycle 1.0 2>&1 | sed 's/detected: .*/detected/'`,
  `ls ${ROOT}/cycle/lib/modules/1.0`,
  `depmod -b ${ROOT}/empty 2.0`,
  sorted(`cat ${ROOT}/empty/lib/modules/2.0/modules.dep`),
  `${INFO} -n net-proto helloworld`,
  `${INFO} net_proto`,
  `${INFO} -F name pci:v00008086d0001`,
  `${INFO} pty`,
  `${INFO} -m nope`,
  ...[
    'net_app',
    'net-proto a=1 b="x y"',
    'card',
    'wild-x',
    'ticket_user',
    'nope',
    'helloworld x=1',
    'pci:v00008086d7',
    'symbol:net_send',
    'pty',
    'types',
  ].flatMap((words) => [`${PROBE} -D ${words}`, `${PROBE} -n -v ${words}`]),
  `${PROBE} -n -v -b net_app`,
  `${PROBE} -n -v -b card`,
  `${PROBE} -n -v -i helloworld`,
  `${PROBE} -n -v -i types`,
  `${PROBE} -n -v -a net_card nope ticket_core`,
  ...['card', 'wild-y', 'nope', 'types'].map((name) => `${PROBE} -R ${name}`),
  `${PROBE} -q nope`,
  // A kernel's command line has options too, and kmod 30 runs the parts of a softdep together.
  `${PROBE} -c | grep -Ev '^(options|softdep)'`,
  `${PROBE} -n -v -r nope`,
  `${PROBE} -n -v -r net_card`,
  `${PROBE} -n -v -r helloworld`,
  `${PROBE} -n -v --first-time -r net_card`,
  `${PROBE} -n -v -r -a nope net_card`,
  `${PROBE} -n -v -r pty`,
  PROBE,
  `modprobe -d ${ROOT} -S ${RELEASE} -C ${ROOT}/bad.conf -D ticket_core`,
  'modprobe --nonsense',
  'insmod',
  'insmod nope.ko',
  'insmod -',
  'insmod -x',
  'insmod -v types.ko',
  'rmmod',
  'rmmod -w types',
  'rmmod --nope',
  'rmmod nope ./types.ko',
];

const transcript = (command: string, out: string, err: string, status: number): string =>
  `$ ${command}\n${out}${err.replaceAll(/^(?=.)/gm, '! ')}= ${status}\n`;

function theirs(content: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'kmod-'));
  for (const [path, bytes] of Object.entries(content)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const env = { ...process.env, LC_ALL: 'C' };
  const said = COMMANDS.map((command) => {
    const words = ['-c', command.replaceAll(ROOT, folder)];
    const result = spawnSync('sh', words, { cwd: folder, env, encoding: 'utf8' });
    return transcript(command, result.stdout, result.stderr, result.status ?? -1);
  });
  rmSync(folder, { recursive: true });
  return said.join('').replaceAll(folder, ROOT);
}

function ours(content: Files): string {
  const encoder = new TextEncoder();
  const bytesOf = (it: Uint8Array | string): Uint8Array =>
    typeof it === 'string' ? encoder.encode(it) : it;
  const scripts = COMMANDS.map((command, n): [string, string] => [`run/${n}`, command]);
  const all = Object.entries({ ...content, ...Object.fromEntries(scripts) });
  const boot = all.map(([path, it]) => ({ path: `${ROOT}/${path}`, bytes: bytesOf(it) }));
  const text = `cd ${ROOT}
for ((n = 0; n < ${COMMANDS.length}; n++)); do
  sh run/$n > /tmp/out 2> /tmp/err; status=$?
  echo "$ $(cat run/$n)"; cat /tmp/out; sed 's/^/! /' /tmp/err; echo "= $status"
done`;
  return runScript(text, { files: boot, script: { text, user: 'root', args: [] } }).stdout;
}

const content = files();

it('depmod, modinfo and modprobe do as was recorded', () => {
  expect(ours(content)).toBe(readFileSync(RECORDED, 'utf8'));
});

const version = spawnSync('sh', ['-c', 'modprobe --version'], { encoding: 'utf8' }).stdout;

it.runIf(version.startsWith('kmod version 30\n'))(
  'the recording is what kmod 30 says',
  async () => {
    await expect(theirs(content)).toMatchFileSnapshot(RECORDED);
  },
);
