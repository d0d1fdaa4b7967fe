// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The cable between the machines of tabs that are open side by side: each tab that is plugged in
 * hears every frame of the others, as at a hub.
 *
 * Two cards of one network need different addresses, so each tab takes a number that no other open
 * tab has, and keeps it until it is closed; the browser's locks see to that. The gateway gives
 * every one of these cards an IP address of its own (kernel-sim/world/gateway.ts).
 */
const TABS_MAX = 8;
/** Longer than any frame that our cards can send. */
const FRAME_BYTES_MAX = 16 * 1024;

export class TabCable {
  readonly #onFrame: (bytes: Uint8Array) => void;
  readonly #mac: Promise<string | undefined>;
  #channel: BroadcastChannel | undefined;

  /** `onFrame` gets what other tabs send while this one is plugged in. */
  constructor(onFrame: (bytes: Uint8Array) => void) {
    this.#onFrame = onFrame;
    this.#mac = takeNumber().then(macOf);
  }

  /** The address of this tab's network card; undefined for the one that a lone machine has. */
  get mac(): Promise<string | undefined> {
    return this.#mac;
  }

  get isPlugged(): boolean {
    return this.#channel !== undefined;
  }

  plug(isPlugged: boolean): void {
    if (isPlugged === this.isPlugged) return;
    this.#channel?.close();
    this.#channel = isPlugged ? new BroadcastChannel('ringzero-cable') : undefined;
    this.#channel?.addEventListener('message', (event: MessageEvent<unknown>) => {
      const bytes = event.data;
      // Another tab may run another build.
      if (bytes instanceof Uint8Array && bytes.length <= FRAME_BYTES_MAX) this.#onFrame(bytes);
    });
  }

  send(bytes: Uint8Array): void {
    this.#channel?.postMessage(bytes);
  }
}

/** The gateway knows these. */
function macOf(number: number): string | undefined {
  return number === 0 ? undefined : `52:54:00:12:35:0${number}`;
}

/** The first number that is free. Where the browser has no locks: 0, as if there were no others. */
async function takeNumber(): Promise<number> {
  // Only pages that came over a safe connection have it.
  const locks = (navigator as { readonly locks?: LockManager }).locks;
  if (locks === undefined) return 0;
  for (let number = 0; number < TABS_MAX; number++) {
    if (await isTaken(locks, `ringzero-tab-${number}`)) return number;
  }
  return 0;
}

/** Whether this tab could take the lock, which it then never gives back. */
function isTaken(locks: LockManager, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    void locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    });
  });
}
