import { Refusal, type Command, type Draft } from '../../src/match/rules.ts';
import { bidFault } from './bidding.ts';
import { cardName, parseCard, suitOf, TRUMPS, type Trump } from './cards.ts';
import { mustFollow } from './trick.ts';
import type { Phase, WhistState } from './whist-state.ts';

type Decision = readonly Draft[] | Refusal;

/** The phase of each command. */
const PHASES: Readonly<Record<string, Phase>> = { bid: 'bid', trump: 'trump', play: 'play' };

/** One entry of the command's own name and payload, or why not. Never throws, whatever it is given. */
export function decide(state: WhistState, seat: number, command: Command): Decision {
  const phase = Object.hasOwn(PHASES, command.name) ? PHASES[command.name] : undefined;
  if (phase === undefined) return refuse('unknown_command', 'Whist knows the commands bid, trump and play.');
  if (phase !== state.phase) return refuse('wrong_phase', wrongPhase(state.phase));
  if (seat !== state.turn) return refuse('not_your_turn', `Wait: it is the turn of seat ${state.turn}.`);
  if (phase === 'bid') return decideBid(state, seat, field(command, 'bid'));
  if (phase === 'trump') return decideTrump(seat, field(command, 'trump'));
  return decidePlay(state, seat, field(command, 'card'));
}

function decideBid(state: WhistState, seat: number, bid: unknown): Decision {
  const number = typeof bid === 'number' ? bid : Number.NaN;
  const fault = bidFault(state, seat, number);
  if (fault !== null) return refuse('illegal_bid', fault);
  // JSON keeps no -0, and a log must fold to the same state before and after it was stored.
  return [{ type: 'bid', seat, data: { bid: number + 0 } }];
}

function decideTrump(seat: number, trump: unknown): Decision {
  if (!TRUMPS.includes(trump as Trump)) return refuse('illegal_trump', `Name one of ${TRUMPS.join(', ')}.`);
  return [{ type: 'trump', seat, data: { trump } }];
}

function decidePlay(state: WhistState, seat: number, name: unknown): Decision {
  const card = parseCard(name);
  const hand = state.hands[seat]!;
  if (card === null || !hand.includes(card))
    return refuse('not_your_card', 'Play a card of your hand, by its name such as AS or TD.');
  const led = state.trick[0]?.card;
  if (led !== undefined && suitOf(card) !== suitOf(led) && mustFollow(hand, state.trick))
    return refuse(
      'must_follow_suit',
      `Your hand has the suit of ${cardName(led)}, which was led: play that suit.`,
    );
  return [{ type: 'play', seat, data: { card: name } }];
}

function wrongPhase(phase: Phase): string {
  return phase === 'over'
    ? 'The match is over.'
    : `Now is the time to ${phase === 'trump' ? 'name trumps' : phase}.`;
}

function field(command: Command, name: string): unknown {
  return (command.payload as Readonly<Record<string, unknown>> | null | undefined)?.[name];
}

function refuse(code: string, message: string): Refusal {
  return new Refusal(`whist/${code}`, message);
}
