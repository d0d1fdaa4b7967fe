// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Every command against what Debian's ip 6.1.0 printed in a network namespace, fed with the very
 * messages that Linux answered there (testing/recorded.json).
 */
import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { RTM, RTMSG } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';
import { parseMessages, type NetlinkClient, type NetlinkMessage } from '../support/netlink.ts';
import { runIp } from '../ip.ts';

interface Recorded {
  readonly dumps: Readonly<Record<string, string>>;
  readonly runs: readonly {
    readonly words: string;
    readonly stdout: string;
    readonly stderr: string;
    readonly status: number;
  }[];
}

const path = new URL('testing/recorded.json', import.meta.url);
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded;

function messagesOf(name: string): NetlinkMessage[] {
  return parseMessages(Uint8Array.from(Buffer.from(recorded.dumps[name] ?? '', 'base64')));
}

/** The kernel that was recorded: it dumps, and refuses what changes it. */
const NETLINK = {
  *dump(type: number, body: Uint8Array) {
    if (type === RTM.GETLINK) return { messages: messagesOf('links') };
    if (type === RTM.GETNEIGH) return { messages: messagesOf('neighbours') };
    if (type === RTM.GETADDR) return { messages: messagesOf('addresses') };
    const isIpv6 = body[RTMSG.family] === AF.INET6;
    return { messages: messagesOf(isIpv6 ? 'routes6' : 'routes4') };
  },
  *change() {
    return { error: -17, message: '' };
  },
} as unknown as NetlinkClient;

function run(words: string): { stdout: string; stderr: string; status: number } {
  let stdout = '';
  let stderr = '';
  const c = {
    out: (text: string) => void (stdout += text),
    *err(text: string) {
      stderr += text;
    },
  } as unknown as Libc;
  const steps = runIp(c, words.split(' '), function* () {
    return NETLINK;
  });
  const step = steps.next();
  if (step.done !== true) throw new Error('nothing here sleeps');
  return { stdout, stderr, status: step.value };
}

describe('ip prints what iproute2 prints', () => {
  test.each(recorded.runs)('ip $words', ({ words, stdout, stderr, status }) => {
    const ours = run(words);
    // Ages are of the moment that they were asked at.
    const ageless = (text: string): string =>
      text.replaceAll(/\d+sec/g, 'Nsec').replaceAll(/used \S+probes/g, 'used');
    expect(ageless(ours.stdout)).toBe(ageless(stdout));
    expect(ours.stderr.slice(0, stderr.length)).toBe(stderr);
    expect(ours.status).toBe(status);
  });
});
