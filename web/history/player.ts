/** A replay on the page: the stage, the controls below it, and the room that plays. */
import type { Status } from '../../client/connection.ts';
import { Replay, type ReplayMoment, type ReplayState, speeds } from '../../client/replay.ts';
import { drawWhist } from '../whist/table.ts';
import { drawBoards } from './boards.ts';
import { Controls } from './controls.ts';
import { button, el } from './dom.ts';
import type { Drawing, MakeDrawing, SeatName } from './drawing.ts';
import { listenToPlayerKeys } from './listen-to-keys.ts';
import type { PlayerAction } from './player-keys.ts';
import type { Spot } from './route.ts';
import { explain, type Session } from './session.ts';
import { justBeen, mergeMoments, momentAfter, momentBefore, nextSpeed } from './time-line.ts';
import { Toasts } from './toasts.ts';
import { nameOf, title } from './words.ts';

/** The games that this page can draw. */
const drawings: Readonly<Record<string, MakeDrawing>> = { tetris: drawBoards, whist: drawWhist };

/** A drag says so often where it is. */
const dragMs = 80;

export interface PlayerListener {
  /** More moments are known, or names of seats. */
  moments(moments: readonly ReplayMoment[], seatName: SeatName, game: string): void;
  /** The match has no result yet. */
  running(game: string): void;
  /** The match that ran has its result. */
  over(): void;
}

export class Player {
  readonly element: HTMLElement;
  readonly #session: Session;
  readonly #matchId: string;
  readonly #listener: PlayerListener;
  readonly #stage = el('div', { class: 'stage' });
  readonly #toasts = new Toasts();
  readonly #note = el('div', { class: 'stage-note', role: 'status' });
  readonly #controls: Controls;
  #replay: Replay | null = null;
  #drawing: Drawing | null = null;
  /** The SDK changes it in place. */
  #state: ReplayState | null = null;
  #isOver = false;
  #moments: readonly ReplayMoment[] = [];
  /** Where a drag has the line; null: where the replay is. */
  #dragAt: number | null = null;
  #draggedAt = 0;
  #isDrawn = true;

  /** `extras` stand beside the buttons. */
  constructor(session: Session, matchId: string, extras: readonly HTMLElement[], listener: PlayerListener) {
    this.#session = session;
    this.#matchId = matchId;
    this.#listener = listener;
    this.#controls = new Controls(
      {
        act: (action) => this.#act(action),
        dragged: (at, isDone) => this.#dragged(at, isDone),
        moment: ({ number }) => this.seekMoment(number),
        speed: (speed) => this.#replay?.setSpeed(speed),
      },
      extras,
    );
    const scene = el('div', { class: 'scene' }, this.#stage, this.#note);
    this.#stage.addEventListener('click', () => this.#act({ type: 'toggle' }));
    this.element = el('section', { class: 'player', 'aria-label': 'Replay' }, scene, this.#controls.element);
    listenToPlayerKeys((action) => this.#act(action), session.signal);
    const resized = new ResizeObserver(() => this.#changed());
    resized.observe(this.#stage);
    const leave = (): void => void this.#replay?.leave();
    // else the room waits for this page to return, and an account may have only so many
    addEventListener('pagehide', leave, { signal: session.signal });
    session.signal.addEventListener('abort', () => {
      resized.disconnect();
      leave();
    });
  }

  /** Milliseconds of play from the start. */
  get at(): number {
    return this.#state?.at ?? 0;
  }

  /** Opens the replay at this place. What fails is told in the stage, with a way to try again. */
  async open(spot: Spot): Promise<void> {
    this.#tell('Loading the replay …');
    this.#state = null;
    const { url, token, signal } = this.#session;
    const at = spot && 'at' in spot ? { at: spot.at } : {};
    try {
      const replay = await Replay.open(url, token, { matchId: this.#matchId, ...at }, this.#hearing());
      if (signal.aborted) return void replay.leave();
      this.#replay = replay;
      if (spot && 'moment' in spot) replay.seek(spot);
    } catch (error) {
      if (!signal.aborted) this.#tell(explain(error), 'Try again', () => void this.open(spot));
    }
  }

  seekMoment(number: number): void {
    this.#replay?.seek({ moment: number });
  }

  #hearing() {
    return {
      status: (status: Status) => this.#connection(status),
      changed: (state: ReplayState) => this.#heard(state),
      moments: (more: readonly ReplayMoment[]) => {
        this.#moments = mergeMoments(this.#moments, more);
        this.#changed();
      },
      refused: ({ message }: { message: string }) => this.#tell(message, 'OK', () => this.#untell()),
    };
  }

  #connection(status: Status): void {
    if (!this.#replay || this.#session.signal.aborted) return;
    if (status === 'reconnecting') this.#tell('The connection is lost, and sought again …');
    if (status === 'connected') this.#untell();
    if (status !== 'disconnected') return;
    const { at } = this;
    this.#replay = null;
    this.#tell('The connection is lost.', 'Connect again', () => void this.open({ at }));
  }

  #heard(state: ReplayState): void {
    if (!this.#isOver && state.isOver && this.#state) this.#listener.over();
    if (!this.#state) {
      this.#untell();
      if (!state.isOver) this.#listener.running(state.game);
    }
    this.#isOver = state.isOver;
    this.#state = state;
    this.#changed();
  }

  /** Draws once a frame at most, however much was heard. */
  #changed(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    requestAnimationFrame(() => {
      this.#isDrawn = true;
      if (this.#state && !this.#session.signal.aborted) this.#draw(this.#state);
    });
  }

  #draw(state: ReplayState): void {
    const table = state.table as { readonly seats: Iterable<SeatState> };
    const seats = [...table.seats];
    const seatName = (seat: number): string => seatNameOf(seats[seat], this.#session.account);
    this.#drawing ??= this.#makeDrawing(state.game);
    this.#drawing?.draw(state.table, seatName);
    this.#controls.show(state, this.#dragAt ?? state.at);
    this.#controls.showMoments(this.#moments, state.duration, seats.length, seatName);
    this.#listener.moments(this.#moments, seatName, state.game);
    const shown = justBeen(this.#moments, state.at, state.speed);
    this.#toasts.show(shown, (seat) => (seat === null ? null : this.#drawing?.spot(seat)) ?? this.#stage);
  }

  #makeDrawing(game: string): Drawing | null {
    const make = Object.hasOwn(drawings, game) ? drawings[game]! : null;
    this.#stage.dataset['game'] = game;
    if (!make) this.#tell(`This page can't draw ${title(game)}: its moments and its result are there.`);
    return make && make(this.#stage);
  }

  #dragged(at: number, isDone: boolean): void {
    this.#dragAt = isDone ? null : at;
    const now = performance.now();
    if (isDone || now - this.#draggedAt > dragMs) {
      this.#draggedAt = now;
      this.#replay?.seek({ at });
    }
    this.#changed();
  }

  #act(action: PlayerAction): void {
    const [replay, state] = [this.#replay, this.#state];
    if (!replay || !state) return;
    if (action.type === 'toggle') replay[state.isPlaying ? 'pause' : 'play']();
    if (action.type === 'skip') replay.seek({ at: inside(state.at + action.by, state) });
    if (action.type === 'go') replay.seek({ at: action.to === 'start' ? 0 : state.duration });
    if (action.type === 'step') this.#step(replay, state, action.by);
    if (action.type === 'speed') replay.setSpeed(nextSpeed(speeds, state.speed, action.direction));
    if (action.type === 'moment') {
      const next = (action.direction > 0 ? momentAfter : momentBefore)(this.#moments, state.at);
      replay.seek(next ? { moment: next.number } : { at: action.direction > 0 ? state.duration : 0 });
    }
  }

  /** A tick, or a second where there are none. */
  #step(replay: Replay, state: ReplayState, by: 1 | -1): void {
    if (state.isPlaying) replay.pause();
    const isTickBased = 'tick' in (state.table as object);
    replay.seek(
      isTickBased ? { tick: Math.max(0, state.tick + by) } : { at: inside(state.at + by * 1_000, state) },
    );
  }

  #tell(text: string, label?: string, act?: () => void): void {
    this.#note.replaceChildren(el('p', {}, text), ...(label && act ? [button(label, act)] : []));
  }

  #untell(): void {
    this.#note.replaceChildren();
  }
}

interface SeatState {
  readonly account: string;
  readonly bot: string;
}

function seatNameOf(seat: SeatState | undefined, own: string): string {
  if (!seat) return '';
  if (seat.account === '' && seat.bot !== '') return `bot, ${seat.bot}`;
  return nameOf(seat.account, own);
}

const inside = (at: number, { duration }: ReplayState): number =>
  Math.round(Math.min(duration, Math.max(0, at)));
