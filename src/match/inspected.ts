/** How a match stands, for an operator: JSON of the monitor's API. Nothing in it is hidden from a spectator of the match. */

/** What a match says of itself, wherever it is. Wall times are milliseconds since 1970. */
export interface Inspection {
  readonly game: string;
  readonly version: string;
  readonly epoch: number;
  /** Log position of what is committed. */
  readonly n: number;
  /** lobby, playing or over. */
  readonly phase: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly startedAt: number | null;
  /** When the turn of a player ends; null where nothing waits for that, or nobody is there. */
  readonly deadline: number | null;
  readonly seats: readonly InspectedSeat[];
  /** Connected sockets, spectators among them. */
  readonly clients: number;
  /** What every client is sent of it; null where its log can't be played. */
  readonly state: unknown;
}

export interface InspectedSeat {
  readonly seat: number;
  /** Null for a bot, or a free seat. */
  readonly account: string | null;
  /** Empty where it is not known. */
  readonly name: string;
  /** Strength of the bot. */
  readonly bot: string | null;
  readonly ready: boolean;
  /** idle: connected, and a bot plays on. gone: the match is over, and in no process. */
  readonly presence: 'free' | 'bot' | 'connected' | 'idle' | 'away' | 'gone';
}

export interface InspectedEntry {
  readonly n: number;
  /** Match time in milliseconds. */
  readonly t: number;
  readonly type: string;
  readonly seat: number | null;
  /** Absent where it is hidden until the result. */
  readonly data?: unknown;
}

export interface InspectedMoment {
  readonly number: number;
  readonly n: number;
  readonly t: number;
  readonly type: string;
  readonly seat: number | null;
  readonly data: unknown;
}

/**
 * live: a process has it, and has answered. silent: a process has it, or may have it, and does not answer; what is shown
 * is what the stream has. parked: it waits in the store. over: it has its result. gone: it ended without one.
 */
export type Whereabouts = 'live' | 'silent' | 'parked' | 'over' | 'gone';

export interface InspectedMatch extends Inspection {
  readonly matchId: string;
  readonly tenantId: string;
  readonly where: Whereabouts;
  /** The process that has it. */
  readonly processId: string | null;
  readonly createdAt: number | null;
  readonly endedAt: number | null;
  /** The latest that the stream has, in order; null where it does not answer. */
  readonly entries: readonly InspectedEntry[] | null;
  readonly moments: readonly InspectedMoment[] | null;
}

/** A match in some process, as it is listed. */
export interface ListedMatch {
  readonly matchId: string;
  readonly tenantId: string;
  readonly game: string;
  readonly phase: string;
  readonly players: number;
  readonly clients: number;
  readonly createdAt: number | null;
  /** As in the listing. */
  readonly started: string;
  readonly processId: string;
}

export interface ListedPage {
  /** The latest first. */
  readonly items: readonly ListedMatch[];
  /** For the next page; null where this is the last. */
  readonly nextCursor: string | null;
  /** How many rooms there are in all, those of other kinds too. */
  readonly rooms: number;
}
