// SPDX-License-Identifier: GPL-2.0-or-later
/** The declarations that drivers see, made from the kernel's API by a script. */
export { assets as TOOLCHAIN_ASSETS } from '../../kernel-sim/toolchain/generated/assets.ts';
