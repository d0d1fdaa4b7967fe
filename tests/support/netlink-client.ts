// SPDX-License-Identifier: GPL-2.0-or-later
/** A program's netlink socket, and a machine with an interface that sends into nothing. */
import { RawMachine } from './raw-machine.ts';
import type { Sleeping } from '../../kernel-sim/uapi/coroutine.ts';
import { errnoName } from '../../kernel-sim/uapi/errno.ts';
import {
  NETLINK,
  NETLINK_OPTION,
  NLM_F,
  NLMSG,
  NLMSGERR_ATTR,
} from '../../kernel-sim/uapi/netlink.ts';
import { AF, MSG, SOCK, SOL } from '../../kernel-sim/uapi/socket.ts';
import { Libc } from '../../kernel-sim/user/libc/libc.ts';
import { NETDEV_TX } from '../../kernel-sim/net/core/net-device.ts';
import {
  Attributes,
  MessageBuilder,
  type NetlinkMessage,
  parseMessages,
  viewOf,
} from '../../kernel-sim/net/netlink/netlink-message.ts';

export const KERNEL = { family: AF.NETLINK, pid: 0, groups: 0 } as const;
export const RECEIVE_BYTES = 32_768;

/** A program's netlink socket. */
export class Client {
  readonly c: Libc;
  fd = -1;
  #seq = 0;

  constructor(c: Libc) {
    this.c = c;
  }

  *open(protocol: number = NETLINK.ROUTE, groups = 0): Sleeping<number> {
    this.fd = yield* this.c.socket(AF.NETLINK, SOCK.RAW, protocol);
    yield* this.c.setsockopt(this.fd, SOL.NETLINK, NETLINK_OPTION.EXT_ACK, 1);
    return yield* this.c.bind(this.fd, { ...KERNEL, groups });
  }

  *send(type: number, flags: number, fill: (builder: MessageBuilder) => void): Sleeping<number> {
    const builder = new MessageBuilder(type, NLM_F.REQUEST | flags, ++this.#seq, 0);
    fill(builder);
    return yield* this.c.sendto(this.fd, builder.finish(), 0, KERNEL);
  }

  *receive(): Sleeping<NetlinkMessage[]> {
    const bytes = yield* this.c.recv(this.fd, RECEIVE_BYTES, MSG.DONTWAIT);
    return typeof bytes === 'number' ? [] : parseMessages(bytes);
  }

  /** The errno of an acknowledgement by name (or 0), and its words. */
  *answer(): Sleeping<unknown[]> {
    const [ack] = yield* this.receive();
    if (ack?.type !== NLMSG.ERROR) return ['no acknowledgement'];
    const error = viewOf(ack.payload).getInt32(0, true);
    const capped = (ack.flags & NLM_F.CAPPED) !== 0;
    const size = capped ? 16 : viewOf(ack.payload).getUint32(4, true);
    const says = (ack.flags & NLM_F.ACK_TLVS) !== 0;
    const attributes = new Attributes(ack.payload, 4 + size);
    const text = says ? attributes.text(NLMSGERR_ATTR.MSG) : undefined;
    return [error === 0 ? 0 : errnoName(-error), ...(text === undefined ? [] : [text])];
  }
}

/** What `main` says, in a machine that has lo and eth0, both down. */
export function logged(
  main: (client: Client, say: (what: unknown) => void) => Sleeping<void>,
): unknown[] {
  const log: unknown[] = [];
  const machine = new RawMachine();
  const { core } = machine.kernel.net;
  const eth0 = core.allocDevice('eth%d', {
    open: () => 0,
    stop: () => 0,
    startXmit(skb) {
      core.skbs.consume(skb);
      return NETDEV_TX.OK;
    },
  });
  eth0.address = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
  core.register(eth0);
  machine.run(function* (p) {
    yield* main(new Client(new Libc(p.cpu)), (what) => log.push(what));
  });
  return log;
}
