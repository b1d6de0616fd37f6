import { seededRandom, type Random } from '../../src/match/random.ts';
import { Refusal, type Command, type Draft, type SeatResult } from '../../src/match/rules.ts';
import { legalBids } from '../../rooms/whist/bidding.ts';
import { cardName, parseCard, TRUMPS } from '../../rooms/whist/cards.ts';
import { whistRules, type WhistState } from '../../rooms/whist/rules.ts';
import { legalCards } from '../../rooms/whist/trick.ts';

export interface Told {
  readonly type: string;
  readonly seat: number | null;
  readonly data: unknown;
}

export const seed = (n: number): string => n.toString(16).padStart(32, '5');

export const newMatch = (n: number, rounds = 26): WhistState =>
  whistRules.setup({ rounds }, 4, seededRandom(seed(n)));

/** A state to try one rule on: a new match with some fields changed. */
export const table = (fields: Partial<WhistState>): WhistState => Object.assign(newMatch(1), fields);

/** `cards('AS TD')` */
export const cards = (names: string): number[] => names.split(' ').map((name) => parseCard(name)!);

/** A trick led by `seat`. */
export const trick = (names: string, seat = 0) =>
  cards(names).map((card, i) => ({ seat: (seat + i) % 4, card }));

export const bid = (n: number): Command => ({ name: 'bid', payload: { bid: n } });
export const trump = (name: string): Command => ({ name: 'trump', payload: { trump: name } });
export const play = (card: string): Command => ({ name: 'play', payload: { card } });

/** The code of a refusal, or `ok`. Applies nothing. */
export function outcome(state: WhistState, seat: number, command: Command): string {
  const decision = whistRules.decide(state, seat, command);
  return decision instanceof Refusal ? decision.code : 'ok';
}

/** Decides and applies a command that has to be legal. */
export function act(state: WhistState, seat: number, command: Command, told: Told[] = []): readonly Draft[] {
  const drafts = whistRules.decide(state, seat, command);
  if (drafts instanceof Refusal) throw new Error(`${drafts.code}: ${drafts.message}`);
  for (const draft of drafts)
    whistRules.apply(state, draft, (type, by, data) => told.push({ type, seat: by, data }));
  return drafts;
}

/** The seats act in turn, each with its next command. */
export function actInTurn(state: WhistState, ...commands: Command[]): void {
  for (const command of commands) act(state, state.turn!, command);
}

/** Everything that the seat in turn may do. */
export function legalCommands(state: WhistState): Command[] {
  const seat = state.turn!;
  if (state.phase === 'bid') return legalBids(state, seat).map(bid);
  if (state.phase === 'trump') return TRUMPS.map(trump);
  return legalCards(state.hands[seat]!, state.trick).map((card) => play(cardName(card)));
}

export type Choose = (state: WhistState, random: Random) => Command;

export const anyLegal: Choose = (state, random) => {
  const commands = legalCommands(state);
  return commands[random.int(commands.length)]!;
};

export interface Played {
  readonly state: WhistState;
  readonly entries: Draft[];
  readonly told: Told[];
  readonly result: readonly SeatResult[];
}

/** Plays a match to its end; `after` sees the state before the first and after each entry. */
export function playOut(
  n: number,
  rounds = 26,
  choose = anyLegal,
  after: (state: WhistState) => void = () => {},
): Played {
  const state = newMatch(n, rounds);
  const random = seededRandom(seed(n), 'choices');
  const [entries, told]: [Draft[], Told[]] = [[], []];
  after(state);
  while (state.turn !== null) {
    entries.push(...act(state, state.turn, choose(state, random), told));
    after(state);
  }
  return { state, entries, told, result: whistRules.result(state)! };
}

export const viaJson = <T>(data: T): T => JSON.parse(JSON.stringify(data)) as T;
export const saved = (state: WhistState): string => JSON.stringify(whistRules.encode(state));
export const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
