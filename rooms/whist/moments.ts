/** The key moments of a match. SPEC.md says what each is. */
import type { MomentDraft, MomentRules } from '../../src/match/moment-rules.ts';
import { SEATS } from './rounds.ts';
import { placements, type SheetRow } from './scoring.ts';

/** When a seat was far behind all others, the last time. */
interface Far {
  /** Rounds that had been played. */
  readonly round: number;
  /** Behind the first. */
  readonly points: number;
}

interface Track {
  rounds: number;
  /** Who took the last trick. */
  taker: number;
  /** By seat: totals, those of the round before, rounds in a row with the bid met, when it was far behind. */
  totals: number[];
  before: number[];
  streaks: number[];
  far: (Far | null)[];
}

/** Cards in hand from which on a round is a long one, and from which on it can be a slam. */
const LONG = 7;
const SLAM = 5;
/** More than half the tricks of any round. */
const BOLD = 7;
/** Rounds in a row. */
const STREAK = 6;
/** Two met bids. */
const FAR = 20;

const seatsWhere = (holds: (seat: number) => boolean): number[] =>
  [...Array(SEATS).keys()].filter((seat) => holds(seat));

function roundMoments({ taker, streaks }: Track, { bids, tricks }: SheetRow): MomentDraft[] {
  const cards = tricks.reduce((sum, taken) => sum + taken);
  const met = seatsWhere((seat) => bids[seat] === tricks[seat]);
  const moments: MomentDraft[] = cards < LONG ? [] : longRoundMoments(taker, { bids, tricks }, met);
  for (const seat of seatsWhere((seat) => tricks[seat] === cards && cards >= SLAM))
    moments.push({ type: 'grand_slam', seat, data: { tricks: cards, bid: bids[seat] } });
  for (const seat of met.filter((seat) => bids[seat]! >= BOLD))
    moments.push({ type: 'bold_bid', seat, data: { bid: bids[seat] } });
  for (const seat of met.filter((seat) => streaks[seat]! % STREAK === 0))
    moments.push({ type: 'bid_streak', seat, data: { rounds: streaks[seat] } });
  return moments;
}

function longRoundMoments(
  taker: number,
  { bids, tricks }: Pick<SheetRow, 'bids' | 'tricks'>,
  met: readonly number[],
): MomentDraft[] {
  const moments: MomentDraft[] = [];
  const needy = seatsWhere((seat) => bids[seat] === tricks[seat]! + 1);
  if (bids[taker] === tricks[taker]! - 1 && needy.length > 0)
    moments.push({ type: 'last_trick_upset', seat: taker, data: { bid: bids[taker], neededBy: needy } });
  if (met.length === SEATS - 1) moments.push({ type: 'perfect_round', seat: null, data: { met } });
  return moments;
}

function addRound(track: Track, { bids, tricks, scores }: SheetRow): void {
  track.rounds++;
  track.before = track.totals;
  track.totals = track.totals.map((total, seat) => total + scores[seat]!);
  track.streaks = track.streaks.map((streak, seat) => (bids[seat] === tricks[seat] ? streak + 1 : 0));
  noteLast(track);
}

/** Who is last alone, and far behind the first. */
function noteLast({ rounds, totals, far }: Track): void {
  const last = placements(totals).indexOf(SEATS);
  if (last < 0) return;
  const points = Math.max(...totals) - totals[last]!;
  if (points >= FAR) far[last] = { round: rounds, points };
}

/** The moments of who is first alone. */
function endMoments({ rounds, totals, before, far }: Track): MomentDraft[] {
  const [seat, ...others] = seatsWhere((seat) => totals[seat] === Math.max(...totals)) as [number];
  if (others.length > 0) return [];
  const moments: MomentDraft[] = [];
  const wasFar = far[seat];
  if (wasFar && wasFar.round * 4 >= rounds) moments.push({ type: 'comeback', seat, data: wasFar });
  const points = Math.max(...before) - before[seat]!;
  if (points > 0) moments.push({ type: 'late_win', seat, data: { points } });
  return moments;
}

const zeros = (): number[] => Array<number>(SEATS).fill(0);

export const whistMoments: MomentRules<Track> = {
  types: {
    last_trick_upset: 'the last trick of a long round goes to who must not have it, before who needs it',
    perfect_round: 'a long round in which all but one meet their bids: more cannot',
    grand_slam: 'every trick of a round of five or more',
    bold_bid: 'a bid of seven or more that is met',
    bid_streak: 'bids met six rounds in a row',
    comeback: 'last and far behind, and first in the end',
    late_win: 'the lead, taken in the last round',
  },
  events: ['trick', 'round_end', 'match_end'],
  start: () => ({
    rounds: 0,
    taker: 0,
    totals: zeros(),
    before: zeros(),
    streaks: zeros(),
    far: Array<null>(SEATS).fill(null),
  }),
  see(track, { type, data }) {
    if (type === 'match_end') return endMoments(track);
    if (type === 'trick') {
      track.taker = (data as { winner: number }).winner;
      return [];
    }
    addRound(track, data as SheetRow);
    return roundMoments(track, data as SheetRow);
  },
};
