// SPDX-License-Identifier: GPL-2.0-or-later
/** One toolchain for all tests of a worker: only its first build parses the API and the library. */
import { assets } from '../generated/assets.ts';
import { createToolchain } from '../index.ts';

export const TOOLCHAIN = createToolchain(assets);
