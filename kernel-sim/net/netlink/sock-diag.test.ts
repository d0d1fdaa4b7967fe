// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { logged } from '../../../tests/support/netlink-client.ts';
import { NETLINK, NLM_F, NLMSG } from '../../uapi/netlink.ts';
import {
  INET_DIAG,
  INET_DIAG_MSG,
  INET_DIAG_REQ,
  INET_DIAG_SOCKID,
  SK_MEMINFO,
  SOCK_DIAG_BY_FAMILY,
  TCP_STATE,
  UDIAG_SHOW,
  UNIX_DIAG,
  UNIX_DIAG_MSG,
  UNIX_DIAG_REQ,
} from '../../uapi/sock-diag.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import { Attributes, MessageBuilder, parseMessages, viewOf } from './netlink-message.ts';
import type { NetlinkSock } from './netlink-sock.ts';
import { type InetDiagEntry, SockDiag } from './sock-diag.ts';

const ALL = 0xfff;
const PROTOCOL = 6;

const LISTENER: InetDiagEntry = {
  family: AF.INET,
  state: TCP_STATE.LISTEN,
  source: 0,
  sourcePort: 80,
  destination: 0,
  destinationPort: 0,
  ifindex: 0,
  timer: 0,
  retransmissions: 0,
  expiresMs: 0,
  receiveQueue: 1,
  sendQueue: 128,
  sock: undefined,
  uid: 0,
  inode: 12,
  cookie: 1,
};
const CONNECTION: InetDiagEntry = {
  ...LISTENER,
  state: TCP_STATE.ESTABLISHED,
  source: 0x0a00020f,
  destination: 0x0a000202,
  destinationPort: 40_000,
  timer: 1,
  expiresMs: 250,
  congestionControl: 'cubic',
};

function request(states: number, family: number = AF.INET, sourcePort = 0): Uint8Array {
  const builder = new MessageBuilder(SOCK_DIAG_BY_FAMILY, NLM_F.REQUEST | NLM_F.DUMP, 1, 0);
  builder.reserve(INET_DIAG_REQ.SIZE, (view, at) => {
    view.setUint8(at + INET_DIAG_REQ.family, family);
    view.setUint8(at + INET_DIAG_REQ.protocol, PROTOCOL);
    view.setUint8(at + INET_DIAG_REQ.ext, 1 << (INET_DIAG.CONG - 1));
    view.setUint32(at + INET_DIAG_REQ.states, states, true);
    view.setUint16(at + INET_DIAG_REQ.id + INET_DIAG_SOCKID.sport, sourcePort);
  });
  return builder.finish();
}

/** State, ports and congestion control of each socket that a dump shows. */
function dump(bytes: Uint8Array): unknown {
  const diag = new SockDiag();
  diag.registerInet(AF.INET, PROTOCOL, () => [LISTENER, CONNECTION]);
  const [message] = parseMessages(bytes);
  const sock = { port: 7 } as NetlinkSock;
  const answer = diag.serve({ message: message!, sock, ack: { message: '' } });
  if (typeof answer === 'number') return answer;
  const found: unknown[] = [];
  for (let step = answer.messages.next(); step.done !== true; step = answer.messages.next()) {
    const { payload } = parseMessages(step.value)[0]!;
    const view = viewOf(payload);
    const attributes = new Attributes(payload, INET_DIAG_MSG.SIZE);
    const id = INET_DIAG_MSG.id;
    const ports = [INET_DIAG_SOCKID.sport, INET_DIAG_SOCKID.dport].map((at) =>
      view.getUint16(id + at),
    );
    found.push([payload[INET_DIAG_MSG.state], ...ports, attributes.text(INET_DIAG.CONG)]);
  }
  return found;
}

it('shows sockets of the states that are asked for', () => {
  const listener = [TCP_STATE.LISTEN, 80, 0, undefined];
  const connection = [TCP_STATE.ESTABLISHED, 80, 40_000, 'cubic'];
  expect(dump(request(ALL))).toEqual([listener, connection]);
  expect(dump(request(1 << TCP_STATE.LISTEN))).toEqual([listener]);
  expect(dump(request(ALL, AF.INET, 81))).toEqual([]);
  expect(dump(request(ALL, AF.INET6))).toBe(-2);
  expect(dump(request(ALL, 99))).toBe(-2);
});

it('shows sockets of AF_UNIX', () => {
  const log = logged(function* (client, say) {
    const { c } = client;
    const server = yield* c.socket(AF.UNIX, SOCK.STREAM);
    yield* c.bind(server, { family: AF.UNIX, path: '\0name' });
    yield* c.listen(server, 5);
    yield* c.socketpair(AF.UNIX, SOCK.DGRAM);
    yield* client.open(NETLINK.SOCK_DIAG);
    yield* client.send(SOCK_DIAG_BY_FAMILY, NLM_F.DUMP, (builder) =>
      builder.reserve(UNIX_DIAG_REQ.SIZE, (view, at) => {
        view.setUint8(at + UNIX_DIAG_REQ.family, AF.UNIX);
        view.setUint32(at + UNIX_DIAG_REQ.states, ALL, true);
        const { NAME, PEER, RQLEN, MEMINFO, UID } = UDIAG_SHOW;
        view.setUint32(at + UNIX_DIAG_REQ.show, NAME | PEER | RQLEN | MEMINFO | UID, true);
      }),
    );
    const messages = yield* client.receive();
    for (const { payload, type } of messages) {
      if (type === NLMSG.DONE) continue;
      const attributes = new Attributes(payload, UNIX_DIAG_MSG.SIZE);
      const memory = viewOf(attributes.bytes(UNIX_DIAG.MEMINFO)!);
      say([
        payload[UNIX_DIAG_MSG.state],
        attributes.bytes(UNIX_DIAG.NAME)?.length,
        attributes.has(UNIX_DIAG.PEER),
        viewOf(attributes.bytes(UNIX_DIAG.RQLEN)!).getUint32(4, true),
        memory.getUint32(4 * SK_MEMINFO.RCVBUF, true),
      ]);
    }
  });
  const { LISTEN, ESTABLISHED } = TCP_STATE;
  expect(log).toEqual([
    [LISTEN, 5, false, 5, 212_992],
    [ESTABLISHED, undefined, true, 0, 212_992],
    [ESTABLISHED, undefined, true, 0, 212_992],
  ]);
});
