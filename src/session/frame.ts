// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The sandboxed frame: where drivers run that anybody may have written.
 *
 * The frame has an opaque origin, so no cookies, no storage and no way to the page; its policy
 * forbids the network and `eval`. Its worker starts as a *classic* script from text, since such a
 * frame can neither fetch nor start a module worker. Removing the frame ends the worker at once,
 * even in an endless loop.
 */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; " +
  "connect-src 'none'; base-uri 'none'; form-action 'none'";

/** Runs in the frame: hands the text on to a worker, and the port with it. */
const BOOTSTRAP = `
addEventListener('message', (event) => {
  if (event.source !== parent) return;
  const url = URL.createObjectURL(new Blob([event.data], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onerror = (event) => parent.postMessage(String(event.message || 'did not start'), '*');
  worker.postMessage(null, [event.ports[0]]);
}, { once: true });
`;

const DOCUMENT =
  `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
  `<script>${BOOTSTRAP}</script>`;

export interface SandboxedWorker {
  readonly port: MessagePort;
  /** Ends the worker, whatever it is doing. */
  remove(): void;
}

/** Starts `source` as a worker in a new frame. `onError` gets the text of what it failed with. */
export function startSandboxedWorker(
  source: string,
  onError: (text: string) => void,
): SandboxedWorker {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.hidden = true;
  frame.title = 'Sandbox of the simulated kernel';
  frame.srcdoc = DOCUMENT;
  const { port1, port2 } = new MessageChannel();

  const onMessage = (event: MessageEvent): void => {
    if (event.source !== frame.contentWindow) return;
    onError(String(event.data).slice(0, 500));
  };
  addEventListener('message', onMessage);
  // An opaque origin has no name to aim at; the frame's document is ours, and checks the sender.
  frame.addEventListener('load', () => frame.contentWindow?.postMessage(source, '*', [port2]), {
    once: true,
  });
  document.body.append(frame);

  return {
    port: port1,
    remove() {
      removeEventListener('message', onMessage);
      port1.close();
      frame.remove();
    },
  };
}
