// SPDX-License-Identifier: GPL-2.0-or-later
/** Addresses, routes and neighbours of IPv4 through rtnetlink, in whole machines. */
import { expect, it } from 'vitest';

import { formatIpv4 } from '../../lib/ip-address.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IFF } from '../../uapi/if.ts';
import { NETLINK, NLM_F, NLMSG } from '../../uapi/netlink.ts';
import { NUD, RT_SCOPE, RT_TABLE, RTN, RTPROT } from '../../uapi/rtnetlink.ts';
import {
  IFA,
  IFADDRMSG,
  IFINFOMSG,
  NDA,
  NDMSG,
  RTA,
  RTM,
  RTM_F,
  RTMSG,
} from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import { Attributes, type MessageBuilder, type NetlinkMessage, viewOf } from './netlink-message.ts';
import { type Client, logged } from '../../../tests/support/netlink-client.ts';

const ETH0 = 2;
const OWN = 0x0a00020f;
const GATEWAY = 0x0a000202;
const CREATE = NLM_F.CREATE | NLM_F.EXCL;

type Fill = (builder: MessageBuilder) => MessageBuilder;

function addressOn(index: number, prefixLength: number): Fill {
  return (builder) =>
    builder.reserve(IFADDRMSG.SIZE, (view, at) => {
      view.setUint8(at, AF.INET);
      view.setUint8(at + IFADDRMSG.prefixlen, prefixLength);
      view.setInt32(at + IFADDRMSG.index, index, true);
    });
}

interface RouteWords {
  readonly length?: number;
  readonly type?: number;
  readonly scope?: number;
  readonly flags?: number;
}

function route({ length = 0, type = RTN.UNICAST, scope = 0, flags = 0 }: RouteWords): Fill {
  return (builder) =>
    builder.reserve(RTMSG.SIZE, (view, at) => {
      view.setUint8(at, AF.INET);
      view.setUint8(at + RTMSG.dstLen, length);
      view.setUint8(at + RTMSG.table, RT_TABLE.MAIN);
      view.setUint8(at + RTMSG.protocol, RTPROT.BOOT);
      view.setUint8(at + RTMSG.scope, scope);
      view.setUint8(at + RTMSG.type, type);
      view.setUint32(at + RTMSG.flags, flags, true);
    });
}

function neighbour(index: number, state: number): Fill {
  return (builder) =>
    builder.reserve(NDMSG.SIZE, (view, at) => {
      view.setUint8(at, AF.INET);
      view.setInt32(at + NDMSG.ifindex, index, true);
      view.setUint16(at + NDMSG.state, state, true);
    });
}

/** Asks, and answers what the acknowledgement says. */
function* ask(client: Client, type: number, flags: number, fill: Fill): Sleeping<unknown[]> {
  yield* client.send(type, NLM_F.ACK | flags, fill);
  return yield* client.answer();
}

/** Brings eth0 up, with 10.0.2.15/24 on it. */
function* configure(client: Client): Sleeping<void> {
  yield* client.open();
  yield* ask(client, RTM.NEWLINK, 0, (builder) =>
    builder.reserve(IFINFOMSG.SIZE, (view, at) => {
      view.setInt32(at + IFINFOMSG.index, ETH0, true);
      view.setUint32(at + IFINFOMSG.flags, IFF.UP, true);
      view.setUint32(at + IFINFOMSG.change, IFF.UP, true);
    }),
  );
  yield* ask(client, RTM.NEWADDR, CREATE, (b) => addressOn(ETH0, 24)(b).ipv4(IFA.LOCAL, OWN));
}

function* dump(client: Client, type: number, fill: Fill): Sleeping<NetlinkMessage[]> {
  yield* client.send(type, NLM_F.DUMP, fill);
  const found: NetlinkMessage[] = [];
  for (;;) {
    const messages = yield* client.receive();
    if (messages.length === 0) return found;
    found.push(...messages.filter(({ type: of }) => of !== NLMSG.DONE));
  }
}

function shownRoute({ payload }: NetlinkMessage): string {
  const attributes = new Attributes(payload, RTMSG.SIZE);
  const length = viewOf(payload).getUint8(RTMSG.dstLen);
  const type = viewOf(payload).getUint8(RTMSG.type);
  const gateway = attributes.ipv4(RTA.GATEWAY);
  const source = attributes.ipv4(RTA.PREFSRC);
  const words = [
    `${formatIpv4(attributes.ipv4(RTA.DST) ?? 0)}/${length}`,
    ...(gateway === undefined ? [] : ['via', formatIpv4(gateway)]),
    ...(source === undefined ? [] : ['src', formatIpv4(source)]),
    `dev ${attributes.u32(RTA.OIF)}`,
    `type ${type}`,
  ];
  return words.join(' ');
}

function* routesOfEth0(client: Client): Sleeping<string[]> {
  const shown = (yield* dump(client, RTM.GETROUTE, route({}))).map(shownRoute);
  return shown.filter((line) => line.includes(`dev ${ETH0} `));
}

it('adds, shows and takes away addresses, and the routes that follow', () => {
  const log = logged(function* (client, say) {
    yield* configure(client);
    for (const { payload } of yield* dump(client, RTM.GETADDR, addressOn(0, 0))) {
      const attributes = new Attributes(payload, IFADDRMSG.SIZE);
      if (attributes.text(IFA.LABEL) !== 'eth0') continue;
      const local = formatIpv4(attributes.ipv4(IFA.LOCAL) ?? 0);
      say(`${local}/${payload[IFADDRMSG.prefixlen]} ${attributes.text(IFA.LABEL)}`);
    }
    say(yield* routesOfEth0(client));
    const same: Fill = (b) => addressOn(ETH0, 24)(b).ipv4(IFA.LOCAL, OWN);
    say(yield* ask(client, RTM.NEWADDR, CREATE, same));
    say(yield* ask(client, RTM.NEWADDR, CREATE, addressOn(ETH0, 24)));
    say(yield* ask(client, RTM.NEWADDR, CREATE, (b) => addressOn(ETH0, 33)(b).ipv4(IFA.LOCAL, 1)));
    say(yield* ask(client, RTM.NEWADDR, CREATE, (b) => addressOn(9, 24)(b).ipv4(IFA.LOCAL, 1)));
    say(yield* ask(client, RTM.DELADDR, 0, same));
    say(yield* ask(client, RTM.DELADDR, 0, same));
    say(yield* routesOfEth0(client));
  });
  expect(log).toEqual([
    '10.0.2.15/24 eth0',
    [
      '10.0.2.15/32 src 10.0.2.15 dev 2 type 2',
      '10.0.2.255/32 src 10.0.2.15 dev 2 type 3',
      '10.0.2.0/24 src 10.0.2.15 dev 2 type 1',
    ],
    ['EEXIST', 'ipv4: Address already assigned'],
    ['EINVAL', 'ipv4: Local address is not supplied'],
    ['EINVAL', 'ipv4: Invalid prefix length'],
    ['ENODEV', 'ipv4: Device not found'],
    [0],
    ['EADDRNOTAVAIL', 'ipv4: Address not found'],
    [],
  ]);
});

it('adds, looks up and takes away routes, and says why it does not', () => {
  const log = logged(function* (client, say) {
    yield* configure(client);
    const through = (gateway: number): Fill => {
      return (builder) => route({})(builder).ipv4(RTA.GATEWAY, gateway);
    };
    say(yield* ask(client, RTM.NEWROUTE, CREATE, through(0x01020304)));
    say(yield* ask(client, RTM.NEWROUTE, CREATE, through(GATEWAY)));
    say(yield* ask(client, RTM.NEWROUTE, CREATE, through(GATEWAY)));
    const lookups = [0x08080808, GATEWAY, OWN];
    for (const destination of lookups) {
      yield* client.send(RTM.GETROUTE, 0, (builder) =>
        route({ length: 32 })(builder).ipv4(RTA.DST, destination),
      );
      const [found] = yield* client.receive();
      say(shownRoute(found!));
      say((viewOf(found!.payload).getUint32(RTMSG.flags, true) & RTM_F.CLONED) !== 0);
    }
    const none = { scope: RT_SCOPE.NOWHERE, type: RTN.UNSPEC };
    say(yield* ask(client, RTM.DELROUTE, 0, route(none)));
    say(yield* ask(client, RTM.DELROUTE, 0, route(none)));
    yield* client.send(RTM.GETROUTE, NLM_F.ACK, (builder) =>
      route({ length: 32 })(builder).ipv4(RTA.DST, 0x08080808),
    );
    say(yield* client.answer());
  });
  expect(log).toEqual([
    ['ENETUNREACH', 'Nexthop has invalid gateway'],
    [0],
    ['EEXIST'],
    '8.8.8.8/32 via 10.0.2.2 src 10.0.2.15 dev 2 type 1',
    true,
    '10.0.2.2/32 src 10.0.2.15 dev 2 type 1',
    true,
    '10.0.2.15/32 src 10.0.2.15 dev 1 type 2',
    true,
    [0],
    ['ESRCH'],
    ['ENETUNREACH'],
  ]);
});

it('adds, finds and takes away neighbours', () => {
  const log = logged(function* (client, say) {
    yield* configure(client);
    const mac = Uint8Array.of(0x52, 0x55, 10, 0, 2, 2);
    const to: Fill = (builder) => neighbour(ETH0, NUD.PERMANENT)(builder).ipv4(NDA.DST, GATEWAY);
    const whole: Fill = (builder) => to(builder).attribute(NDA.LLADDR, mac);
    say(yield* ask(client, RTM.NEWNEIGH, 0, whole));
    say(yield* ask(client, RTM.NEWNEIGH, CREATE, to));
    say(yield* ask(client, RTM.NEWNEIGH, CREATE, whole));
    say(yield* ask(client, RTM.NEWNEIGH, CREATE, whole));
    for (const { payload } of yield* dump(client, RTM.GETNEIGH, neighbour(0, 0))) {
      const attributes = new Attributes(payload, NDMSG.SIZE);
      say([formatIpv4(attributes.ipv4(NDA.DST) ?? 0), attributes.bytes(NDA.LLADDR)]);
    }
    say(yield* ask(client, RTM.NEWNEIGH, CREATE, neighbour(ETH0, NUD.PERMANENT)));
    say(yield* ask(client, RTM.DELNEIGH, 0, to));
    say(yield* ask(client, RTM.DELNEIGH, 0, to));
  });
  expect(log).toEqual([
    ['ENOENT'],
    ['EINVAL'],
    [0],
    ['EEXIST'],
    ['10.0.2.2', Uint8Array.of(0x52, 0x55, 10, 0, 2, 2)],
    ['EINVAL', 'Network address required'],
    [0],
    ['ENOENT'],
  ]);
});

it('tells who watches', () => {
  const log = logged(function* (client, say) {
    // RTMGRP: addresses and routes of IPv4.
    yield* client.open(NETLINK.ROUTE, 0x10 | 0x40);
    yield* client.send(RTM.NEWADDR, CREATE, (b) => addressOn(ETH0, 24)(b).ipv4(IFA.LOCAL, OWN));
    for (;;) {
      const messages = yield* client.receive();
      if (messages.length === 0) return;
      say(messages.map(({ type }) => type));
    }
  });
  expect(log).toEqual([[RTM.NEWROUTE], [RTM.NEWADDR]]);
});
