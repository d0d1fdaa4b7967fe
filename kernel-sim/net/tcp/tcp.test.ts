// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { read, stateName, TcpPeers, write } from '../testing/tcp-peers.ts';

it('connects, talks and closes', () => {
  const peers = new TcpPeers();
  const { client, server, listener } = peers.connect();
  expect([stateName(client), stateName(server)]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
  expect(write(client, 'hello')).toBe(5);
  peers.rig.wait(1_000_000);
  expect(read(server)).toBe('hello');
  expect(read(server)).toBe('WOULD_BLOCK');
  expect(write(server, 'well met')).toBe(8);
  peers.rig.wait(1_000_000);
  expect(read(client)).toBe('well met');
  client.release();
  peers.rig.wait(1_000_000);
  expect(read(server)).toBe('');
  peers.close(server, listener);
  expect(peers.finish()).toBe('');
});
