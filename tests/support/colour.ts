// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Colour arithmetic for tests of the token table: OKLCH to hex, WCAG contrast, CIEDE2000, and how
 * colours look to people who lack one kind of cone.
 *
 * Sources: B. Ottosson, "A perceptual color space for image processing" (OKLab); WCAG 2.2,
 * relative luminance; Sharma, Wu, Dalal 2005 (CIEDE2000); Machado, Oliveira, Fernandes 2009
 * (matrices for severity 1.0).
 */
export type Rgb = readonly [number, number, number];

export function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 0xff) / 255, (value & 0xff) / 255];
}

export function oklchToHex([lightness, chroma, hue]: readonly [number, number, number]): string {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const bytes = linear.map((value) => Math.round(encode(clamp(value)) * 255));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((x, y) => x - y);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = map(rgb, decode);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export type Cone = 'protan' | 'deutan' | 'tritan';

const MISSING: Readonly<Record<Cone, readonly [Rgb, Rgb, Rgb]>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** The published matrix is applied to linear light by some tools, to encoded values by others. */
export function seenWithout(cone: Cone, rgb: Rgb, space: 'linear' | 'encoded'): Rgb {
  const input = space === 'linear' ? map(rgb, decode) : rgb;
  const rows = MISSING[cone];
  const seen = map([0, 1, 2], (row) => {
    const [x, y, z] = rows[row] ?? [0, 0, 0];
    return clamp(x * input[0] + y * input[1] + z * input[2]);
  });
  return space === 'linear' ? map(seen, encode) : seen;
}

export function ciede2000(one: Rgb, other: Rgb): number {
  const [l1, a1, b1] = lab(one);
  const [l2, a2, b2] = lab(other);
  const meanC7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(meanC7 / (meanC7 + 25 ** 7)));
  const p1 = polar(a1 * (1 + g), b1);
  const p2 = polar(a2 * (1 + g), b2);
  const isGrey = p1.chroma * p2.chroma === 0;
  const hueStep = isGrey ? 0 : turn(p2.hue - p1.hue);
  const dHue = 2 * Math.sqrt(p1.chroma * p2.chroma) * Math.sin(radians(hueStep / 2));
  const meanL = (l1 + l2) / 2;
  const meanC = (p1.chroma + p2.chroma) / 2;
  const meanH = isGrey ? p1.hue + p2.hue : p1.hue + hueStep / 2;
  const t =
    1 -
    0.17 * Math.cos(radians(meanH - 30)) +
    0.24 * Math.cos(radians(2 * meanH)) +
    0.32 * Math.cos(radians(3 * meanH + 6)) -
    0.2 * Math.cos(radians(4 * meanH - 63));
  const scaleL = 1 + (0.015 * (meanL - 50) ** 2) / Math.sqrt(20 + (meanL - 50) ** 2);
  const scaleC = 1 + 0.045 * meanC;
  const scaleH = 1 + 0.015 * meanC * t;
  const hue = ((meanH % 360) + 360) % 360;
  const rotation =
    -2 *
    Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)) *
    Math.sin(radians(60 * Math.exp(-(((hue - 275) / 25) ** 2))));
  const parts = [(l2 - l1) / scaleL, (p2.chroma - p1.chroma) / scaleC, dHue / scaleH] as const;
  return Math.sqrt(parts[0] ** 2 + parts[1] ** 2 + parts[2] ** 2 + rotation * parts[1] * parts[2]);
}

/** CIE L*a*b* under D65. */
function lab(rgb: Rgb): Rgb {
  const [r, g, b] = map(rgb, decode);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function f(value: number): number {
  return value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 / 116) * value + 16 / 116;
}

function polar(a: number, b: number): { chroma: number; hue: number } {
  const hue = (Math.atan2(b, a) * 180) / Math.PI;
  return { chroma: Math.hypot(a, b), hue: hue < 0 ? hue + 360 : hue };
}

/** An angle between -180 and 180 degrees. */
function turn(degrees: number): number {
  if (degrees > 180) return degrees - 360;
  return degrees < -180 ? degrees + 360 : degrees;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function decode(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function encode(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function map(rgb: Rgb, each: (value: number) => number): Rgb {
  return [each(rgb[0]), each(rgb[1]), each(rgb[2])];
}
