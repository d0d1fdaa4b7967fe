// SPDX-License-Identifier: GPL-2.0-or-later
/** Netlink sockets, and links through rtnetlink, in whole machines. */
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import { errnoName } from '../../uapi/errno.ts';
import { O } from '../../uapi/fs.ts';
import { IFF } from '../../uapi/if.ts';
import { NETLINK, NLM_F, NLMSG } from '../../uapi/netlink.ts';
import { IFINFOMSG, IFLA, RTM } from '../../uapi/rtnetlink-messages.ts';
import { AF, MSG, SOCK } from '../../uapi/socket.ts';
import { Libc } from '../../user/libc/libc.ts';
import { Attributes, MessageBuilder, type NetlinkMessage, viewOf } from './netlink-message.ts';
import { Client, KERNEL, logged, RECEIVE_BYTES } from '../../../tests/support/netlink-client.ts';

function about(index: number, flags = 0, change = 0): (builder: MessageBuilder) => MessageBuilder {
  return (builder) =>
    builder.reserve(IFINFOMSG.SIZE, (view, at) => {
      view.setInt32(at + IFINFOMSG.index, index, true);
      view.setUint32(at + IFINFOMSG.flags, flags, true);
      view.setUint32(at + IFINFOMSG.change, change, true);
    });
}

/** Name, and the flags and words that `ip link` shows. */
function linkOf(message: NetlinkMessage): unknown[] {
  const attributes = new Attributes(message.payload, IFINFOMSG.SIZE);
  const flags = viewOf(message.payload).getUint32(IFINFOMSG.flags, true);
  return [
    attributes.text(IFLA.IFNAME),
    (flags & IFF.UP) !== 0,
    attributes.u32(IFLA.MTU),
    attributes.text(IFLA.QDISC),
  ];
}

describe('links', () => {
  it('are dumped, found, changed, and watched', () => {
    const log = logged(function* (client, say) {
      yield* client.open(NETLINK.ROUTE, 1);
      yield* client.send(RTM.GETLINK, NLM_F.DUMP, about(0));
      const dump = yield* client.receive();
      say(dump.map((message) => (message.type === NLMSG.DONE ? 'done' : linkOf(message)[0])));
      say(linkOf(dump[1]!));
      yield* client.send(RTM.NEWLINK, NLM_F.ACK, about(2, IFF.UP, IFF.UP));
      const news: unknown[] = [];
      for (let n = 0; n < 4; n++) {
        const [message] = yield* client.receive();
        if (message?.type === RTM.NEWLINK) news.push(linkOf(message)[1]);
        if (message?.type === NLMSG.ERROR) news.push('ack');
      }
      say([news.includes(true), news.at(-1)]);
      yield* client.send(RTM.GETLINK, 0, (builder) => about(0)(builder).text(IFLA.IFNAME, 'eth0'));
      say(linkOf((yield* client.receive())[0]!));
    });
    expect(log).toEqual([
      ['lo', 'eth0', 'done'],
      ['eth0', false, 1500, 'noop'],
      [true, 'ack'],
      ['eth0', true, 1500, 'pfifo_fast'],
    ]);
  });

  it('are refused with words where Linux has some', () => {
    const log = logged(function* (client, say) {
      yield* client.open();
      const tries: [number, (builder: MessageBuilder) => MessageBuilder, number?][] = [
        [RTM.GETLINK, about(99)],
        [RTM.NEWLINK, (builder) => about(1)(builder).u32(IFLA.MTU, 0x7fff_ffff)],
        [RTM.NEWLINK, about(99, IFF.UP, IFF.UP)],
        [
          RTM.NEWLINK,
          (b) => about(0)(b).nest(IFLA.LINKINFO, (inner) => inner.text(1, 'veth')),
          0x400,
        ],
        [RTM.DELLINK, about(1)],
        [RTM.NEWLINK, (builder) => builder.reserve(4)],
        [255, about(1)],
      ];
      for (const [type, fill, flags = 0] of tries) {
        yield* client.send(type, NLM_F.ACK | flags, fill);
        say(yield* client.answer());
      }
    });
    expect(log).toEqual([
      ['ENODEV'],
      ['EINVAL', 'mtu greater than device maximum'],
      ['ENODEV'],
      ['EINVAL'],
      ['EOPNOTSUPP'],
      ['EINVAL'],
      ['EOPNOTSUPP'],
    ]);
  });

  it('are changed by root only', () => {
    const log = logged(function* (client, say) {
      yield* client.open();
      yield* client.c.setuid(1000);
      yield* client.send(RTM.NEWLINK, NLM_F.ACK, about(1, IFF.UP, IFF.UP));
      say(yield* client.answer());
      yield* client.send(RTM.GETLINK, 0, about(1));
      say((yield* client.receive()).length);
    });
    expect(log).toEqual([['EPERM'], 1]);
  });
});

describe('a netlink socket', () => {
  it('has a port, and lets no two have the same', () => {
    const log = logged(function* ({ c }, say) {
      const first = yield* c.socket(AF.NETLINK, SOCK.RAW, NETLINK.ROUTE);
      const second = yield* c.socket(AF.NETLINK, SOCK.DGRAM, NETLINK.ROUTE);
      say(yield* c.bind(first, KERNEL));
      const self = yield* c.getpid();
      const name = yield* c.getsockname(first);
      say(typeof name === 'object' && name.family === AF.NETLINK && name.pid === self);
      say(errnoName(-(yield* c.bind(second, { ...KERNEL, pid: self }))));
      say(yield* c.bind(second, KERNEL));
      say(errnoName(-(yield* c.bind(second, { ...KERNEL, pid: 7 }))));
      say(errnoName(-(yield* c.socket(AF.NETLINK, SOCK.STREAM, NETLINK.ROUTE))));
      say(errnoName(-(yield* c.socket(AF.NETLINK, SOCK.RAW, 31))));
    });
    expect(log).toEqual([0, true, 'EADDRINUSE', 0, 'EINVAL', 'ESOCKTNOSUPPORT', 'EPROTONOSUPPORT']);
  });

  it('is listed, and a family that is not there has nothing', () => {
    const log = logged(function* (client, say) {
      yield* client.open(NETLINK.ROUTE, 1);
      yield* client.send(RTM.GETADDR, NLM_F.DUMP, (builder) =>
        builder.reserve(8, (view, at) => view.setUint8(at, AF.UNIX)),
      );
      say((yield* client.receive()).map(({ type }) => type));
      const fd = yield* client.c.open('/proc/net/netlink', O.RDONLY);
      const text = yield* client.c.read(fd, 4096);
      if (typeof text === 'number') throw new Error('it cannot be read');
      say(new TextDecoder().decode(text).split('\n')[1]?.split(/ +/u).slice(1, 5));
    });
    expect(log).toEqual([[NLMSG.DONE], ['0', expect.stringMatching(/^\d+$/u), '00000001', '0']]);
  });

  it('tells how much there is before it is read, and leaves nothing behind', () => {
    const machine = new RawMachine();
    const log: unknown[] = [];
    machine.run(function* (p) {
      const client = new Client(new Libc(p.cpu));
      yield* client.open();
      yield* client.send(RTM.GETLINK, NLM_F.DUMP, about(0));
      const peeked = yield* client.c.recvfrom(client.fd, 1, MSG.PEEK | MSG.TRUNC);
      const whole = yield* client.c.recv(client.fd, RECEIVE_BYTES);
      if (typeof peeked === 'number' || typeof whole === 'number') throw new Error('no answer');
      log.push(peeked.length === whole.length);
    });
    expect(log).toEqual([true]);
    expect(machine.kernel.netlink.sockets).toEqual([]);
  });

  it('takes garbage of any kind for no request', () => {
    const log = logged(function* (client, say) {
      yield* client.open();
      const whole = new MessageBuilder(RTM.GETLINK, NLM_F.REQUEST | NLM_F.DUMP, 1, 0);
      const bytes = about(0)(whole).finish();
      for (let length = 0; length < bytes.length; length++) {
        yield* client.c.sendto(client.fd, bytes.subarray(0, length), 0, KERNEL);
      }
      for (let at = 0; at < bytes.length; at++) {
        const changed = bytes.slice();
        changed[at] = 0xff;
        yield* client.c.sendto(client.fd, changed, 0, KERNEL);
        while ((yield* client.receive()).length > 0);
      }
      say('alive');
    });
    expect(log).toEqual(['alive']);
  });
});
