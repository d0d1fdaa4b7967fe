// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a DHCP client goes through: RFC 2131, figure 5.
 *
 *     discover → select → bound → renew (half of the lease) → rebind (seven eighths) → discover
 */
import {
  BOOTREPLY,
  BOOTREQUEST,
  DHCP_BROADCAST_FLAG,
  DHCP_MESSAGE,
  DHCP_OPTION,
  messageType,
  optionNumber,
  words,
  type DhcpMessage,
} from '../../lib/dhcp-message.ts';
import { formatIpv4 } from '../../lib/ip-address.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { O, POLL } from '../../uapi/fs.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import { DEFAULT_PATH, type Libc } from '../libc/libc.ts';
import { environmentOf, leaseOf, type Lease } from './lease.ts';
import { DhcpWire } from './wire.ts';

export interface DhcpClientOptions {
  readonly interface: string;
  readonly script: string;
  readonly pidFile: string | undefined;
  readonly wantsBroadcast: boolean;
  readonly discoversMax: number;
  readonly pauseSeconds: number;
  readonly tryAgainSeconds: number;
  readonly backgroundsWithoutLease: boolean;
  readonly exitsWithoutLease: boolean;
  readonly exitsWithLease: boolean;
  readonly releasesAtExit: boolean;
  readonly staysInForeground: boolean;
  /** 0: any. */
  readonly requestedAddress: number;
  readonly hostname: string | undefined;
  readonly vendor: string;
  readonly sendsClientId: boolean;
}

/** And since when. */
interface HeldLease {
  readonly lease: Lease;
  readonly startNs: number;
}

const NS_PER_MS = 1_000_000;
const NS_PER_S = 1_000_000_000;
/** What the server should tell. */
const WANTED = [
  DHCP_OPTION.SUBNET_MASK,
  DHCP_OPTION.ROUTER,
  DHCP_OPTION.DNS_SERVER,
  DHCP_OPTION.HOST_NAME,
  DHCP_OPTION.DOMAIN_NAME,
  DHCP_OPTION.BROADCAST,
  DHCP_OPTION.NTP_SERVER,
];

/** A signal that asked for something while it waited. */
class Asked {
  readonly signal: number;

  constructor(signal: number) {
    this.signal = signal;
  }
}

export class DhcpClient {
  readonly #c: Libc;
  readonly #options: DhcpClientOptions;
  readonly #ifindex: number;
  readonly #mac: Uint8Array;
  #asked = 0;
  #xid = 0;
  /** Nobody waits for it to end. */
  readonly #isInBackground: boolean;

  private constructor(
    c: Libc,
    options: DhcpClientOptions,
    ifindex: number,
    mac: Uint8Array,
    isInBackground: boolean,
  ) {
    this.#c = c;
    this.#options = options;
    this.#ifindex = ifindex;
    this.#mac = mac;
    this.#isInBackground = isInBackground;
  }

  /** A client of an interface, or an exit status after a complaint. */
  static *open(c: Libc, options: DhcpClientOptions): Sleeping<DhcpClient | number> {
    const fd = yield* c.socket(AF.INET, SOCK.DGRAM);
    if (fd < 0) return yield* c.die('udhcpc', `socket: ${c.strerror(fd)}`);
    const request = new Uint8Array(IFREQ.SIZE);
    request.set(encodeUtf8(options.interface).subarray(0, IFREQ.data - 1));
    const index = yield* c.ioctl_bytes(fd, SIOC.GIFINDEX, request);
    const hardware = yield* c.ioctl_bytes(fd, SIOC.GIFHWADDR, request);
    yield* c.close(fd);
    if (typeof index === 'number') {
      return yield* c.die('udhcpc', `SIOCGIFINDEX: ${c.strerror(index)}`);
    }
    if (typeof hardware === 'number') {
      return yield* c.die('udhcpc', `SIOCGIFHWADDR: ${c.strerror(hardware)}`);
    }
    const ifindex = new DataView(index.buffer, index.byteOffset).getInt32(IFREQ.data, true);
    const mac = hardware.slice(IFREQ.data + 2, IFREQ.data + 2 + 6);
    return new DhcpClient(c, options, ifindex, mac, options.staysInForeground);
  }

  *writePidFile(path: string): Sleeping<void> {
    const fd = yield* this.#c.open(path, O.WRONLY | O.CREAT | O.TRUNC, 0o644);
    if (fd < 0) return;
    yield* this.#c.write_all(fd, `${yield* this.#c.getpid()}\n`);
    yield* this.#c.close(fd);
  }

  /** Exit status. `held`: what a process before this one has got. */
  *run(held?: HeldLease): Sleeping<number> {
    for (const signal of [SIGNAL.USR1, SIGNAL.USR2, SIGNAL.TERM, SIGNAL.INT]) {
      yield* this.#c.signal(signal, (arrived) => this.#note(arrived));
    }
    let current = held;
    let wanted = held?.lease.address ?? this.#options.requestedAddress;
    if (held === undefined) yield* this.#runScript('deconfig', undefined);
    for (;;) {
      if (current === undefined) {
        const lease = yield* this.#obtain(wanted);
        if (typeof lease === 'number') return lease;
        if (lease instanceof Asked) {
          const status = yield* this.#obey(lease, undefined);
          if (status !== undefined) return status;
          continue;
        }
        current = yield* this.#announce('bound', lease);
        if (this.#options.exitsWithLease) {
          if (this.#options.releasesAtExit) yield* this.#release(lease);
          return 0;
        }
        if (!this.#isInBackground) return yield* this.#goToBackground(current);
      }
      wanted = current.lease.address;
      const renewed: Lease | number | undefined = yield* this.#waitAndRenew(current);
      if (typeof renewed === 'number') return renewed;
      current = renewed === undefined ? undefined : yield* this.#announce('renew', renewed);
    }
  }

  *#note(signal: number): Sleeping<void> {
    yield* [];
    this.#asked = signal;
  }

  *#announce(event: 'bound' | 'renew', lease: Lease): Sleeping<HeldLease> {
    const server = formatIpv4(lease.server);
    yield* this.#say(
      `lease of ${formatIpv4(lease.address)} obtained from ${server}, lease time ${lease.seconds}`,
    );
    yield* this.#runScript(event, lease.message);
    return { lease, startNs: yield* this.#nowNs() };
  }

  /** A child goes on, and this process ends: its status. */
  *#goToBackground(held: HeldLease | undefined): Sleeping<number> {
    const c = this.#c;
    const pid = yield* c.fork((child) => this.#inChild(child, held));
    return pid < 0 ? yield* c.die('udhcpc', `fork: ${c.strerror(pid)}`) : 0;
  }

  *#inChild(child: Libc, held: HeldLease | undefined): Sleeping<number> {
    yield* child.setsid();
    const fd = yield* child.open('/dev/null', O.RDWR);
    if (fd >= 0) for (const target of [0, 1, 2]) yield* child.dup2(fd, target);
    const client = new DhcpClient(child, this.#options, this.#ifindex, this.#mac, true);
    return yield* client.run(held);
  }

  // ---- Getting a lease -------------------------------------------------------------------------

  /** A lease, the exit status when there is none to be had, or what a signal asks for. */
  *#obtain(wanted: number): Sleeping<Lease | number | Asked> {
    const { discoversMax, exitsWithoutLease, backgroundsWithoutLease } = this.#options;
    for (;;) {
      const wire = yield* DhcpWire.open(this.#c, this.#ifindex);
      if (typeof wire === 'number') {
        return yield* this.#c.die('udhcpc', `socket(AF_PACKET): ${this.#c.strerror(wire)}`);
      }
      this.#xid = yield* this.#random();
      for (let attempt = 0; attempt < discoversMax; attempt++) {
        yield* this.#say('broadcasting discover');
        const failure = yield* wire.send(this.#discover(wanted));
        if (failure < 0) yield* this.#say(`sendto: ${this.#c.strerror(failure)}`);
        const offer = yield* this.#await(wire, [DHCP_MESSAGE.OFFER]);
        if (offer instanceof Asked) {
          yield* wire.close();
          return offer;
        }
        if (offer === undefined) continue;
        const lease = yield* this.#select(wire, offer);
        if (lease === undefined) break;
        yield* wire.close();
        return lease;
      }
      yield* wire.close();
      yield* this.#runScript('leasefail', undefined);
      if (exitsWithoutLease) {
        yield* this.#say('no lease, failing');
        return 1;
      }
      if (backgroundsWithoutLease && !this.#isInBackground) {
        yield* this.#say('no lease, forking to background');
        return yield* this.#goToBackground(undefined);
      }
      const asked = yield* this.#pause(this.#options.tryAgainSeconds * NS_PER_S);
      if (asked !== undefined) return asked;
    }
  }

  /** Takes an offer. Undefined: the server has thought better of it, or is silent. */
  *#select(wire: DhcpWire, offer: DhcpMessage): Sleeping<Lease | Asked | undefined> {
    const server = optionNumber(offer, DHCP_OPTION.SERVER_ID) ?? offer.serverAddress;
    const address = offer.yourAddress;
    for (let attempt = 0; attempt < this.#options.discoversMax; attempt++) {
      const to = formatIpv4(server);
      yield* this.#say(`broadcasting select for ${formatIpv4(address)}, server ${to}`);
      const options = this.#optionsOf(DHCP_MESSAGE.REQUEST);
      options.set(DHCP_OPTION.REQUESTED_IP, words(address));
      options.set(DHCP_OPTION.SERVER_ID, words(server));
      yield* wire.send(this.#message(options, 0));
      const answer = yield* this.#await(wire, [DHCP_MESSAGE.ACK, DHCP_MESSAGE.NAK]);
      if (answer instanceof Asked) return answer;
      if (answer === undefined) continue;
      if (messageType(answer) === DHCP_MESSAGE.ACK) return leaseOf(answer, server);
      yield* this.#say('received DHCP NAK');
      yield* this.#runScript('nak', answer);
      return undefined;
    }
    return undefined;
  }

  // ---- Keeping it ------------------------------------------------------------------------------

  /** The lease anew; undefined when it is lost; or an exit status. */
  *#waitAndRenew({ lease, startNs }: HeldLease): Sleeping<Lease | number | undefined> {
    const endNs = startNs + lease.seconds * NS_PER_S;
    const rebindNs = startNs + Math.floor((lease.seconds * 7 * NS_PER_S) / 8);
    let nextNs = startNs + Math.floor((lease.seconds * NS_PER_S) / 2);
    for (;;) {
      const asked = yield* this.#pause(nextNs - (yield* this.#nowNs()));
      if (asked !== undefined && asked.signal !== SIGNAL.USR1) {
        return yield* this.#obey(asked, lease);
      }
      if (asked !== undefined) yield* this.#say('performing DHCP renew');
      const now = yield* this.#nowNs();
      if (now >= endNs) {
        yield* this.#say('lease lost, entering init state');
        yield* this.#runScript('deconfig', undefined);
        return undefined;
      }
      const renewed = yield* this.#renew(lease, now >= rebindNs);
      if (renewed === 'refused') {
        yield* this.#runScript('nak', undefined);
        yield* this.#runScript('deconfig', undefined);
        return undefined;
      }
      if (renewed !== undefined) return renewed;
      // As long as there is time it is asked again after half of what is left.
      const target = now >= rebindNs ? endNs : rebindNs;
      nextNs = now + Math.max(NS_PER_S, Math.floor((target - now) / 2));
    }
  }

  *#renew(lease: Lease, isForAll: boolean): Sleeping<Lease | 'refused' | undefined> {
    const wire = yield* DhcpWire.open(this.#c, this.#ifindex);
    if (typeof wire === 'number') return undefined;
    this.#xid = yield* this.#random();
    const server = formatIpv4(lease.server);
    yield* this.#say(isForAll ? 'broadcasting renew' : `sending renew to server ${server}`);
    const message = this.#message(this.#optionsOf(DHCP_MESSAGE.REQUEST), lease.address);
    if (isForAll) yield* wire.send(message, lease.address);
    else yield* wire.send(message, lease.address, lease.server);
    const answer = yield* this.#await(wire, [DHCP_MESSAGE.ACK, DHCP_MESSAGE.NAK]);
    yield* wire.close();
    if (answer === undefined || answer instanceof Asked) return undefined;
    if (messageType(answer) === DHCP_MESSAGE.ACK) return leaseOf(answer, lease.server);
    yield* this.#say('received DHCP NAK');
    return 'refused';
  }

  /** Does what a signal asks for: an exit status, or undefined to begin anew. */
  *#obey({ signal }: Asked, lease: Lease | undefined): Sleeping<number | undefined> {
    if (signal === SIGNAL.USR2) {
      if (lease !== undefined) yield* this.#release(lease);
      yield* this.#say('entering released state');
      for (;;) {
        const next = yield* this.#pause(Infinity);
        if (next?.signal === SIGNAL.USR1) return undefined;
        if (next === undefined || next.signal === SIGNAL.USR2) continue;
        return yield* this.#obey(next, lease);
      }
    }
    if (signal === SIGNAL.USR1) return undefined;
    yield* this.#say('received SIGTERM');
    if (lease !== undefined && this.#options.releasesAtExit) yield* this.#release(lease);
    return 0;
  }

  *#release(lease: Lease): Sleeping<void> {
    const [address, server] = [lease.address, lease.server].map(formatIpv4);
    yield* this.#say(`unicasting a release of ${address!} to ${server!}`);
    const wire = yield* DhcpWire.open(this.#c, this.#ifindex);
    if (typeof wire !== 'number') {
      const options = this.#optionsOf(DHCP_MESSAGE.RELEASE);
      options.set(DHCP_OPTION.SERVER_ID, words(lease.server));
      yield* wire.send(this.#message(options, lease.address), lease.address, lease.server);
      yield* wire.close();
    }
    yield* this.#runScript('deconfig', undefined);
  }

  // ---- Messages --------------------------------------------------------------------------------

  #discover(wanted: number): DhcpMessage {
    const options = this.#optionsOf(DHCP_MESSAGE.DISCOVER);
    if (wanted !== 0) options.set(DHCP_OPTION.REQUESTED_IP, words(wanted));
    return this.#message(options, 0);
  }

  #optionsOf(type: number): Map<number, Uint8Array> {
    const { sendsClientId, hostname, vendor } = this.#options;
    const options = new Map<number, Uint8Array>([[DHCP_OPTION.MESSAGE_TYPE, Uint8Array.of(type)]]);
    if (sendsClientId) options.set(DHCP_OPTION.CLIENT_ID, Uint8Array.of(1, ...this.#mac));
    if (hostname !== undefined) options.set(DHCP_OPTION.HOST_NAME, encodeUtf8(hostname));
    if (type === DHCP_MESSAGE.RELEASE) return options;
    options.set(DHCP_OPTION.MAX_SIZE, Uint8Array.of(576 >> 8, 576 & 0xff));
    if (vendor !== '') options.set(DHCP_OPTION.VENDOR_CLASS, encodeUtf8(vendor));
    options.set(DHCP_OPTION.PARAMETER_LIST, Uint8Array.from(WANTED));
    return options;
  }

  #message(options: ReadonlyMap<number, Uint8Array>, clientAddress: number): DhcpMessage {
    return {
      op: BOOTREQUEST,
      xid: this.#xid,
      seconds: 0,
      flags: this.#options.wantsBroadcast ? DHCP_BROADCAST_FLAG : 0,
      clientAddress,
      yourAddress: 0,
      serverAddress: 0,
      relayAddress: 0,
      hardwareAddress: this.#mac,
      options,
    };
  }

  /** The next answer to us of one of these kinds; undefined when there is none in time. */
  *#await(wire: DhcpWire, types: readonly number[]): Sleeping<DhcpMessage | Asked | undefined> {
    const endNs = (yield* this.#nowNs()) + this.#options.pauseSeconds * NS_PER_S;
    for (;;) {
      const leftMs = Math.ceil((endNs - (yield* this.#nowNs())) / NS_PER_MS);
      if (leftMs <= 0) return undefined;
      const ready = yield* this.#c.poll([{ fd: wire.fd, events: POLL.IN }], leftMs);
      const asked = this.#takeAsked();
      if (asked !== undefined) return asked;
      if (typeof ready === 'number' || (ready[0] ?? 0) === 0) continue;
      const message = yield* wire.receive();
      if (message === undefined || typeof message === 'number') continue;
      if (message.op !== BOOTREPLY || message.xid !== this.#xid) continue;
      if (message.hardwareAddress.some((byte, at) => byte !== this.#mac[at])) continue;
      if (types.includes(messageType(message))) return message;
    }
  }

  // ---- The rest --------------------------------------------------------------------------------

  #takeAsked(): Asked | undefined {
    const signal = this.#asked;
    this.#asked = 0;
    return signal === 0 ? undefined : new Asked(signal);
  }

  /** Sleeps, unless a signal asks for something. */
  *#pause(nanoseconds: number): Sleeping<Asked | undefined> {
    if (nanoseconds > 0) {
      yield* this.#c.poll([], nanoseconds === Infinity ? -1 : Math.ceil(nanoseconds / NS_PER_MS));
    }
    return this.#takeAsked();
  }

  /** Runs the script with what the server has told in its environment. */
  *#runScript(event: string, message: DhcpMessage | undefined): Sleeping<void> {
    const c = this.#c;
    const { script, interface: name } = this.#options;
    const env = [`PATH=${DEFAULT_PATH}`, `HOME=${c.env.get('HOME') ?? '/'}`, `interface=${name}`];
    if (message !== undefined) env.push(...environmentOf(message));
    const pid = yield* c.posix_spawn({ path: script, argv: [script, event], env });
    if (pid < 0) {
      yield* this.#say(`can't execute '${script}': ${c.strerror(pid)}`);
      return;
    }
    while ((yield* c.wait4(pid)) === -ERRNO.EINTR);
  }

  *#say(text: string): Sleeping<void> {
    yield* this.#c.err(`udhcpc: ${text}\n`);
  }

  *#nowNs(): Sleeping<number> {
    const now = yield* this.#c.clock_gettime();
    return typeof now === 'number' ? 0 : now.seconds * NS_PER_S + now.nanoseconds;
  }

  *#random(): Sleeping<number> {
    const bytes = yield* this.#c.getrandom(4);
    return typeof bytes === 'number'
      ? 1
      : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  }
}
