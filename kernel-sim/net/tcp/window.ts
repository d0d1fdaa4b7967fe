// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How much the peer may send: the window that is offered, and the buffer behind it.
 *
 * The window begins small and grows as segments show that they use their buffers well; the buffer
 * itself grows when the program reads more per round trip than fits. A small window is no offer
 * (RFC 9293, 3.8.6.2.2: silly window syndrome), and what was offered is not taken back.
 *
 * Linux: __tcp_select_window, tcp_select_initial_window, tcp_grow_window, tcp_rcv_space_adjust.
 */
import type { Connection } from './connection.ts';
import { after, plus } from './seq.ts';
import { NS_PER_MS, spaceFromWindow, windowFromSpace, WSCALE_MAX } from './settings.ts';
import type { TcpSettings } from './settings.ts';

const UNSCALED_MAX = 65_535;
/** Segments that the first window holds, twice INITIAL_CWND at the usual size. RFC 6928. */
const WINDOW_SEGMENTS_SPARE = 16;
/** A sixteenth of the buffer is the least that is offered. */
const LEAST_SHIFT = 4;

/** How many bits a window must be shifted so that it can name the largest buffer. */
export function windowScaleFor(settings: TcpSettings, space: number, rmemMax: number): number {
  if (settings.windowScaling === 0) return 0;
  let largest = Math.max(space, settings.rmem[2], rmemMax);
  let wscale = 0;
  while (largest > UNSCALED_MAX && wscale < WSCALE_MAX) {
    largest = Math.floor(largest / 2);
    wscale++;
  }
  return wscale;
}

/** The window of a SYN: whole segments, as many as fit, and not scaled yet. */
export function initialWindow(space: number, mss: number): number {
  const window = Math.min(space, UNSCALED_MAX);
  return window > mss ? window - (window % mss) : window;
}

/** Bytes that there is room for. Linux: tcp_space. */
function roomOf(tp: Connection): number {
  const { sock, receive, tcp } = tp;
  return windowFromSpace(tcp.settings, sock.options.rcvbuf - receive.memoryBytes);
}

/** Linux: tcp_full_space. */
export function fullSpace(tp: Connection): number {
  return windowFromSpace(tp.tcp.settings, tp.sock.options.rcvbuf);
}

/** What could be offered now. Linux: __tcp_select_window. */
export function possibleWindow(tp: Connection): number {
  const allowed = fullSpace(tp);
  const full = Math.min(tp.windowClamp, allowed);
  const mss = Math.min(tp.rcvMss, full);
  if (mss <= 0) return 0;
  const unit = 2 ** tp.rcvWscale;
  let free = roomOf(tp);
  if (free < full / 2) {
    free -= free % unit;
    if (free < allowed >>> LEAST_SHIFT || free < mss) return 0;
  }
  free = Math.min(free, tp.rcvSsthresh);
  if (tp.rcvWscale > 0) return Math.ceil(free / unit) * unit;
  // Moves by whole segments, and only when there is one.
  if (tp.rcvWnd <= free - mss || tp.rcvWnd > free) return free - (free % mss);
  return mss === full && free > tp.rcvWnd + full / 2 ? free : tp.rcvWnd;
}

/** What goes into the header of the next segment. Linux: tcp_select_window. */
export function selectWindow(tp: Connection): number {
  const offered = tp.receiveWindow;
  const unit = 2 ** tp.rcvWscale;
  let window = possibleWindow(tp);
  const { tcpExt } = tp.tcp.statistics;
  if (window < offered) {
    if (window === 0) tcpExt.TCPWantZeroWindowAdv++;
    window = Math.ceil(offered / unit) * unit;
  }
  window = Math.min(window, UNSCALED_MAX * unit);
  const wasOpen = tp.rcvWnd > 0;
  tp.rcvWnd = window;
  tp.rcvWup = tp.rcvNxt;
  if (window === 0 && wasOpen) tcpExt.TCPToZeroWindowAdv++;
  else if (window > 0 && !wasOpen) tcpExt.TCPFromZeroWindowAdv++;
  return Math.floor(window / unit);
}

/** The connection is there: its buffers begin to be used. Linux: tcp_init_buffer_space. */
export function initBufferSpace(tp: Connection): void {
  const full = fullSpace(tp);
  const { rcvSpace } = tp;
  rcvSpace.bytes = Math.min(tp.rcvWnd, WINDOW_SEGMENTS_SPARE * tp.advmss);
  rcvSpace.seq = tp.copiedSeq;
  rcvSpace.sinceNs = tp.tcp.now();
  if (tp.windowClamp >= full) tp.windowClamp = full;
  if (tp.options.windowClamp > 0) {
    tp.windowClamp = Math.min(tp.windowClamp, tp.options.windowClamp);
  }
  tp.rcvSsthresh = Math.min(tp.rcvSsthresh, tp.windowClamp);
}

/** A segment came that carried `bytes` in a buffer of `truesize`. Linux: tcp_grow_window. */
export function growWindow(tp: Connection, bytes: number, truesize: number): void {
  const room = Math.min(tp.windowClamp, roomOf(tp)) - tp.rcvSsthresh;
  if (room <= 0) return;
  const { settings } = tp.tcp;
  const isDense = windowFromSpace(settings, truesize) <= bytes;
  const step = isDense ? 2 * tp.advmss : sparseStep(tp, bytes, truesize);
  if (step > 0) tp.rcvSsthresh += Math.min(room, Math.max(step, 2 * bytes));
}

/** A buffer that holds few bytes still lets a window grow that is small beside the largest. */
function sparseStep(tp: Connection, bytes: number, truesize: number): number {
  const { settings } = tp.tcp;
  let needed = Math.floor(windowFromSpace(settings, truesize) / 2);
  let window = Math.floor(windowFromSpace(settings, settings.rmem[2]) / 2);
  while (tp.rcvSsthresh <= window) {
    if (needed <= bytes) return 2 * tp.rcvMss;
    needed = Math.floor(needed / 2);
    window = Math.floor(window / 2);
  }
  return 0;
}

/** The program has read: does it read more per round trip than the buffer was made for? */
export function adjustReceiveSpace(tp: Connection): void {
  const { rcvSpace, rcvRtt, tcp, sock } = tp;
  const nowNs = tcp.now();
  if (rcvRtt.rttUs === 0 || nowNs - rcvSpace.sinceNs < rcvRtt.rttUs * 1000) return;
  const copied = (tp.copiedSeq - rcvSpace.seq) >>> 0;
  const { settings } = tcp;
  if (copied > rcvSpace.bytes) {
    if (settings.moderateRcvbuf !== 0 && !sock.options.isRcvbufFixed) {
      let window = 2 * copied + WINDOW_SEGMENTS_SPARE * tp.advmss;
      // Twice as much per round trip: the sender is in slow start, be ahead of it.
      const growth = Math.floor((window * (copied - rcvSpace.bytes)) / rcvSpace.bytes);
      window += 2 * growth;
      const rcvbuf = Math.min(spaceFromWindow(settings, window), settings.rmem[2]);
      if (rcvbuf > sock.options.rcvbuf) {
        sock.options.rcvbuf = rcvbuf;
        if (tp.options.windowClamp === 0) tp.windowClamp = windowFromSpace(settings, rcvbuf);
      }
    }
    rcvSpace.bytes = copied;
  }
  rcvSpace.seq = tp.copiedSeq;
  rcvSpace.sinceNs = nowNs;
}

/** How long a round trip is, as a receiver sees it. Linux: tcp_rcv_rtt_measure(_ts). */
export function measureReceiveRtt(tp: Connection, bytes: number, tsecr: number): void {
  const { rcvRtt, tcp } = tp;
  const nowNs = tcp.now();
  if (tp.hasTimestamps) {
    if (tsecr === rcvRtt.lastTsecr || bytes < tp.rcvMss) return;
    rcvRtt.lastTsecr = tsecr;
    const ticks = (Math.floor(nowNs / NS_PER_MS) + tp.tsOffset - tsecr) | 0;
    if (ticks >= 0) addReceiveRtt(tp, Math.max(1, ticks) * 1000, false);
    return;
  }
  // Without timestamps: how long it took to receive a window.
  if (rcvRtt.sinceNs > 0) {
    if (!after(tp.rcvNxt, rcvRtt.seq)) return;
    addReceiveRtt(tp, Math.max(1, Math.floor((nowNs - rcvRtt.sinceNs) / 1000)), true);
  }
  rcvRtt.seq = plus(tp.rcvNxt, tp.rcvWnd);
  rcvRtt.sinceNs = nowNs;
}

/** A whole window may have waited for its sender: only the least time counts then. */
function addReceiveRtt({ rcvRtt }: Connection, sampleUs: number, isLeast: boolean): void {
  if (rcvRtt.rttUs === 0) rcvRtt.rttUs = sampleUs;
  else if (isLeast) rcvRtt.rttUs = Math.min(rcvRtt.rttUs, sampleUs);
  else rcvRtt.rttUs += Math.trunc((sampleUs - rcvRtt.rttUs) / 8);
}

/** There is room for at least half as much as waits already. Linux: sk_stream_is_writeable. */
export function isWritable({ send, sock }: Connection): boolean {
  return sock.options.sndbuf - send.queuedBytes >= Math.floor(send.queuedBytes / 2);
}
