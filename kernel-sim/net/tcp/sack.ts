// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the peer says it has got behind a gap: RFC 2018; and what it has got twice: RFC 2883.
 *
 * Linux: tcp_sacktag_write_queue, tcp_check_dsack, tcp_is_sackblock_valid.
 */
import type { Connection } from './connection.ts';
import type { Segment } from './segment.ts';
import { MARK, type SentSegment } from './send-queue.ts';
import { after, before, distance, plus } from './seq.ts';

/** Marks what the blocks of a segment cover. Segments that they cover in part stay as they are. */
export function tagSacked(tp: Connection, segment: Segment): void {
  const { sackBlocks, sackCount } = segment;
  let first = 0;
  if (isDuplicateReport(tp, segment)) first = 1;
  for (let n = first; n < sackCount; n++) {
    const start = sackBlocks[2 * n]!;
    const end = sackBlocks[2 * n + 1]!;
    if (isValid(tp, start, end)) tagBlock(tp, start, end);
    else tp.tcp.statistics.tcpExt.TCPSACKDiscard++;
  }
}

/** Only what was sent and is not acknowledged can have been received. */
function isValid(tp: Connection, start: number, end: number): boolean {
  return before(start, end) && !after(end, tp.sndNxt) && after(end, tp.sndUna);
}

/** Most blocks were there before, or have grown at their end: only what is new is looked at. */
function tagBlock(tp: Connection, start: number, end: number): void {
  const { head, unsent, sacked } = tp.send;
  const known = sacked.find((block) => block.start === start);
  const hasGrown = known !== undefined && !before(known.last.seq, tp.sndUna);
  if (hasGrown && known.end === end) return;
  let last: SentSegment | undefined;
  const first = hasGrown && after(end, known.end) ? known.last : head;
  for (let at = first; at !== unsent && at !== undefined; at = at.next) {
    if (!before(at.seq, end)) break;
    const isCovered = !before(at.seq, start) && !after(at.endSeq, end);
    if (isCovered && (at.marks & MARK.SACKED) === 0) tagSegment(tp, at);
    if (isCovered) last = at;
  }
  if (last !== undefined) tp.send.noteSacked({ start, end, last });
}

function tagSegment(tp: Connection, segment: SentSegment): void {
  const { acked, send } = tp;
  if ((segment.marks & MARK.EVER_RETRANSMITTED) === 0) {
    const rttUs = Math.floor((tp.tcp.now() - segment.sentNs) / 1000);
    if (acked.sackRttUs < 0) acked.sackRttUs = rttUs;
  }
  noteDelivered(tp, segment);
  send.setMarks(segment, (segment.marks & MARK.EVER_RETRANSMITTED) | MARK.SACKED);
  acked.delivered++;
  acked.hasNewSack = true;
}

/** The newest segment that arrived tells which others should have. RFC 8985, section 6.2. */
export function noteDelivered(tp: Connection, segment: SentSegment): void {
  const { sentNs, marks } = segment;
  const rttNs = tp.tcp.now() - sentNs;
  const isAmbiguous = (marks & MARK.EVER_RETRANSMITTED) !== 0 && rttNs < tp.rtt.minUs * 1000;
  if (isAmbiguous || sentNs < tp.rackSentNs) return;
  tp.rackSentNs = sentNs;
  tp.rackRttNs = rttNs;
}

/** Whether the first block tells of bytes that came twice. */
function isDuplicateReport(tp: Connection, segment: Segment): boolean {
  const { sackBlocks, sackCount, ackSeq } = segment;
  if (sackCount === 0) return false;
  const [start, end] = [sackBlocks[0]!, sackBlocks[1]!];
  const isAcknowledged = before(start, ackSeq);
  const isInSecond = sackCount > 1 && !before(start, sackBlocks[2]!) && !after(end, sackBlocks[3]!);
  if (!isAcknowledged && !isInSecond) return false;
  const { tcpExt } = tp.tcp.statistics;
  if (isAcknowledged) tcpExt.TCPDSACKRecv++;
  else tcpExt.TCPDSACKOfoRecv++;
  tp.dsackDups++;
  // Something that was sent again had arrived the first time.
  const isOurs = tp.hasUndo && !before(start, tp.undoMarker) && distance(start, end) > 0;
  if (isOurs && tp.undoRetrans > 0 && !after(end, plus(tp.sndNxt, 1))) tp.undoRetrans--;
  return true;
}
