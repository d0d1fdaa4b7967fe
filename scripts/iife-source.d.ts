// SPDX-License-Identifier: GPL-2.0-or-later
/** See vite-iife-source.ts. */
declare module '*?iife-source' {
  const text: string;
  export default text;
}
