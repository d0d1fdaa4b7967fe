// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What we build for. Never a bare `esnext`: that would leave `using` in the output, and
 * neither Node 20 nor every browser listed here can read it.
 */
export const BROWSERS = ['chrome120', 'firefox121', 'safari17.2'];
export const NODE = 'node20';
