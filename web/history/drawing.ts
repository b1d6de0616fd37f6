/** How the tables of games are drawn: one way for a replay and for a running match. */

export type SeatName = (seat: number) => string;

export interface Drawing {
  /** Draws what has changed. */
  draw(table: unknown, seatName: SeatName): void;
  /** Where something of this seat is told. */
  spot(seat: number): HTMLElement | undefined;
}

/** Puts what it needs into the stage. */
export type MakeDrawing = (stage: HTMLElement) => Drawing;
