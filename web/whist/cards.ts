/** Cards as they are shown. A card's name is rank and suit, such as `TD`; a text holds several. */

export interface Face {
  readonly name: string;
  readonly rank: string;
  readonly suit: string;
  readonly isRed: boolean;
  /** For who can't see it. */
  readonly words: string;
}

/** In the order in which hands are held: colours in turn. */
const suits = 'SHCD';
const symbols = ['♠', '♥', '♣', '♦'];
const suitWords = ['spades', 'hearts', 'clubs', 'diamonds'];
const ranks = 'AKQJT98765432';
const rankWords: Readonly<Record<string, string>> = { A: 'ace', K: 'king', Q: 'queen', J: 'jack', T: '10' };

/** The cards of a text, in its order. */
export function faces(text: string): Face[] {
  return (text.match(/../g) ?? []).map(faceOf);
}

/** A hand as it is held: by suits, the highest first. */
export function sorted(hand: readonly Face[]): Face[] {
  const place = ({ name }: Face): number => suits.indexOf(name[1]!) * ranks.length + ranks.indexOf(name[0]!);
  return hand.toSorted((a, b) => place(a) - place(b));
}

/** What trumps are: a suit's letter, N for none, empty until they are named. */
export function trumpFace(letter: string): Pick<Face, 'suit' | 'isRed' | 'words'> | null {
  if (letter === '') return null;
  const at = suits.indexOf(letter);
  if (at < 0) return { suit: 'none', isRed: false, words: 'no trumps' };
  return { suit: symbols[at]!, isRed: at % 2 === 1, words: suitWords[at]! };
}

function faceOf(name: string): Face {
  const [rank, letter] = [name[0]!, name[1]!];
  const suit = suits.indexOf(letter);
  return {
    name,
    rank: rank === 'T' ? '10' : rank,
    suit: symbols[suit] ?? '?',
    isRed: suit % 2 === 1,
    words: `${rankWords[rank] ?? rank} of ${suitWords[suit] ?? 'no suit'}`,
  };
}
