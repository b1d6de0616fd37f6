/** Which place to aim at: all straight drops of the piece, the most promising followed for some pieces more. */
import { spawnX, spawnY } from '../pieces.ts';
import { collides } from '../rows.ts';
import { evaluate, type Taste } from './evaluate.ts';
import { landing, withPiece, type Field, type Place } from './field.ts';

/** Rotations that bring something new, in the order of PIECES. */
const TURNS = [2, 4, 4, 1, 2, 4, 2];

export interface Skill {
  readonly taste: Taste;
  /** Pieces to look ahead, the falling one included. */
  readonly depth: number;
  /** Fields to follow from one piece to the next. */
  readonly width: number;
  readonly holds: boolean;
}

interface Line {
  /** Where the line of thought began. */
  readonly first: Place;
  readonly field: Field;
  /** What its clears were worth. */
  readonly gained: number;
  readonly value: number;
}

/**
 * The best place for the first of `pieces`, or for `other` (what hold would give) instead; null when nothing fits.
 * `looked`: fields that were evaluated.
 */
export function findPlace(
  field: Field,
  pieces: readonly number[],
  other: number | null,
  { taste, depth, width, holds }: Skill,
): { place: Place | null; looked: number } {
  const begin = (piece: number): Line[] =>
    placesOf(field, piece).map((first) => follow(first, first, field, 0, taste));
  let lines = begin(pieces[0]!);
  if (holds && other !== null) lines.push(...begin(other));
  let looked = lines.length;
  for (const piece of pieces.slice(1, depth)) {
    const further = best(lines, width).flatMap((line) =>
      placesOf(line.field, piece).map((place) => follow(line.first, place, line.field, line.gained, taste)),
    );
    if (further.length === 0) break;
    looked += further.length;
    lines = further;
  }
  return { place: best(lines, 1)[0]?.first ?? null, looked };
}

function follow(first: Place, place: Place, before: Field, gained: number, taste: Taste): Line {
  const { field, lines } = withPiece(before, place);
  const sum = gained + taste.clears[lines]!;
  return { first, field, gained: sum, value: sum + evaluate(field, taste) };
}

/** The first ones of equals stay first, so that the choice is the same everywhere. */
const best = (lines: readonly Line[], count: number): Line[] =>
  lines.toSorted((a, b) => b.value - a.value).slice(0, count);

/** Where the piece can fall straight down, after it has turned and moved at the top. */
function placesOf(field: Field, piece: number): Place[] {
  const places: Place[] = [];
  const y = spawnY(piece);
  for (let rotation = 0; rotation < TURNS[piece]!; rotation++) {
    for (const by of [-1, 1]) {
      for (let x = by < 0 ? spawnX : spawnX + 1; !collides(field, piece, rotation, x, y); x += by)
        places.push(landing(field, { piece, rotation, x, y }));
    }
  }
  return places;
}
