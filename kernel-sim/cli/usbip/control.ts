// SPDX-License-Identifier: GPL-2.0-or-later
/** What a datagram to the control port may say, and what it is answered. */

export interface Controlled {
  /** The cable at the adapter. */
  isCableIn: boolean;
  /** Pulls the adapter out; false when nobody had it. */
  unplug(): boolean;
}

export const COMMANDS: Readonly<Record<string, (controlled: Controlled) => string>> = {
  'link-down'(controlled) {
    controlled.isCableIn = false;
    return 'ok';
  },
  'link-up'(controlled) {
    controlled.isCableIn = true;
    return 'ok';
  },
  unplug: (controlled) => (controlled.unplug() ? 'ok' : 'error: nobody has imported it'),
};

const SHOWN_CHARACTERS = 40;
/** How every answer begins. */
const ANSWER = /^(?:ok|error)\b/;

/** The command of a datagram; undefined for an answer, which is not to be answered. */
export function parseCommand(datagram: Uint8Array): string | undefined {
  const text = Buffer.from(datagram.subarray(0, SHOWN_CHARACTERS)).toString('latin1').trim();
  return ANSWER.test(text) ? undefined : text;
}

export function perform(command: string, controlled: Controlled): string {
  const known = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (known !== undefined) return known(controlled);
  const wanted = Object.keys(COMMANDS).join(', ');
  return `error: unknown command ${JSON.stringify(command)}: want one of ${wanted}`;
}
