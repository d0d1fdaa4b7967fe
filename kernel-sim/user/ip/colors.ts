// SPDX-License-Identifier: GPL-2.0-or-later
/** The colours of `ip -c`. Linux: iproute2's lib/color.c. */
import { AF } from '../../uapi/socket.ts';

const CODES = { name: 36, mac: 33, inet: 35, inet6: 34, up: 32, down: 31 } as const;
export type Colour = keyof typeof CODES;

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour | undefined, text: string) => string;

export const PLAIN: Paint = (_, text) => text;

export const COLOURED: Paint = (colour, text) =>
  colour === undefined ? text : `\u{1B}[${CODES[colour]}m${text}\u{1B}[0m`;

export function colourOfFamily(family: number): Colour | undefined {
  if (family === AF.INET) return 'inet';
  return family === AF.INET6 ? 'inet6' : undefined;
}

export function colourOfState(state: string): Colour | undefined {
  if (state === 'UP') return 'up';
  return state === 'DOWN' ? 'down' : undefined;
}
