// SPDX-License-Identifier: GPL-2.0-or-later
/** Sockets of datagrams as tests talk to them: in text. */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../lib/ip-address.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { KernelBuffer } from '../../mm/io-memory.ts';
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { errnoName } from '../../uapi/errno.ts';
import { AF } from '../../uapi/socket.ts';
import type { InetSock } from '../inet-sock.ts';
import { type ControlMessage, Message } from '../message.ts';
import type { SockAddress } from '../sock-address.ts';

/** `10.0.0.1:80` or `[fd00::1]:80`. */
export function addressOf(text: string, scopeId = 0): SockAddress {
  const colon = text.lastIndexOf(':');
  const [host, port] = [text.slice(0, colon), Number(text.slice(colon + 1))];
  const v4 = parseIpv4(host);
  if (v4 !== undefined) return { family: AF.INET, address: v4, port };
  const v6 = parseIpv6(host.slice(1, -1));
  if (v6 === undefined) throw new Error(`no address: ${text}`);
  return { family: AF.INET6, address: v6, port, flowinfo: 0, scopeId };
}

export function textOf(address: SockAddress | number | undefined): string {
  if (typeof address === 'number') return errnoName(-address) ?? String(address);
  if (address?.family === AF.INET) return `${formatIpv4(address.address)}:${address.port}`;
  if (address?.family === AF.INET6) return `[${formatIpv6(address.address)}]:${address.port}`;
  return 'nobody';
}

export function nameOf(answer: number): string | number {
  if (answer === WOULD_BLOCK) return 'WOULD_BLOCK';
  return answer < 0 ? (errnoName(-answer) ?? answer) : answer;
}

/** Sends bytes, to somebody or to its peer. How many, or why not. */
export function send(
  sock: InetSock,
  data: string | Uint8Array,
  to?: string,
  flags = 0,
  control: ControlMessage[] = [],
): string | number {
  const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
  const message = Message.of(new KernelBuffer(bytes), 0, bytes.length);
  if (to !== undefined) message.name = addressOf(to);
  message.control = control;
  return nameOf(sock.send(message, flags) as number);
}

export interface ReceivedText {
  readonly answer: string | number;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly from: string;
  readonly flags: number;
  readonly control: readonly ControlMessage[];
}

export function receive(sock: InetSock, room = 65_536, flags = 0): ReceivedText {
  const buffer = new KernelBuffer(new Uint8Array(room));
  const message = Message.of(buffer, 0, room);
  const answer = sock.receive(message, flags);
  const bytes = buffer.bytes.slice(0, Math.max(0, Math.min(answer, room)));
  return {
    answer: nameOf(answer),
    text: decodeUtf8(bytes),
    bytes,
    from: textOf(message.name),
    flags: message.flags,
    control: message.control,
  };
}

/** `text from address`, or the errno. */
export function heard(sock: InetSock, flags = 0): string | number {
  const { answer, text, from } = receive(sock, 65_536, flags);
  return typeof answer === 'string' ? answer : `${text} from ${from}`;
}
