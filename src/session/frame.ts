// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The sandboxed frame: where drivers run that anybody may have written.
 *
 * The frame has an opaque origin, so no cookies, no storage and no way to the page; its policy
 * forbids the network and `eval`. Its worker starts as a *classic* script from text, since such a
 * frame can neither fetch nor start a module worker. Removing the frame ends the worker at once,
 * even in an endless loop.
 *
 * The first frame stands in index.html, policy and all, so that the browser makes it while scripts
 * are still on their way. Later ones are its copies.
 */
let pristine: HTMLIFrameElement | undefined;

interface Frame {
  readonly element: HTMLIFrameElement;
  readonly loaded: Promise<void>;
}

function takeFrame(): Frame {
  const first = document.querySelector<HTMLIFrameElement>('iframe[data-sandbox=first]');
  if (first !== null) {
    pristine = first.cloneNode() as HTMLIFrameElement;
    pristine.dataset['sandbox'] = 'again';
    first.dataset['sandbox'] = 'taken';
    const isLoaded = first.dataset['loaded'] !== undefined;
    return { element: first, loaded: isLoaded ? Promise.resolve() : whenLoaded(first) };
  }
  const element = pristine?.cloneNode() as HTMLIFrameElement | undefined;
  if (element === undefined) throw new Error('the page has no sandbox to copy');
  const loaded = whenLoaded(element);
  document.body.append(element);
  return { element, loaded };
}

function whenLoaded(frame: HTMLIFrameElement): Promise<void> {
  return new Promise((resolve) => {
    frame.addEventListener('load', () => resolve(), { once: true });
  });
}

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
  const { element: frame, loaded } = takeFrame();
  const { port1, port2 } = new MessageChannel();

  const onMessage = (event: MessageEvent): void => {
    if (event.source !== frame.contentWindow) return;
    onError(String(event.data).slice(0, 500));
  };
  addEventListener('message', onMessage);
  // An opaque origin has no name to aim at; the frame's document is ours, and checks the sender.
  void loaded.then(() => frame.contentWindow?.postMessage(source, '*', [port2]));

  return {
    port: port1,
    remove() {
      removeEventListener('message', onMessage);
      port1.close();
      frame.remove();
    },
  };
}
