// SPDX-License-Identifier: GPL-2.0-or-later
/** IPv6 through rtnetlink, where ip would not go: malformed requests, and who watches. */
import { expect, it } from 'vitest';

import { ipv6ToBytes, parseIpv6 } from '../../lib/ip-address.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { NETLINK, NLM_F } from '../../uapi/netlink.ts';
import { RTN } from '../../uapi/rtnetlink.ts';
import { IFA, IFADDRMSG, RTA, RTM, RTMGRP, RTMSG } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import type { MessageBuilder } from './netlink-message.ts';
import { type Client, logged } from '../../../tests/support/netlink-client.ts';

const LO = 1;
const CREATE = NLM_F.CREATE | NLM_F.EXCL;
const OWN = ipv6ToBytes(parseIpv6('fd00::5')!);

type Fill = (builder: MessageBuilder) => MessageBuilder;

function addressOn(index: number, prefixLength: number): Fill {
  return (builder) =>
    builder.reserve(IFADDRMSG.SIZE, (view, at) => {
      view.setUint8(at, AF.INET6);
      view.setUint8(at + IFADDRMSG.prefixlen, prefixLength);
      view.setInt32(at + IFADDRMSG.index, index, true);
    });
}

function route(length: number, type: number, table = 0): Fill {
  return (builder) =>
    builder.reserve(RTMSG.SIZE, (view, at) => {
      view.setUint8(at, AF.INET6);
      view.setUint8(at + RTMSG.dstLen, length);
      view.setUint8(at + RTMSG.table, table);
      view.setUint8(at + RTMSG.type, type);
    });
}

/** Asks, and answers what the acknowledgement says. */
function* ask(client: Client, type: number, fill: Fill): Sleeping<unknown[]> {
  // To a question, the same bits ask for everything.
  const flags = type === RTM.GETROUTE ? 0 : CREATE;
  yield* client.send(type, NLM_F.ACK | flags, fill);
  return yield* client.answer();
}

it('refuses what makes no sense', () => {
  const log = logged(function* (client, say) {
    yield* client.open();
    const short: Fill = (builder) => builder.reserve(4, (view, at) => view.setUint8(at, AF.INET6));
    const { NEWADDR, DELADDR, NEWROUTE, DELROUTE, GETROUTE } = RTM;
    for (const type of [NEWADDR, DELADDR, NEWROUTE, DELROUTE, GETROUTE]) {
      say(yield* ask(client, type, short));
    }
    const own: Fill = (builder) => builder.attribute(IFA.LOCAL, OWN);
    say(yield* ask(client, NEWADDR, addressOn(LO, 64)));
    say(yield* ask(client, NEWADDR, (b) => own(addressOn(9, 64)(b))));
    say(yield* ask(client, NEWADDR, (b) => own(addressOn(LO, 129)(b))));
    const lifetime = Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    say(
      yield* ask(client, NEWADDR, (b) =>
        own(addressOn(LO, 64)(b)).attribute(IFA.CACHEINFO, lifetime),
      ),
    );
    say(yield* ask(client, NEWROUTE, route(129, RTN.UNICAST)));
    say(yield* ask(client, NEWROUTE, route(0, 99)));
    say(yield* ask(client, NEWROUTE, route(0, RTN.UNICAST, 77)));
    say(yield* ask(client, NEWROUTE, (b) => route(0, RTN.UNICAST)(b).u32(RTA.OIF, 9)));
    say(yield* ask(client, GETROUTE, (b) => route(128, 0)(b).u32(RTA.OIF, 9)));
  });
  expect(log).toEqual([
    ...Array.from({ length: 6 }, () => ['EINVAL']),
    ['ENODEV', 'ipv6: Unable to find the interface'],
    ['EINVAL', 'ipv6: Invalid prefix length'],
    ['EINVAL', 'ipv6: address lifetime invalid'],
    ['EINVAL', 'Invalid prefix length'],
    ['EINVAL', 'Invalid route type'],
    ['EOPNOTSUPP', 'There are no tables but main and local'],
    ['ENODEV'],
    ['ENODEV'],
  ]);
});

it('tells who watches', () => {
  const log = logged(function* (client, say) {
    yield* client.open(NETLINK.ROUTE, RTMGRP.IPV6_IFADDR | RTMGRP.IPV6_ROUTE);
    const own: Fill = (builder) => addressOn(LO, 128)(builder).attribute(IFA.LOCAL, OWN);
    yield* client.send(RTM.NEWADDR, CREATE, own);
    yield* client.send(RTM.DELADDR, 0, own);
    for (;;) {
      const messages = yield* client.receive();
      if (messages.length === 0) return;
      say(messages.map(({ type }) => type));
    }
  });
  const { NEWROUTE, NEWADDR, DELADDR, DELROUTE } = RTM;
  expect(log).toEqual([[NEWROUTE], [NEWADDR], [DELADDR], [DELROUTE]]);
});
