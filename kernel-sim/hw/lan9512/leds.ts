// SPDX-License-Identifier: GPL-2.0-or-later
/** The lights of the socket. */
import type { LinkMode } from './phy.ts';
import { LED_GPIO_CFG } from './registers.ts';

/** The activity LED stays lit for so long. */
const LED_NS = 80_000_000;
const SPEED_100 = 100_000_000;

/** What one sees of the socket. */
export interface Leds {
  readonly isLinkLit: boolean;
  readonly isActivityLit: boolean;
  readonly isSpeedLit: boolean;
  readonly isFullDuplexLit: boolean;
}

/** As far as LED_GPIO_CFG, `config`, has pins for them. */
export function ledsOf(config: number, link: LinkMode | undefined, idleNs: number): Leds {
  const isLinkPin = (config & LED_GPIO_CFG.LNK_LED) !== 0;
  return {
    isLinkLit: isLinkPin && link !== undefined,
    isActivityLit: isLinkPin && idleNs < LED_NS,
    isSpeedLit: (config & LED_GPIO_CFG.SPD_LED) !== 0 && link?.bitsPerSecond === SPEED_100,
    isFullDuplexLit: (config & LED_GPIO_CFG.FDX_LED) !== 0 && link?.isFullDuplex === true,
  };
}
