// SPDX-License-Identifier: GPL-2.0-or-later
/** A test as JSON, and JSON as cJSON prints it. Counterpart: iperf 3.12, iperf_json_finish. */
import { general } from '../support/numbers.ts';
import type { TestSettings } from './options.ts';
import type { TestResults } from './protocol.ts';
import { sumOf, type Total, totalOf } from './report.ts';
import type { Stream } from './stream.ts';
import type { Interval } from './test-run.ts';

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

export function printJson(value: Json, depth = 0): string {
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map((each) => printJson(each, depth + 1)).join(', ')}]`;
  const indent = '\t'.repeat(depth + 1);
  const members = Object.entries(value).map(
    ([name, each]) => `${indent}${JSON.stringify(name)}:\t${printJson(each, depth + 1)}`,
  );
  const body = members.length === 0 ? '' : `${members.join(',\n')}\n`;
  return `{\n${body}${'\t'.repeat(depth)}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** 15 digits where they are enough, or else 17. */
function numberText(value: number): string {
  const short = general(value, 15);
  return Number(short) === value ? short : general(value, 17);
}

export interface JsonParts {
  readonly version: string;
  readonly systemInfo: string;
  readonly time: { readonly text: string; readonly seconds: number };
  readonly peer: { readonly name: string; readonly host: string; readonly port: number };
  readonly cookie: string;
  readonly settings: TestSettings;
  readonly isSender: boolean;
  readonly streams: readonly Stream[];
  readonly intervals: readonly Interval[];
  readonly own: TestResults;
  readonly other: TestResults;
}

export function failureJson(parts: Pick<JsonParts, 'version' | 'systemInfo'>, error: string): Json {
  const { version, systemInfo } = parts;
  return {
    start: { connected: [], version, system_info: systemInfo },
    intervals: [],
    end: {},
    error,
  };
}

export function testJson(parts: JsonParts): Json {
  const { settings, peer, time } = parts;
  return {
    start: {
      connected: parts.streams.map(({ parts: { fd, local, remote } }) => ({
        socket: fd,
        local_host: local.address,
        local_port: local.port,
        remote_host: remote.address,
        remote_port: remote.port,
      })),
      version: parts.version,
      system_info: parts.systemInfo,
      timestamp: { time: time.text, timesecs: time.seconds },
      [peer.name]: { host: peer.host, port: peer.port },
      cookie: parts.cookie,
      target_bitrate: settings.rate,
      sock_bufsize: settings.windowBytes,
      test_start: {
        protocol: settings.isUdp ? 'UDP' : 'TCP',
        num_streams: settings.streams,
        blksize: settings.blockBytes,
        omit: 0,
        duration: settings.seconds,
        bytes: settings.bytes,
        blocks: settings.blocks,
        reverse: settings.isReverse ? 1 : 0,
        tos: settings.tos,
        target_bitrate: settings.rate,
      },
    },
    intervals: parts.intervals.map((interval) => intervalJson(parts, interval)),
    end: endJson(parts),
  };
}

function amounts(start: number, end: number, bytes: number): Readonly<Record<string, number>> {
  const seconds = end - start;
  const rate = seconds > 0 ? (bytes * 8) / seconds : 0;
  return { start, end, seconds, bytes, bits_per_second: rate };
}

function lossOf({ jitter, errors, packets }: Omit<Total, 'end'>): Readonly<Record<string, number>> {
  return {
    jitter_ms: jitter * 1000,
    lost_packets: errors,
    packets,
    lost_percent: packets > 0 ? (errors * 100) / packets : 0,
  };
}

function intervalJson(parts: JsonParts, { start, end, streams }: Interval): Json {
  const { isSender, settings } = parts;
  const who = { omitted: false, sender: isSender };
  const counted = (part: Omit<Total, 'end'>): Readonly<Record<string, number>> => {
    if (settings.isUdp) return isSender ? { packets: part.packets } : lossOf(part);
    return isSender ? { retransmits: part.retransmits } : {};
  };
  const sum = sumOf(streams.map((part) => ({ ...part, end: 0 })));
  return {
    streams: streams.map((part) => {
      const { tcp, parts: own } = part.stream;
      const state =
        tcp === undefined
          ? {}
          : {
              snd_cwnd: tcp.cwndBytes,
              snd_wnd: tcp.sndWnd,
              rtt: tcp.rttUs,
              rttvar: tcp.rttvarUs,
              pmtu: tcp.pmtu,
            };
      const counts = { ...amounts(start, end, part.bytes), ...counted(part) };
      return { socket: own.fd, ...counts, ...state, ...who };
    }),
    sum: { ...amounts(start, end, sum.bytes), ...counted(sum), ...who },
  };
}

function endJson({ settings, isSender, streams, own, other }: JsonParts): Json {
  const sending = isSender ? own : other;
  const receiving = isSender ? other : own;
  const of = (results: TestResults, stream: Stream): Total =>
    totalOf(results.streams.find(({ id }) => id === stream.parts.id));
  const who = { sender: isSender };
  const sent = (total: Total): Readonly<Record<string, number>> => ({
    ...amounts(0, total.end, total.bytes),
    ...(sending.hasRetransmits === 1 ? { retransmits: total.retransmits } : {}),
  });
  const received = (total: Total): Readonly<Record<string, number>> =>
    amounts(0, total.end, total.bytes);
  const allSent = sumOf(streams.map((stream) => of(sending, stream)));
  const allReceived = sumOf(streams.map((stream) => of(receiving, stream)));
  const cpu = {
    cpu_utilization_percent: {
      host_total: own.cpu.total,
      host_user: own.cpu.user,
      host_system: own.cpu.system,
      remote_total: other.cpu.total,
      remote_user: other.cpu.user,
      remote_system: other.cpu.system,
    },
  };
  if (settings.isUdp) {
    return {
      streams: streams.map((stream) => {
        const { outOfOrder: out_of_order, parts } = stream;
        const loss = lossOf(of(receiving, stream));
        const counts = amounts(0, of(sending, stream).end, of(sending, stream).bytes);
        return { udp: { socket: parts.fd, ...counts, ...loss, out_of_order, ...who } };
      }),
      sum: { ...received(allReceived), ...lossOf(allReceived), ...who },
      sum_sent: { ...received(allSent), ...lossOf({ ...allSent, jitter: 0 }), sender: true },
      sum_received: { ...received(allReceived), ...lossOf(allReceived), sender: false },
      ...cpu,
    };
  }
  return {
    streams: streams.map((stream) => ({
      sender: {
        socket: stream.parts.fd,
        ...sent(of(sending, stream)),
        ...extremes(stream),
        ...who,
      },
      receiver: { socket: stream.parts.fd, ...received(of(receiving, stream)), ...who },
    })),
    sum_sent: { ...sent(allSent), ...who },
    sum_received: { ...received(allReceived), ...who },
    ...cpu,
    sender_tcp_congestion: sending.congestion,
    receiver_tcp_congestion: receiving.congestion,
  };
}

function extremes({ rtts, maxCwndBytes, maxSndWnd }: Stream): Readonly<Record<string, number>> {
  const count = Math.max(1, rtts.length);
  return {
    max_snd_cwnd: maxCwndBytes,
    max_snd_wnd: maxSndWnd,
    max_rtt: Math.max(0, ...rtts),
    min_rtt: rtts.length === 0 ? 0 : Math.min(...rtts),
    mean_rtt: Math.round(rtts.reduce((sum, rtt) => sum + rtt, 0) / count),
  };
}
