// SPDX-License-Identifier: GPL-2.0-or-later
/** Sockets of AF_UNIX, and what the socket layer does above every protocol, in whole machines. */
import { expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { errnoName } from '../../uapi/errno.ts';
import { O, POLL, S } from '../../uapi/fs.ts';
import { AF, MSG, SCM, SHUT, SO, SOCK, SOCK_FLAG, SOL } from '../../uapi/socket.ts';
import { SIG, SIGNAL } from '../../uapi/signal.ts';
import { Libc } from '../../user/libc/libc.ts';
import type { SocketAddress } from '../../user/libc/socket-address.ts';

/** Runs `main` with a C library, and answers what it logged. */
function logged(
  main: (c: Libc, say: (what: unknown) => void, machine: RawMachine) => Sleeping<void>,
): unknown[] {
  const log: unknown[] = [];
  const machine = new RawMachine();
  machine.run(function* (p) {
    yield* main(new Libc(p.cpu), (what) => log.push(shown(what)), machine);
  });
  return log;
}

/** Bytes as text, errno by name. */
function shown(what: unknown): unknown {
  if (what instanceof Uint8Array) return new TextDecoder().decode(what);
  if (typeof what === 'number' && what < 0) return errnoName(-what) ?? what;
  return what;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function* pair(c: Libc, type: number): Sleeping<readonly [number, number]> {
  const ends = yield* c.socketpair(AF.UNIX, type);
  if (typeof ends === 'number') throw new Error(`socketpair: errno ${-ends}`);
  return ends;
}

function* forked(c: Libc, main: (child: Libc) => Sleeping<void>): Sleeping<number> {
  return yield* c.fork(function* (child) {
    yield* main(child);
    return 0;
  });
}

const SERVER: SocketAddress = { family: AF.UNIX, path: '/run/server' };

it('carries a stream both ways, and shows itself as a file', () => {
  const log = logged(function* (c, say) {
    const [a, b] = yield* pair(c, SOCK.STREAM);
    say(yield* c.write(a, 'to b'));
    say(yield* c.write(a, ', more'));
    say(yield* c.read(b, 100));
    say(yield* c.send(b, bytes('to a')));
    say(yield* c.recv(a, 2, MSG.PEEK));
    say(yield* c.recv(a, 100));
    say(yield* c.recv(a, 100, MSG.DONTWAIT));
    const link = yield* c.readlink(`/proc/self/fd/${a}`);
    say(String(link).replace(/\d+/u, 'N'));
    const stat = yield* c.fstat(a);
    say(typeof stat === 'number' ? stat : (stat.mode & S.IFMT) === S.IFSOCK);
    say(yield* c.lseek(a, 0, 0));
    say(yield* c.open(`/proc/self/fd/${a}`, O.RDWR));
    yield* c.close(b);
    say(yield* c.recv(a, 100));
    say(yield* c.send(a, bytes('x'), MSG.NOSIGNAL));
  });
  // prettier-ignore
  expect(log).toEqual([
    4, 6, 'to b, more', 4, 'to', 'to a', 'EAGAIN',
    'socket:[N]', true, 'ESPIPE', 'ENXIO', '', 'EPIPE',
  ]);
});

it('keeps datagrams apart, and packets of a seqpacket', () => {
  const log = logged(function* (c, say) {
    for (const type of [SOCK.DGRAM, SOCK.SEQPACKET]) {
      const [a, b] = yield* pair(c, type);
      yield* c.send(a, bytes('first'));
      yield* c.send(a, bytes('second'));
      say(yield* c.recv(b, 3));
      const whole = yield* c.recvmsg(b, 3, MSG.TRUNC);
      if (typeof whole === 'number') throw new Error('nothing came');
      say([shown(whole.bytes), whole.length, whole.flags]);
      yield* c.close(a);
      say(yield* c.send(b, bytes('x'), MSG.NOSIGNAL));
    }
  });
  // prettier-ignore
  expect(log).toEqual([
    'fir', ['sec', 6, MSG.TRUNC], 'ECONNREFUSED',
    'fir', ['sec', 6, MSG.TRUNC], 'EPIPE',
  ]);
});

it('connects by path and by abstract name, and tells who is there', () => {
  const log = logged(function* (c, say) {
    for (const address of [SERVER, { family: AF.UNIX, path: '\0server' } as const]) {
      const server = yield* c.socket(AF.UNIX, SOCK.STREAM | SOCK_FLAG.CLOEXEC);
      say(yield* c.bind(server, address));
      say(yield* c.connect(yield* c.socket(AF.UNIX, SOCK.STREAM), address));
      say(yield* c.listen(server, 1));
      const client = yield* c.socket(AF.UNIX, SOCK.STREAM);
      say(yield* c.connect(client, address));
      say(yield* c.getpeername(client));
      say(yield* c.getsockname(client));
      const accepted = yield* c.accept(server);
      if (typeof accepted === 'number') throw new Error('nobody came');
      say(accepted.address);
      say(yield* c.getpeername(accepted.fd));
      const peer = yield* c.getsockopt(client, SOL.SOCKET, SO.PEERCRED, 12);
      if (typeof peer === 'number') throw new Error('SO_PEERCRED failed');
      say(new DataView(peer.buffer, peer.byteOffset).getInt32(0, true) === (yield* c.getpid()));
      say(yield* c.getsockopt_int(server, SOL.SOCKET, SO.ACCEPTCONN));
      for (const fd of [server, client, accepted.fd]) yield* c.close(fd);
      say(yield* c.connect(yield* c.socket(AF.UNIX, SOCK.STREAM), address));
    }
    say(yield* c.bind(yield* c.socket(AF.UNIX, SOCK.STREAM), SERVER));
    say(yield* c.connect(yield* c.socket(AF.UNIX, SOCK.DGRAM), { family: AF.UNIX, path: '/x' }));
  });
  const none = { family: AF.UNIX, path: '' };
  // prettier-ignore
  const once = (address: SocketAddress): unknown[] => [
    0, 'ECONNREFUSED', 0, 0, address, none, none, none, true, 1, 'ECONNREFUSED',
  ];
  const abstract: SocketAddress = { family: AF.UNIX, path: '\0server' };
  expect(log).toEqual([...once(SERVER), ...once(abstract), 'EADDRINUSE', 'ENOENT']);
});

it('waits for data, for room and for connections, and for no longer than it was told', () => {
  const log = logged(function* (c, say, machine) {
    const [a, b] = yield* pair(c, SOCK.STREAM);
    yield* forked(c, function* (child) {
      yield* child.nanosleep(1_000_000);
      yield* child.write(b, 'woken');
    });
    say(yield* c.read(a, 10));

    // More than there is room for goes through once somebody reads.
    const big = 1_000_000;
    yield* forked(c, function* (child) {
      let total = 0;
      while (total < big) {
        const got = yield* child.recv(b, 50_000);
        if (typeof got === 'number' || got.length === 0) break;
        total += got.length;
      }
      yield* child.send(b, bytes(`${total}`));
    });
    say(yield* c.send(a, new Uint8Array(big)));
    say(yield* c.recv(a, 7, MSG.WAITALL));

    const before = machine.kernel.sim.now();
    yield* c.set_timeout(a, SO.RCVTIMEO, 250);
    say(yield* c.recv(a, 10));
    const waitedMs = (machine.kernel.sim.now() - before) / 1e6;
    say(waitedMs >= 250 && waitedMs < 260);

    yield* c.set_timeout(a, SO.SNDTIMEO, 10);
    const sent = yield* c.send(a, new Uint8Array(big));
    say(sent > 0 && sent < big);
    say(yield* c.send(a, new Uint8Array(big)));

    const server = yield* c.socket(AF.UNIX, SOCK.STREAM);
    yield* c.bind(server, SERVER);
    yield* c.listen(server, 0);
    yield* forked(c, function* (child) {
      yield* child.nanosleep(1_000_000);
      yield* child.connect(yield* child.socket(AF.UNIX, SOCK.STREAM), SERVER);
    });
    const accepted = yield* c.accept(server);
    say(typeof accepted === 'object');
    yield* c.fcntl(server, 4, O.NONBLOCK);
    say(yield* c.accept(server));
  });
  // prettier-ignore
  expect(log).toEqual([
    'woken', 1_000_000, '1000000', 'EAGAIN', true, true, 'EAGAIN', true, 'EAGAIN',
  ]);
});

it('ends a wait at a signal: again with SA_RESTART, for good with a time', () => {
  const log = logged(function* (c, say) {
    const [a, b] = yield* pair(c, SOCK.STREAM);
    const self = yield* c.getpid();
    const interrupt = function* (): Sleeping<void> {
      yield* forked(c, function* (child) {
        yield* child.nanosleep(1_000_000);
        yield* child.kill(self, SIGNAL.USR1);
        yield* child.nanosleep(1_000_000);
        yield* child.write(b, 'late');
      });
    };
    yield* c.sigaction(SIGNAL.USR1, SIG.CATCH, SA_RESTART);
    yield* interrupt();
    say(yield* c.recv(a, 10));
    yield* c.set_timeout(a, SO.RCVTIMEO, 1000);
    yield* interrupt();
    say(yield* c.recv(a, 10));
    say(yield* c.recv(a, 10));
    yield* c.set_timeout(a, SO.RCVTIMEO, 0);
    yield* c.sigaction(SIGNAL.USR1, SIG.CATCH, 0);
    yield* interrupt();
    say(yield* c.recv(a, 10));
  });
  expect(log).toEqual(['late', 'EINTR', 'late', 'EINTR']);
});

const SA_RESTART = 0x1000_0000;

it('polls, shuts down halves, and reports each error once', () => {
  const log = logged(function* (c, say) {
    const [a, b] = yield* pair(c, SOCK.STREAM);
    const all = POLL.IN | POLL.OUT | POLL.RDHUP;
    const look = function* (fd: number): Sleeping<void> {
      say(((yield* c.poll([{ fd, events: all }], 0)) as number[])[0]);
    };
    yield* look(a);
    yield* c.write(b, 'x');
    yield* look(a);
    say(yield* c.shutdown(b, SHUT.WR));
    yield* look(a);
    say(yield* c.recv(a, 10));
    say(yield* c.recv(a, 10));
    say(yield* c.send(a, bytes('still heard')));
    say(yield* c.recv(b, 20));
    say(yield* c.shutdown(b, 3));
    // What is left unread resets the other side.
    yield* c.send(a, bytes('unread'));
    yield* c.close(b);
    yield* look(a);
    say(yield* c.getsockopt_int(a, SOL.SOCKET, SO.ERROR));
    say(yield* c.getsockopt_int(a, SOL.SOCKET, SO.ERROR));
    yield* c.sigaction(SIGNAL.PIPE, SIG.IGN, 0);
    say(yield* c.write(a, 'x'));
  });
  const { IN, OUT, ERR, HUP, RDHUP } = POLL;
  // prettier-ignore
  expect(log).toEqual([
    OUT, IN | OUT, 0, IN | OUT | RDHUP, 'x', '', 11, 'still heard', 'EINVAL',
    IN | OUT | ERR | HUP | RDHUP, 104, 0, 'EPIPE',
  ]);
});

it('survives a socket that is closed while others sleep in it, and frees it then', () => {
  const machine = new RawMachine();
  const { files } = machine.kernel.sockets;
  const log: unknown[] = [];
  machine.run(function* (p) {
    const c = new Libc(p.cpu);
    const [a, b] = yield* pair(c, SOCK.STREAM);
    const reader = yield* start_thread(c, function* (t) {
      log.push(shown(yield* t.recv(a, 10)));
    });
    yield* c.nanosleep(1_000_000);
    yield* c.close(a);
    log.push(files.openFiles);
    yield* c.write(b, 'for nobody');
    yield* c.nanosleep(1_000_000);
    log.push(reader > 0, files.openFiles);
    log.push(shown(yield* c.send(b, bytes('x'), MSG.NOSIGNAL)));
  });
  expect(log).toEqual([2, 'for nobody', true, 1, 'EPIPE']);
  expect(files.openFiles).toBe(0);
  expect(machine.kernel.unixSockets.sockets).toEqual([]);
});

function* start_thread(c: Libc, main: (t: Libc) => Sleeping<void>): Sleeping<number> {
  const answer = c.cpu.createThread(function* (cpu) {
    yield* main(new Libc(cpu, c));
    return 0;
  });
  return answer < 0 ? yield* c.wait() : answer;
}

it('has buffers as large as net.core allows', () => {
  const log = logged(function* (c, say) {
    const [a] = yield* pair(c, SOCK.STREAM);
    const size = function* (asked: number): Sleeping<void> {
      say(yield* c.setsockopt(a, SOL.SOCKET, SO.RCVBUF, asked));
      say(yield* c.getsockopt_int(a, SOL.SOCKET, SO.RCVBUF));
    };
    say(yield* c.getsockopt_int(a, SOL.SOCKET, SO.RCVBUF));
    yield* size(1);
    yield* size(-1);
    const knob = yield* c.open('/proc/sys/net/core/rmem_max', O.WRONLY);
    say(yield* c.write(knob, '5000'));
    yield* size(100_000);
    yield* c.setuid(1000);
    say(yield* c.setsockopt(a, SOL.SOCKET, SO.RCVBUFFORCE, 100_000));
  });
  expect(log).toEqual([212_992, 0, 2304, 0, 425_984, 4, 0, 10_000, 'EPERM']);
});

it('tells a receiver who asks for it who sent', () => {
  const log = logged(function* (c, say) {
    const [a, b] = yield* pair(c, SOCK.DGRAM);
    yield* c.setsockopt(b, SOL.SOCKET, SO.PASSCRED, 1);
    yield* c.send(a, bytes('hello'));
    const received = yield* c.recvmsg(b, 10);
    if (typeof received === 'number') throw new Error('nothing came');
    const [control] = received.control;
    say([control?.level, control?.type, control?.data.length]);
  });
  expect(log).toEqual([[SOL.SOCKET, SCM.CREDENTIALS, 12]]);
});

it('lists what there is in /proc/net/unix', () => {
  const log = logged(function* (c, say) {
    const server = yield* c.socket(AF.UNIX, SOCK.STREAM);
    yield* c.bind(server, SERVER);
    yield* c.listen(server, 5);
    const fd = yield* c.open('/proc/net/unix', O.RDONLY);
    const text = shown(yield* c.read(fd, 4096)) as string;
    say(text.replaceAll(/ +\d+ \/run/gu, ' N /run'));
  });
  expect(log).toEqual([
    'Num       RefCount Protocol Flags    Type St Inode Path\n' +
      '0000000000000000: 00000002 00000000 00010000 0001 01 N /run/server\n',
  ]);
});

it.each([
  ['socket', 'a family that nobody has', [46, 1, 0], 'EAFNOSUPPORT'],
  ['socket', 'one that is not here', [3, 1, 0], 'EAFNOSUPPORT'],
  ['socket', 'a type that is none', [AF.UNIX, 11, 0], 'EINVAL'],
  ['socket', 'flags that are none', [AF.UNIX, 0x101, 0], 'EINVAL'],
  ['socket', 'a type that the family has not', [AF.UNIX, SOCK.RDM, 0], 'ESOCKTNOSUPPORT'],
  ['socket', 'a protocol that the family has not', [AF.UNIX, 1, 6], 'EPROTONOSUPPORT'],
  ['socketpair', 'an address that is none', [AF.UNIX, 1, 0, 0x10], 'EFAULT'],
  ['bind', 'no descriptor', [99, 0, 0], 'EBADF'],
  ['bind', 'a file that is no socket', [0, 0, 0], 'ENOTSOCK'],
  ['connect', 'a file that is no socket', [0, 0, 0], 'ENOTSOCK'],
  ['listen', 'a file that is no socket', [0, 1], 'ENOTSOCK'],
  ['recvfrom', 'a file that is no socket', [0, 0, 0, 0, 0, 0], 'ENOTSOCK'],
  ['accept4', 'flags that are none', [0, 0, 0, 1], 'EINVAL'],
] as const)('%s with %s', (name, _what, args, expected) => {
  const log: unknown[] = [];
  const machine = new RawMachine();
  machine.run(function* (p) {
    log.push(yield* p.named(name, ...args));
  });
  expect(log).toEqual([expected]);
  expect(machine.kernel.sockets.files.openFiles).toBe(0);
});
