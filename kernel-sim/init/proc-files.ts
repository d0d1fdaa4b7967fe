// SPDX-License-Identifier: GPL-2.0-or-later
import type { Kernel } from './kernel.ts';
export function mountProc(_kernel: Kernel): void {}
