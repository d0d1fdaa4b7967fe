// SPDX-License-Identifier: GPL-2.0-or-later
/** TCP in a whole machine: system calls that sleep, /proc and sysctls. */
import { expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import { runScript } from '../../../tests/support/machine.ts';
import { Libc } from '../../user/libc/libc.ts';
import { AF, SOCK } from '../../uapi/socket.ts';

it('carries a stream between two processes’ sockets on lo', () => {
  const log: unknown[] = [];
  const say = (what: unknown): void => void log.push(what);
  const machine = new RawMachine();
  const { core } = machine.kernel.net;
  machine.run(function* (p) {
    yield* core.open(core.byName('lo')!);
    const c = new Libc(p.cpu);
    const listener = yield* c.socket(AF.INET, SOCK.STREAM);
    yield* c.bind(listener, { family: AF.INET, address: '127.0.0.1', port: 8080 });
    say(yield* c.listen(listener, 5));
    const dialled = yield* c.socket(AF.INET, SOCK.STREAM);
    say(yield* c.connect(dialled, { family: AF.INET, address: '127.0.0.1', port: 8080 }));
    const accepted = yield* c.accept(listener);
    if (typeof accepted === 'number') {
      say(accepted);
      return;
    }
    const refused = yield* c.socket(AF.INET, SOCK.STREAM);
    say(yield* c.connect(refused, { family: AF.INET, address: '127.0.0.1', port: 8081 }));
    say(yield* c.send(dialled, Uint8Array.of(1, 2, 3), 0));
    const bytes = yield* c.recv(accepted.fd, 10, 0);
    say(typeof bytes === 'number' ? bytes : [...bytes]);
    yield* c.shutdown(dialled, 1);
    const end = yield* c.recv(accepted.fd, 10, 0);
    say(typeof end === 'number' ? end : end.length);
  });
  expect(log).toEqual([0, 0, -111, 3, [1, 2, 3], 0]);
});

it('has its files and settings in /proc', () => {
  const { stdout: terminal, stderr } = runScript(
    'cat /proc/net/tcp; cat /proc/sys/net/ipv4/tcp_rmem; sysctl net.ipv4.tcp_congestion_control\n' +
      'sudo sysctl -w net.ipv4.tcp_congestion_control=reno; grep TCP: /proc/net/sockstat\n' +
      'sudo sysctl -w net.ipv4.tcp_congestion_control=bbr',
  );
  expect(terminal).toContain('sl  local_address rem_address   st tx_queue');
  expect(terminal).toContain('4096\t131072\t6291456');
  expect(terminal).toContain('net.ipv4.tcp_congestion_control = cubic');
  expect(terminal).toContain('net.ipv4.tcp_congestion_control = reno');
  expect(terminal).toContain('TCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0');
  expect(stderr).toContain('No such file or directory');
});
