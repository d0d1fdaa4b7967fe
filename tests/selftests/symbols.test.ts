// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: words because modprobe.d(5) has a command of that name
/** Modules that call each other: resolved when they are loaded, held while they are used. */
import { expect, it } from 'vitest';

import { TestMachine } from '../support/machine.ts';

function run(text: string): { out: string; err: string; log: string } {
  const script = { text, user: 'user', args: [] } as const;
  const guest = TestMachine.boot({ script });
  guest.machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the script');
  const { output } = guest;
  return { out: output.get('hvc0') ?? '', err: output.get('hvc1') ?? '', log: guest.logText };
}

it('a symbol is found in the module that exports it, which stays while it is used', () => {
  const { out, err, log } = run(`cd symbols; make -s; sudo insmod ticket_user.ko
sudo insmod ticket_core.ko; sudo insmod ticket_user.ko count=2 first=41; lsmod
cat /proc/modules | cut -d' ' -f 1-5; ls -l /sys/module/ticket_core/holders | grep -o 'ticket.*'
modinfo -F depends ticket_user.ko; sudo rmmod ticket_core
sudo rmmod ticket_user; sudo rmmod ticket_core; lsmod`);

  expect(err).toBe(`insmod: ERROR: could not insert module ticket_user.ko: Unknown symbol in module
rmmod: ERROR: Module ticket_core is in use by: ticket_user
`);
  expect(out).toBe(`Module                  Size  Used by
ticket_user            12288  0
ticket_core            12288  1 ticket_user
ticket_user 12288 0 - Live
ticket_core 12288 1 ticket_user, Live
ticket_user -> ../../ticket_user
ticket_core
Module                  Size  Used by
`);
  expect(log).toContain('ticket_user: Unknown symbol ticket_next (err -2)');
  expect(log).toContain('my ticket is 42\nmy ticket is 43\n43 tickets were given out');
});

it('an oops in a function of another module names it, and both are dead', () => {
  const { log, out } = run(`cd symbols; make -s; sudo insmod ticket_core.ko
sudo insmod ticket_user.ko first=-1; cat /sys/module/ticket_core/refcnt`);

  expect(log).toMatch(/RIP: 0010:ticket_reset\+0x\w+\/0x\w+ \[ticket_core\] ticket_core\.ts:\d+\n/);
  expect(log).toMatch(/ TicketUser\.init\+0x\w+\/0x\w+ \[ticket_user\] ticket_user\.ts:\d+\n/);
  expect(out).toBe('1\n');
});

it('another shape of the function is another symbol, and GPL-only means that', () => {
  const { log, err } = run(`cd symbols; make -s; cp ticket_core.ts /tmp/core
sed=$(cat ticket_core.ts); echo "\${sed//ticket_next()/ticket_next(by: number)}" > ticket_core.ts
make -s ticket_core.ko; sudo insmod ticket_core.ko; sudo insmod ticket_user.ko
sudo rmmod ticket_core; cp /tmp/core ticket_core.ts; sed=$(cat ticket_user.ts)
echo "\${sed//\\"GPL\\"/\\"Proprietary\\"}" > ticket_user.ts
make -s; sudo insmod ticket_core.ko; sudo insmod ticket_user.ko`);

  expect(log).toContain('ticket_user: disagrees about version of symbol ticket_next');
  expect(log).toContain('ticket_user: Unknown symbol ticket_next (err -22)');
  expect(err).toContain('ticket_user.ko: Invalid parameters\n');
  expect(log).toContain('ticket_user: Unknown symbol ticket_reset (err -2)');
});

it('modpost refuses what no module exports, and modules that need each other', () => {
  const { err } = run(`cd symbols; echo 'export function f(): void {}' >> ticket_core.ts
echo 'import { f } from "./ticket_core"; f();' >> ticket_user.ts; make -s; echo
echo 'import { g } from "./ticket_user"; g();' >> ticket_core.ts; make -s ticket_core.ko`);

  expect(err).toContain('ERROR: modpost: "f" [ticket_user.ko] undefined!\n');
  expect(err).toContain('ticket_core -> ticket_user -> ticket_core');
});

it('modprobe loads what a module needs and takes it out again, as depmod wrote it down', () => {
  const { out, err, log } = run(`cd symbols; make -s; sudo make -s modules_install; sudo sh -c '
cat /lib/modules/*/modules.dep; grep ticket_next /lib/modules/*/modules.symbols
modprobe -D ticket_user; modprobe -n -v ticket-user count=1; modinfo -F name ticket_core
echo options ticket_user count=1 first=6 > /etc/modprobe.d/t.conf
modprobe ticket_user first=8; modprobe ticket_user; modprobe -r ticket_core; echo $?
modprobe -r -v ticket_user; lsmod; modprobe nope; echo $?; modprobe -q nope
echo blacklist ticket_user >> /etc/modprobe.d/t.conf; modprobe -b ticket_user; lsmod'`);

  const extra = '/lib/modules/6.12.0-ringzero/extra';
  expect(out).toBe(`extra/ticket_core.ko:
extra/ticket_user.ko: extra/ticket_core.ko
alias symbol:ticket_next ticket_core
insmod ${extra}/ticket_core.ko 
insmod ${extra}/ticket_user.ko 
insmod ${extra}/ticket_core.ko 
insmod ${extra}/ticket_user.ko count=1
ticket_core
1
rmmod ticket_user
rmmod ticket_core
Module                  Size  Used by
1
Module                  Size  Used by
`);
  expect(err).toBe(`modprobe: FATAL: Module ticket_core is in use.
modprobe: FATAL: Module nope not found in directory /lib/modules/6.12.0-ringzero
`);
  expect(log).toContain('my ticket is 9\n9 tickets were given out');
});

it('modprobe follows aliases and soft dependencies, runs commands and takes holders out', () => {
  const { out, err } = run(`cd symbols; make -s; sudo make -s modules_install; cd ../hello_world
make -s; sudo make -s modules_install; sudo sh -c '
cat > /etc/modprobe.d/t.conf <<"END"
alias ticket-window ticket_user
softdep ticket_user post: helloworld
install ticket_core echo "installing $MODPROBE_MODULE:$CMDLINE_OPTS"; modprobe -i ticket_core
remove helloworld echo removing
END
modprobe ticket-window count=1; lsmod; modprobe --first-time ticket_user; echo $?
modprobe -r ticket_core; modprobe -v -r --remove-holders ticket_core; lsmod
modprobe -v -r -i helloworld; modprobe --first-time -r ticket_user; modprobe -n -v ticket-window'`);

  const extra = '/lib/modules/6.12.0-ringzero/extra';
  expect(out).toBe(`installing ticket_core:
Module                  Size  Used by
helloworld             12288  0
ticket_user            12288  0
ticket_core            12288  1 ticket_user
1
remove echo removing
removing
rmmod ticket_user
rmmod ticket_core
Module                  Size  Used by
helloworld             12288  0
rmmod helloworld
install echo "installing $MODPROBE_MODULE:$CMDLINE_OPTS"; modprobe -i ticket_core 
insmod ${extra}/ticket_user.ko 
insmod ${extra}/helloworld.ko 
`);
  expect(err).toBe(`modprobe: ERROR: could not insert 'ticket_user': Module already in kernel
modprobe: FATAL: Module ticket_core is in use.
modprobe: FATAL: Module ticket_user is not in kernel.
`);
});
