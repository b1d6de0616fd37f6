import type { Random } from '../../src/match/random.ts';
import type { Command, Strength } from '../../src/match/rules.ts';
import { legalBids } from './bidding.ts';
import { naturalBid, searchBid } from './bots/choose-bid.ts';
import { searchCard } from './bots/choose-card.ts';
import { bestSuit, searchTrump } from './bots/choose-trump.ts';
import { policyCard } from './bots/policy.ts';
import { readView } from './bots/read-view.ts';
import { cardName, TRUMPS, type Trump } from './cards.ts';
import { legalCards } from './trick.ts';
import type { WhistView } from './view.ts';

/** Imagined deals for a bid or for trumps; 60 made the strong no better. */
const DEALS = { medium: 12, strong: 24 };
/** Cards played in thought before a strong bot plays one; 20,000 gained it 4 ± 4 points a match against medium ones. */
const CARD_BUDGET = 3000;

/**
 * What a bot does when it is its turn, from its view alone. A weak one bids anything up to half the tricks and plays
 * any legal card; a medium one bids what its hand takes in a few imagined deals and plays by a simple policy; a strong
 * one tries what it can do in imagined deals that agree with all it has seen.
 */
export function chooseCommand(view: WhistView, seat: number, strength: Strength, random: Random): Command {
  if (view.phase === 'bid') return { name: 'bid', payload: { bid: chooseBid(view, seat, strength, random) } };
  if (view.phase === 'trump')
    return { name: 'trump', payload: { trump: chooseTrump(view, seat, strength, random) } };
  return { name: 'play', payload: { card: cardName(chooseCard(view, seat, strength, random)) } };
}

function chooseBid(view: WhistView, seat: number, strength: Strength, random: Random): number {
  const legal = legalBids(view, seat);
  if (strength === 'weak') {
    const low = legal.filter((bid) => bid <= view.handSize / 2);
    return pick(low.length > 0 ? low : legal, random);
  }
  const choose = strength === 'strong' ? searchBid : naturalBid;
  return choose(readView(view, seat), legal, DEALS[strength], random);
}

function chooseTrump(view: WhistView, seat: number, strength: Strength, random: Random): Trump {
  const known = readView(view, seat);
  return strength === 'strong'
    ? searchTrump(known, DEALS.strong, random)
    : TRUMPS[bestSuit(known.table, seat)]!;
}

function chooseCard(view: WhistView, seat: number, strength: Strength, random: Random): number {
  const legal = legalCards(view.hand, view.trick);
  if (strength === 'weak') return pick(legal, random);
  const known = readView(view, seat);
  return strength === 'strong' ? searchCard(known, legal, CARD_BUDGET, random) : policyCard(known.table);
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.int(items.length)]!;
}
