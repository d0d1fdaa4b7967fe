// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What ss adds to a socket's line when asked: timers, owner, memory, and what TCP tells of itself.
 *
 * Counterpart: iproute2, inet_show_sock and tcp_stats_print of misc/ss.c.
 */
import {
  INET_DIAG,
  INET_DIAG_MSG,
  INET_DIAG_SOCKID,
  SK_MEMINFO,
  TCP_STATE,
} from '../../uapi/sock-diag.ts';
import { TCP_INFO, TCPI_OPT } from '../../uapi/tcp.ts';
import type { Attributes } from '../support/netlink.ts';
import { general } from '../support/numbers.ts';

/** Which of -o, -e, -m, -i were given. */
export interface DetailOptions {
  readonly timers: boolean;
  readonly extended: boolean;
  readonly memory: boolean;
  readonly info: boolean;
  /** -O: all on the socket's own line. */
  readonly isOneLine: boolean;
}

/** A socket's message of NETLINK_SOCK_DIAG. */
export interface Diagnosis {
  readonly body: DataView;
  readonly attributes: Attributes;
  readonly isUdp: boolean;
}

const TIMERS = ['off', 'on', 'keepalive', 'timewait', 'persist', 'unknown'] as const;
const SHUT_RECEIVE = 1;
const SHUT_SEND = 2;
const SSTHRESH_INFINITE = 0xffff;
const RTT_UNKNOWN = 0xffff_ffff;
const REORDERING_USUAL = 3;
const US_PER_MS = 1000;
const US_PER_S = 1_000_000;
const BITS = 8;

/** Bits of INET_DIAG_REQ.ext. */
export function extensionsFor({ memory, info }: DetailOptions): number {
  const bit = (attribute: number): number => 1 << (attribute - 1);
  return (
    (memory ? bit(INET_DIAG.SKMEMINFO) : 0) | (info ? bit(INET_DIAG.INFO) | bit(INET_DIAG.CONG) : 0)
  );
}

export function detailsText(socket: Diagnosis, options: DetailOptions): string {
  const more = options.memory || (options.info && !socket.isUdp);
  return (
    (options.timers ? timerText(socket) : '') +
    (options.extended ? ownerText(socket) : '') +
    (more && !options.isOneLine ? '\n\t' : '') +
    (options.memory ? memoryText(socket) : '') +
    (options.info ? infoText(socket) : '')
  );
}

function timerText({ body }: Diagnosis): string {
  const timer = body.getUint8(INET_DIAG_MSG.timer);
  if (timer === 0) return '';
  const name = TIMERS[Math.min(timer, TIMERS.length - 1)];
  const left = remaining(body.getUint32(INET_DIAG_MSG.expires, true));
  return ` timer:(${name},${left},${body.getUint8(INET_DIAG_MSG.retrans)})`;
}

/** Ever coarser, the longer it takes. */
export function remaining(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = minutes > 9 ? 0 : Math.floor(milliseconds / 1000) % 60;
  const rest = minutes > 0 || seconds > 9 ? 0 : milliseconds % 1000;
  return (
    (minutes > 0 ? `${minutes}min` : '') +
    (seconds > 0 ? `${seconds}${rest > 0 ? '.' : 'sec'}` : '') +
    (rest > 0 ? `${String(rest).padStart(3, '0')}ms` : '')
  );
}

function ownerText({ body, attributes }: Diagnosis): string {
  const uid = body.getUint32(INET_DIAG_MSG.uid, true);
  const inode = body.getUint32(INET_DIAG_MSG.inode, true);
  const cookie = body.getUint32(INET_DIAG_MSG.id + INET_DIAG_SOCKID.cookie, true);
  const mark = attributes.u32(INET_DIAG.MARK) ?? 0;
  const isV6Only = attributes.u8(INET_DIAG.SKV6ONLY);
  const shut = attributes.u8(INET_DIAG.SHUTDOWN);
  return (
    (uid === 0 ? '' : ` uid:${uid}`) +
    ` ino:${inode} sk:${cookie.toString(16)}` +
    (mark === 0 ? '' : ` fwmark:0x${mark.toString(16)}`) +
    (isV6Only === undefined ? '' : ` v6only:${isV6Only}`) +
    (shut === undefined ? '' : ` ${arrows(shut)}`)
  );
}

function arrows(shut: number): string {
  return `${(shut & SHUT_RECEIVE) === 0 ? '<' : '-'}-${(shut & SHUT_SEND) === 0 ? '>' : '-'}`;
}

function memoryText({ attributes }: Diagnosis): string {
  const view = attributes.view(INET_DIAG.SKMEMINFO);
  if (view === undefined) return '';
  const of = (index: number): number => view.getUint32(4 * index, true);
  return (
    ` skmem:(r${of(SK_MEMINFO.RMEM_ALLOC)},rb${of(SK_MEMINFO.RCVBUF)}` +
    `,t${of(SK_MEMINFO.WMEM_ALLOC)},tb${of(SK_MEMINFO.SNDBUF)}` +
    `,f${of(SK_MEMINFO.FWD_ALLOC)},w${of(SK_MEMINFO.WMEM_QUEUED)}` +
    `,o${of(SK_MEMINFO.OPTMEM)},bl${of(SK_MEMINFO.BACKLOG)},d${of(SK_MEMINFO.DROPS)})`
  );
}

function infoText({ attributes }: Diagnosis): string {
  const view = attributes.view(INET_DIAG.INFO);
  if (view === undefined) return '';
  return new TcpInfoText(view, attributes.text(INET_DIAG.CONG) ?? '').toString();
}

/** TCP_INFO in words: what is zero, or as it usually is, is left out. */
class TcpInfoText {
  readonly #view: DataView;
  readonly #congestion: string;
  #text = '';

  constructor(view: DataView, congestion: string) {
    this.#view = view;
    this.#congestion = congestion;
  }

  toString(): string {
    this.#text = '';
    this.#options();
    this.#times();
    this.#sizes();
    this.#counts();
    this.#losses();
    return this.#text;
  }

  #word(at: number): number {
    return this.#view.getUint32(at, true);
  }

  #say(name: string, value: number | string): void {
    if (value !== 0 && value !== '') this.#text += ` ${name}:${value}`;
  }

  #sayMs(name: string, us: number): void {
    this.#say(name, us === 0 ? 0 : general(us / US_PER_MS, 6));
  }

  #sayLong(name: string, at: number): void {
    this.#say(name, Number(this.#view.getBigUint64(at, true)));
  }

  #options(): void {
    const options = this.#view.getUint8(TCP_INFO.options);
    if ((options & TCPI_OPT.TIMESTAMPS) !== 0) this.#text += ' ts';
    if ((options & TCPI_OPT.SACK) !== 0) this.#text += ' sack';
    if (this.#congestion !== '') this.#text += ` ${this.#congestion}`;
    const scales = this.#view.getUint8(TCP_INFO.wscale);
    if ((options & TCPI_OPT.WSCALE) !== 0) this.#say('wscale', `${scales & 15},${scales >>> 4}`);
  }

  #times(): void {
    this.#sayMs('rto', this.#word(TCP_INFO.rto));
    this.#say('backoff', this.#view.getUint8(TCP_INFO.backoff));
    const [rtt, variance] = [this.#word(TCP_INFO.rtt), this.#word(TCP_INFO.rttvar)];
    const ms = (us: number): string => general(us / US_PER_MS, 6);
    if (rtt !== 0) this.#say('rtt', `${ms(rtt)}/${ms(variance)}`);
    this.#sayMs('ato', this.#word(TCP_INFO.ato));
  }

  #sizes(): void {
    this.#say('mss', this.#word(TCP_INFO.sndMss));
    this.#say('pmtu', this.#word(TCP_INFO.pmtu));
    this.#say('rcvmss', this.#word(TCP_INFO.rcvMss));
    this.#say('advmss', this.#word(TCP_INFO.advmss));
    this.#say('cwnd', this.#word(TCP_INFO.sndCwnd));
    const ssthresh = this.#word(TCP_INFO.sndSsthresh);
    if (ssthresh < SSTHRESH_INFINITE) this.#say('ssthresh', ssthresh);
  }

  #counts(): void {
    this.#sayLong('bytes_sent', TCP_INFO.bytesSent);
    this.#sayLong('bytes_retrans', TCP_INFO.bytesRetrans);
    this.#sayLong('bytes_acked', TCP_INFO.bytesAcked);
    this.#sayLong('bytes_received', TCP_INFO.bytesReceived);
    this.#say('segs_out', this.#word(TCP_INFO.segsOut));
    this.#say('segs_in', this.#word(TCP_INFO.segsIn));
    this.#say('data_segs_out', this.#word(TCP_INFO.dataSegsOut));
    this.#say('data_segs_in', this.#word(TCP_INFO.dataSegsIn));
    const rtt = this.#word(TCP_INFO.rtt);
    if (rtt > 0) {
      const perTrip = this.#word(TCP_INFO.sndCwnd) * this.#word(TCP_INFO.sndMss);
      const rate = Math.round((perTrip * BITS * US_PER_S) / rtt);
      if (rate > 0) this.#text += ` send ${rate}bps`;
    }
    this.#say('lastsnd', this.#word(TCP_INFO.lastDataSent));
    this.#say('lastrcv', this.#word(TCP_INFO.lastDataRecv));
    this.#say('lastack', this.#word(TCP_INFO.lastAckRecv));
    this.#say('delivered', this.#word(TCP_INFO.delivered));
  }

  #losses(): void {
    this.#say('unacked', this.#word(TCP_INFO.unacked));
    const [now, ever] = [this.#word(TCP_INFO.retrans), this.#word(TCP_INFO.totalRetrans)];
    if (now !== 0 || ever !== 0) this.#say('retrans', `${now}/${ever}`);
    this.#say('lost', this.#word(TCP_INFO.lost));
    const isListening = this.#view.getUint8(TCP_INFO.state) === TCP_STATE.LISTEN;
    if (!isListening) this.#say('sacked', this.#word(TCP_INFO.sacked));
    this.#say('dsack_dups', this.#word(TCP_INFO.dsackDups));
    const reordering = this.#word(TCP_INFO.reordering);
    if (reordering !== REORDERING_USUAL) this.#say('reordering', reordering);
    this.#sayMs('rcv_rtt', this.#word(TCP_INFO.rcvRtt));
    this.#say('rcv_space', this.#word(TCP_INFO.rcvSpace));
    this.#say('rcv_ssthresh', this.#word(TCP_INFO.rcvSsthresh));
    this.#say('notsent', this.#word(TCP_INFO.notsentBytes));
    const least = this.#word(TCP_INFO.minRtt);
    if (least !== RTT_UNKNOWN) this.#sayMs('minrtt', least);
    this.#say('rcv_ooopack', this.#word(TCP_INFO.rcvOoopack));
    this.#say('snd_wnd', this.#word(TCP_INFO.sndWnd));
  }
}
