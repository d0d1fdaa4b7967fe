// SPDX-License-Identifier: GPL-2.0-or-later
/** A capture file of all that the machine's network cards and its USB have moved. */
import {
  instantAt,
  LINKTYPE_USB_LINUX_MMAPPED,
  type PcapngFrame,
  usbEvents,
  writePcapng,
} from '../../kernel-sim/lib/packet/index.ts';
import type { UrbView } from '../../kernel-sim/machine-types.ts';
import { offerFile } from '../lib/offer-file.ts';
import type { Packet } from './packets-slice.ts';
import type { Playground } from './playground.ts';

const BUS = 1;
const USB_DEVICE = `usbmon${BUS}`;
/** The kernel keeps less than that many pieces. */
const PIECES_MAX = 100;

/** Offers the file, with what nobody has looked at yet. */
export async function saveCapture(playground: Playground): Promise<void> {
  await fetchFrames(playground);
  await fetchUrbs(playground);
  const { packets, devices } = playground.store.getState();
  const { epochSeconds } = packets;
  const frames = [
    ...packets.frames.map((packet) => frameOf(packet, epochSeconds)),
    ...devices.urbs.flatMap((urb) => eventsOf(urb, epochSeconds)),
  ].toSorted((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds);
  const bytes = writePcapng(frames, { application: 'Ring Zero', os: 'Ring Zero' });
  offerFile('ringzero.pcapng', new Blob([bytes], { type: 'application/x-pcapng' }));
}

/** The kernel answers in pieces. Who holds frames back wants those that are shown. */
async function fetchFrames(playground: Playground): Promise<void> {
  for (let piece = 0; piece < PIECES_MAX; piece++) {
    const { packets, takePackets, arePacketsPaused } = playground.store.getState();
    if (arePacketsPaused) return;
    const answer = await playground.describeNetwork({ from: packets.next });
    if (answer === undefined) return;
    takePackets(answer);
    if (answer.ends.length === 0) return;
  }
}

async function fetchUrbs(playground: Playground): Promise<void> {
  for (let piece = 0; piece < PIECES_MAX; piece++) {
    const { devices, takeDevices } = playground.store.getState();
    const answer = await playground.describeUsb({ from: devices.next });
    if (answer === undefined) return;
    takeDevices(answer);
    if (answer.urbs.length === 0) return;
  }
}

/** As the machine's clock has it. */
function frameOf(
  { timeNs, device, isReceived, bytes, place }: Packet,
  epochSeconds: number,
): PcapngFrame {
  const frame: PcapngFrame = {
    ...instantAt(epochSeconds, timeNs),
    lengthBytes: bytes.length,
    bytes,
    device,
    direction: isReceived ? 'rx' : 'tx',
  };
  const { source, where } = place ?? {};
  if (source === undefined) return frame;
  const deed = isReceived ? 'handed over' : 'sent';
  return { ...frame, comment: `${deed} by ${where} at ${source.file}:${source.line}` };
}

function eventsOf(urb: UrbView, epochSeconds: number): PcapngFrame[] {
  const events = usbEvents({
    ...urb,
    number: urb.number + 1,
    bus: BUS,
    submitted: instantAt(epochSeconds, urb.submittedNs),
    ended: instantAt(epochSeconds, urb.endedNs),
  });
  const linkType = LINKTYPE_USB_LINUX_MMAPPED;
  return events.map(({ seconds, nanoseconds, bytes, lengthBytes }) => {
    return { seconds, nanoseconds, bytes, lengthBytes, device: USB_DEVICE, linkType };
  });
}
