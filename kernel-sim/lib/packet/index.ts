// SPDX-License-Identifier: GPL-2.0-or-later
/** The door of this folder for the page: pure functions on bytes, and nothing of the kernel. */
export { runBpf, type BpfProgram } from './bpf.ts';
export {
  dissect,
  type Dissection,
  type PacketField,
  type PacketFlow,
  type PacketLayer,
} from './dissect.ts';
export { compileFilter } from './filter.ts';
export { conversationFilter, followStream, type StreamPiece } from './follow.ts';
export { writePcapng, type PcapngFrame } from './pcapng.ts';
export { instantAt, LINKTYPE_USB_LINUX_MMAPPED, usbEvents } from './usbmon.ts';
