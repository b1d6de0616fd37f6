import * as actions from '../actions.ts';
import { kicks } from '../pieces.ts';
import { collides } from '../rows.ts';
import type { Field, Place } from './field.ts';

/** The actions of one tick that bring a piece nearer to a place; the hard drop when it is there or can get no nearer. */
export function steer(field: Field, from: Place, to: Place): number {
  const { actions: turn, place } = turnTowards(field, from, to.rotation);
  const by = Math.sign(to.x - place.x);
  const canMove = by !== 0 && !collides(field, place.piece, place.rotation, place.x + by, place.y);
  if (canMove) return turn | (by < 0 ? actions.MOVE_LEFT : actions.MOVE_RIGHT);
  return turn === 0 ? actions.HARD_DROP : turn;
}

function turnTowards(field: Field, place: Place, rotation: number): { actions: number; place: Place } {
  const missing = (rotation - place.rotation) & 3;
  const turns = missing === 3 ? 3 : 1;
  const turned = (place.rotation + turns) & 3;
  const fit = kicks(place.piece, place.rotation, turns).find(
    ([dx, dy]) => !collides(field, place.piece, turned, place.x + dx, place.y + dy),
  );
  if (missing === 0 || !fit) return { actions: 0, place };
  return {
    actions: turns === 3 ? actions.ROTATE_CCW : actions.ROTATE_CW,
    place: { piece: place.piece, rotation: turned, x: place.x + fit[0], y: place.y + fit[1] },
  };
}
